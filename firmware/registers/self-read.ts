import type { Reader } from "firmware/codec/cursor";
import { type Demand, Peak } from "firmware/registers/demand";
import { REGISTER_QUANTITIES, RegisterQuantity, registerIndex } from "firmware/registers/obis";
import { DIRECTIONS, TIER_REGISTERS_BYTES, TierRegisters } from "firmware/registers/tariff";
import type { ObjectStore } from "firmware/storage/object-store";
import type { RecordBuffer } from "firmware/storage/record-buffer";

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
  readonly cumulative_W = [0, 0];

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

/** The latest self-reads, each an object on flash; a new one takes the place of the oldest. */
export class SelfReads {
  readonly #objects: Pick<ObjectStore, "read" | "write">;
  readonly #kind: number;
  readonly #buffer: RecordBuffer;
  /** Places of those that are kept, the oldest first. */
  readonly #places: number[] = [];

  /**
   * Finds those that are kept.
   * @param kind of the first of {@link SELF_READS_KEPT} objects
   * @param buffer shared with others
   */
  constructor(objects: Pick<ObjectStore, "read" | "write">, kind: number, buffer: RecordBuffer) {
    this.#objects = objects;
    this.#kind = kind;
    this.#buffer = buffer;
    const times_s: number[] = [];
    for (let place = 0; place < SELF_READS_KEPT; place++) times_s.push(this.open(place)?.u32() ?? Infinity);
    for (;;) {
      const place = times_s.indexOf(Math.min(...times_s));
      if (times_s[place] === Infinity) return;
      times_s[place] = Infinity;
      this.#places.push(place);
    }
  }

  /** How many there are. */
  get count(): number {
    return this.#places.length;
  }

  /**
   * Takes another one.
   * @param energy all registers, by registerIndex; the demand registers have been reset for this read
   * @returns false where the flash did not take it
   */
  take(utc_s: number, energy: Float64Array, tiers: TierRegisters, demand: Demand): boolean {
    const w = this.#buffer.begin(SELF_READ_BYTES);
    w.u32(utc_s);
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++)
      w.u64(energy[registerIndex(quantity, 0)]);
    tiers.save(w);
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      w.u32(demand.previousPeaks[direction].power_W);
      w.u32(demand.previousPeaks[direction].end_s);
      w.u64(demand.cumulative_W[direction]);
    }
    const places = this.#places;
    const place = places.length === 0 ? 0 : (places[places.length - 1] + 1) % SELF_READS_KEPT;
    if (!this.#objects.write(this.#kind + place, this.#buffer.bytes, SELF_READ_BYTES)) return false;
    const at = places.indexOf(place);
    if (at >= 0) places.splice(at, 1);
    places.push(place);
    return true;
  }

  /** Reads the one that is `age` back, 1 being the latest. False: it is not kept. */
  read(age: number, into: SelfRead): boolean {
    if (!(age >= 1 && age <= this.count)) return false;
    const reader = this.open(this.#places[this.count - age]);
    if (reader === undefined) return false;
    into.decode(reader);
    return true;
  }

  private open(place: number): Reader | undefined {
    const { bytes } = this.#buffer;
    const isThere = this.#objects.read(this.#kind + place, bytes) === SELF_READ_BYTES;
    return isThere ? this.#buffer.open(SELF_READ_BYTES) : undefined;
  }
}
