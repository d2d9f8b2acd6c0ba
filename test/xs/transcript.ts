const DIGITS = "0123456789abcdef";

/** What a scenario did, as lines of ASCII, so that a difference between engines shows as a line. */
export class Transcript {
  readonly #lines: string[] = [];

  value(label: string, value: number | boolean): void {
    this.#lines.push(`${label} ${value}`);
  }

  /** Bytes `[start, end)` in hex. */
  bytes(label: string, bytes: Uint8Array, start = 0, end = bytes.length): void {
    let hex = "";
    for (let i = start; i < end; i++) hex += DIGITS[bytes[i] >> 4] + DIGITS[bytes[i] & 15];
    this.#lines.push(`${label} ${hex}`);
  }

  toString(): string {
    return this.#lines.join("\n");
  }
}

/** Where two transcripts part, for a reader; undefined where they are the same. */
export function firstDifference(actual: string, expected: string): string | undefined {
  if (actual === expected) return undefined;
  const got = actual.split("\n");
  const wanted = expected.split("\n");
  let line = 0;
  while (got[line] === wanted[line]) line++;
  return `line ${line}: got ${got[line]}, expected ${wanted[line]}`;
}
