import { Reader, Writer } from "firmware/codec/cursor";
import { type Demand, Peak } from "firmware/registers/demand";
import { REGISTER_QUANTITIES, RegisterQuantity, registerIndex } from "firmware/registers/obis";
import { DIRECTIONS, TIER_REGISTERS_BYTES, TierRegisters } from "firmware/registers/tariff";

/** Self-reads kept, one a billing period. */
export const SELF_READS_KEPT = 8;

/** Time (4 bytes), total registers (8 each), tiers, for each direction peak (4), its end (4) and cumulative demand (8). */
export const SELF_READ_BYTES = 4 + 8 * REGISTER_QUANTITIES + TIER_REGISTERS_BYTES + 16 * DIRECTIONS;

/** What the registers were at the end of a billing period; made once and filled again and again. */
export class SelfRead {
  /** UTC. */
  utc_s = 0;
  /** By RegisterQuantity. */
  readonly totals = new Float64Array(REGISTER_QUANTITIES);
  readonly tiers = new TierRegisters();
  /** By Direction: of the period that ended, the peak, and the sum of all peaks up to it. */
  readonly peaks: readonly Peak[] = [new Peak(), new Peak()];
  readonly cumulative_W = new Float64Array(DIRECTIONS);

  decode(r: Reader): void {
    this.utc_s = r.u32();
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++) this.totals[quantity] = r.u64();
    const { totals } = this;
    this.tiers.load(r, totals[RegisterQuantity.activeDelivered], totals[RegisterQuantity.activeReceived]);
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      this.peaks[direction].power_W = r.u32();
      this.peaks[direction].end_s = r.u32();
      this.cumulative_W[direction] = r.u64();
    }
  }
}

/** The latest self-reads, as bytes: a ring. */
export class SelfReads {
  /** How many there are. */
  count = 0;
  readonly #bytes = new Uint8Array(SELF_READS_KEPT * SELF_READ_BYTES);
  readonly #writer = new Writer(this.#bytes);
  readonly #reader = new Reader(this.#bytes);
  #newest = SELF_READS_KEPT - 1;

  /** @param energy all registers, by registerIndex; the demand registers have been reset for this read */
  take(utc_s: number, energy: Float64Array, tiers: TierRegisters, demand: Demand): void {
    const w = this.#writer;
    const at = this.advance();
    w.reset(this.#bytes, at, at + SELF_READ_BYTES);
    w.u32(utc_s);
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++)
      w.u64(energy[registerIndex(quantity, 0)]);
    tiers.save(w);
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      w.u32(demand.previousPeaks[direction].power_W);
      w.u32(demand.previousPeaks[direction].end_s);
      w.u64(demand.cumulative_W[direction]);
    }
  }

  /** Reads the one that is `age` back, 1 being the latest. False: it is not kept. */
  read(age: number, into: SelfRead): boolean {
    if (!(age >= 1 && age <= this.count)) return false;
    const at = this.at(age);
    this.#reader.reset(this.#bytes, at, at + SELF_READ_BYTES);
    into.decode(this.#reader);
    return true;
  }

  /** Writes the latest one: {@link SELF_READ_BYTES}. */
  save(w: Writer): void {
    w.copy(this.#bytes, this.at(1), SELF_READ_BYTES);
  }

  /** Takes up what {@link save} wrote; of several the oldest first. */
  load(r: Reader): void {
    r.copy(this.#bytes, this.advance(), SELF_READ_BYTES);
  }

  /** Makes the oldest the newest, and answers where it begins. */
  private advance(): number {
    this.#newest = (this.#newest + 1) % SELF_READS_KEPT;
    this.count = Math.min(this.count + 1, SELF_READS_KEPT);
    return this.at(1);
  }

  private at(age: number): number {
    return ((this.#newest - age + 1 + SELF_READS_KEPT) % SELF_READS_KEPT) * SELF_READ_BYTES;
  }
}
