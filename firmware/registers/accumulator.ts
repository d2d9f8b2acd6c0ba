import type { Checkpoint } from "firmware/registers/checkpoint";
import { REGISTERS, REGISTER_QUANTITIES, RegisterQuantity, registerIndex } from "firmware/registers/obis";
import type { RetainedRecord, RetainedRecords } from "firmware/storage/retained";
import { CHANNELS, Quantity, type MeteringChip, type PollSample } from "hal/metering-chip";

/**
 * What is kept through restarts: each register (8 bytes), what is left of it below a unit (4), then what the chip's
 * driver must know (4 a word).
 */
const RETAINED_LAYOUT = 1;
const RETAINED_REGISTER_BYTES = 12;
const RETAINED_BYTES = REGISTERS * RETAINED_REGISTER_BYTES;
const RETAINED_WORD_BYTES = 4;

/** Where the totals of each quantity stand among the counts and the registers; phases A to C follow. */
const DELIVERED_COUNTS = Quantity.activeDelivered * CHANNELS;
const RECEIVED_COUNTS = Quantity.activeReceived * CHANNELS;
const POSITIVE_COUNTS = Quantity.reactivePositive * CHANNELS;
const NEGATIVE_COUNTS = Quantity.reactiveNegative * CHANNELS;
const APPARENT_COUNTS = Quantity.apparent * CHANNELS;
const DELIVERED = RegisterQuantity.activeDelivered * CHANNELS;
const RECEIVED = RegisterQuantity.activeReceived * CHANNELS;
const QUADRANT_1 = RegisterQuantity.quadrant1 * CHANNELS;
const QUADRANT_2 = RegisterQuantity.quadrant2 * CHANNELS;
const QUADRANT_3 = RegisterQuantity.quadrant3 * CHANNELS;
const QUADRANT_4 = RegisterQuantity.quadrant4 * CHANNELS;
const APPARENT = RegisterQuantity.apparent * CHANNELS;

/**
 * The energy registers, from the chip's counts: whole units, and what is left below one. Each change goes to the record
 * that restarts leave.
 *
 * Reactive counts go to a quadrant by the direction of the same poll's active counts: in proportion, the remainder to
 * the received side, where both directions counted, and by the last direction known where neither did. So QI + QII and
 * QIII + QIV are exact always.
 */
export class Accumulator {
  /** In mWh, mvarh, mVAh: integers below 2^53, by registerIndex. They never go back. */
  readonly energy = new Float64Array(REGISTERS);
  readonly #chip: MeteringChip;
  /** What is left of each register below a unit, in parts of the chip's denominator. */
  readonly #remainders = new Uint32Array(REGISTERS);
  /** Bits by channel: set where the active energy counted last was received. */
  #receiving = 0;
  readonly #record: RetainedRecord | undefined;

  /** @param retained where absent, registers start from 0 whenever the software does */
  constructor(chip: MeteringChip, retained: RetainedRecords | undefined) {
    const words = chip.kept?.length ?? 0;
    this.#chip = chip;
    this.#record = retained?.next(RETAINED_LAYOUT, RETAINED_BYTES + words * RETAINED_WORD_BYTES);
  }

  /** Goes on from what a restart has left, or else from the checkpoint. Answers whether a restart has left something. */
  resume(checkpoint: Checkpoint | undefined): boolean {
    const { countDenominator, kept } = this.#chip;
    const isRestored = checkpoint?.load(this.energy, this.#remainders, countDenominator) ?? false;
    if (!this.#record?.found) {
      if (isRestored) for (let i = 0; i < REGISTERS; i++) this.retain(i);
      return false;
    }
    const reader = this.#record.open();
    for (let i = 0; i < REGISTERS; i++) {
      this.energy[i] = reader.u64();
      this.#remainders[i] = reader.u32();
    }
    if (kept) for (let i = 0; i < kept.length; i++) kept[i] = reader.u32();
    return true;
  }

  /** False: the flash did not take it. */
  checkpoint(checkpoint: Checkpoint, utc_ms: number): boolean {
    return checkpoint.save(this.energy, this.#remainders, this.#chip.countDenominator, utc_ms);
  }

  /**
   * Brings the total registers up to what is known to have been counted: they never go back.
   * @param totals by quantity
   * @param modulus of those of reactive and apparent energy
   */
  raise(totals: Float64Array, modulus: number): void {
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++) {
      const index = registerIndex(quantity, 0);
      let ahead = totals[quantity] - this.energy[index];
      if (quantity > RegisterQuantity.activeReceived) {
        ahead %= modulus;
        if (ahead < 0) ahead += modulus;
        if (ahead >= modulus / 2) continue;
      }
      if (ahead <= 0) continue;
      this.energy[index] += ahead;
      this.#remainders[index] = 0;
      this.retain(index);
    }
  }

  /** Takes what a poll found. Answers whether a channel's active energy was counted in both directions. */
  take(sample: PollSample): boolean {
    let turned = false;
    for (let channel = 0; channel <= this.#chip.phases; channel++)
      if (this.takeChannel(sample.counts, channel)) turned = true;
    return turned;
  }

  /** Writes the record that a restart finds. */
  save(): void {
    if (this.#record === undefined) return;
    const { kept } = this.#chip;
    if (kept) {
      const writer = this.#record.at(RETAINED_BYTES);
      for (let i = 0; i < kept.length; i++) writer.u32(kept[i]);
    }
    this.#record.save();
  }

  private takeChannel(counts: Int32Array, channel: number): boolean {
    const delivered = counts[DELIVERED_COUNTS + channel];
    const received = counts[RECEIVED_COUNTS + channel];
    const positive = counts[POSITIVE_COUNTS + channel];
    const negative = counts[NEGATIVE_COUNTS + channel];
    const turned = delivered !== 0 && received !== 0;
    const bit = 1 << channel;
    if (!turned && delivered !== received)
      this.#receiving = received === 0 ? this.#receiving & ~bit : this.#receiving | bit;
    const whole = (this.#receiving & bit) === 0 ? 1 : 0;
    const share = turned ? delivered / (delivered + received) : whole;
    const quadrant1 = Math.floor(positive * share);
    const quadrant4 = Math.floor(negative * share);
    this.add(DELIVERED + channel, delivered);
    this.add(RECEIVED + channel, received);
    this.add(QUADRANT_1 + channel, quadrant1);
    this.add(QUADRANT_2 + channel, positive - quadrant1);
    this.add(QUADRANT_3 + channel, negative - quadrant4);
    this.add(QUADRANT_4 + channel, quadrant4);
    this.add(APPARENT + channel, counts[APPARENT_COUNTS + channel]);
    return turned;
  }

  private add(index: number, counts: number): void {
    if (counts === 0) return;
    const { countNumerator, countDenominator } = this.#chip;
    const sum = this.#remainders[index] + counts * countNumerator;
    const whole = Math.floor(sum / countDenominator);
    this.energy[index] += whole;
    this.#remainders[index] = sum - whole * countDenominator;
    this.retain(index);
  }

  /** Puts a register into the record. */
  private retain(index: number): void {
    if (this.#record === undefined) return;
    const writer = this.#record.at(index * RETAINED_REGISTER_BYTES);
    writer.u64(this.energy[index]);
    writer.u32(this.#remainders[index]);
  }
}
