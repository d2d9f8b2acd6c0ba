import { keyOf } from "./address";

/** Counts of moves are told apart by age as far apart as this (16 bits, RFC 1982). */
const HALF = 0x8000;

interface Claim {
  readonly line: number;
  readonly moves: number;
}

/** Which collector has which meter. */
export class Whereabouts {
  readonly #claims = new Map<string, Claim>();

  /**
   * A collector says that it has a meter. Where another one says so too, the meter's own count of its moves decides: the
   * higher one is the later.
   * @param line of the collector
   * @returns whether it is believed
   */
  claim(address: Uint8Array, line: number, moves: number): boolean {
    const key = keyOf(address);
    const known = this.#claims.get(key);
    if (known !== undefined && known.line !== line && ((moves - known.moves) & 0xffff) >= HALF) return false;
    this.#claims.set(key, { line, moves });
    return true;
  }

  /** A collector has a meter no more; that of another is not touched. */
  release(address: Uint8Array, line: number): void {
    const key = keyOf(address);
    if (this.#claims.get(key)?.line === line) this.#claims.delete(key);
  }

  /** The line of the collector that has the meter, or undefined. */
  lineOf(address: Uint8Array): number | undefined {
    return this.#claims.get(keyOf(address))?.line;
  }
}
