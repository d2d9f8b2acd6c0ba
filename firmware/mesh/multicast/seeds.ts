import { sameAddress } from "firmware/ip/address";

/** Seeds that are kept in mind: the head end, and another one while it takes over. */
const SEEDS = 2;
/** SEED_SET_ENTRY_LIFETIME (RFC 7731, section 5.4): after such a silence a seed may begin at any number. */
const LIFETIME_ms = 30 * 60_000;
/** Numbers up to the latest of which it is known which ones came; those before them are taken for known. */
const WINDOW = 16;
const HALF = 0x80;

/** Of one seed, what has come of it: section 6.3, with a window in the place of MinSequence. */
class Seed {
  readonly address = new Uint8Array(16);
  latest = 0;
  /** Bit n: the one that is n before the latest has come. */
  came = 0;
  heard_ms = -Infinity;
}

/** The seed set: tells messages that are new from those that came before. What it keeps is made with the first one. */
export class Seeds {
  readonly #seeds: Seed[] = [];

  /** Notes that a message has come, and answers whether it is new. */
  take(address: Uint8Array, sequence: number, now_ms: number): boolean {
    const seed = this.find(address, now_ms);
    if (now_ms - seed.heard_ms > LIFETIME_ms) {
      seed.address.set(address);
      seed.latest = sequence;
      seed.came = 1;
    } else {
      // RFC 1982 with 8 bits.
      const ahead = (sequence - seed.latest) & 0xff;
      const behind = (seed.latest - sequence) & 0xff;
      if (ahead > 0 && ahead < HALF) {
        seed.latest = sequence;
        seed.came = ahead < WINDOW ? ((seed.came << ahead) | 1) & (2 ** WINDOW - 1) : 1;
      } else if (behind >= WINDOW || (seed.came & (1 << behind)) !== 0) {
        return false;
      } else {
        seed.came |= 1 << behind;
      }
    }
    seed.heard_ms = now_ms;
    return true;
  }

  /** Whether no later message of that seed has come. */
  isLatest(address: Uint8Array, sequence: number): boolean {
    for (let i = 0; i < this.#seeds.length; i++)
      if (sameAddress(this.#seeds[i].address, address)) return this.#seeds[i].latest === sequence;
    return true;
  }

  /** That seed, or one to be begun: a new one, or the one that has been silent for longest. */
  private find(address: Uint8Array, now_ms: number): Seed {
    const seeds = this.#seeds;
    let oldest: Seed | undefined;
    for (let i = 0; i < seeds.length; i++) {
      if (sameAddress(seeds[i].address, address)) return seeds[i];
      if (oldest === undefined || seeds[i].heard_ms < oldest.heard_ms) oldest = seeds[i];
    }
    if (oldest !== undefined && (seeds.length === SEEDS || now_ms - oldest.heard_ms > LIFETIME_ms)) {
      oldest.heard_ms = -Infinity;
      return oldest;
    }
    const seed = new Seed();
    seeds.push(seed);
    return seed;
  }
}
