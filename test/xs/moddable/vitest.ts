/**
 * As much of vitest as the contracts of `hal/` use, for a machine that has no Node: the tests are gathered here, and
 * {@link names} and {@link run} let a test outside run them one by one.
 */
const titles: string[] = [];
const tests: { title: string; body: () => void }[] = [];

export function describe(title: string, body: () => void): void {
  titles.push(title);
  body();
  titles.pop();
}

export function it(title: string, body: () => void): void {
  tests.push({ title: [...titles, title].join(" "), body });
}

export function expect(actual: unknown) {
  const want = (holds: boolean, relation: string, expected: unknown): void => {
    if (!holds) throw new Error(`${show(actual)} ${relation} ${show(expected)}`);
  };
  return {
    toBe: (expected: unknown) => want(Object.is(actual, expected), "is not", expected),
    toEqual: (expected: unknown) => want(show(actual) === show(expected), "does not equal", expected),
    toBeLessThan: (bound: number) => want((actual as number) < bound, "is not below", bound),
    toBeLessThanOrEqual: (bound: number) => want((actual as number) <= bound, "is above", bound),
    toBeGreaterThan: (bound: number) => want((actual as number) > bound, "is not above", bound),
    toBeGreaterThanOrEqual: (bound: number) => want((actual as number) >= bound, "is below", bound),
  };
}

/** The titles of all tests, a line each. */
export function names(): string {
  return tests.map(({ title }) => title).join("\n");
}

/** Throws what the test at this place in {@link names} throws. */
export function run(index: number): void {
  tests[index].body();
}

/** Two values are equal where this is. */
function show(value: unknown): string {
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} ${Array.from(value as Uint8Array).join()}`;
  return JSON.stringify(value) ?? String(value);
}
