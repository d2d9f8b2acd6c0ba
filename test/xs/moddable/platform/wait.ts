/** The virtual time of the mocked platform, and what waits for it. */
interface Due {
  at_ms: number;
  run: () => void;
}

/** Near the end of the 32 bits of the platform's tick counter, so that it goes around in each test. */
const START_MS = 2 ** 31 - 1_000;

const waiting: Due[] = [];
let now_ms = START_MS;

/** As the platform's: 32 bits, signed. */
export function ticks(): number {
  return now_ms | 0;
}

/** Calls `run` after a delay; answers what {@link cancel} takes. */
export function after(delay_ms: number, run: () => void): Due {
  const due = { at_ms: now_ms + delay_ms, run };
  waiting.push(due);
  return due;
}

export function cancel(due: Due | undefined): void {
  const at = due === undefined ? -1 : waiting.indexOf(due);
  if (at >= 0) waiting.splice(at, 1);
}

/** Blocks: time passes and nothing runs. */
export function block(delay_ms: number): void {
  now_ms += delay_ms;
}

/** Lets time pass; what is due runs in order, each to completion. */
export function pass(delay_ms: number): void {
  const until_ms = now_ms + delay_ms;
  for (;;) {
    waiting.sort((a, b) => a.at_ms - b.at_ms);
    const next = waiting[0];
    if (next === undefined || next.at_ms > until_ms) break;
    waiting.shift();
    now_ms = Math.max(now_ms, next.at_ms);
    next.run();
  }
  now_ms = Math.max(now_ms, until_ms);
}
