import {
  PollStatus,
  Quantity,
  type Measurements,
  type MeteringChip,
  type PollSample,
} from "hal/metering-chip";
import type { Time } from "../chips/behavioural-chip";
import type { Truth } from "./truth";

const NOTHING = new Int32Array(0);
/** A poll that leaves the counts in the chip, for the next one. */
const TOOK_NOTHING = PollStatus.noAnswer | PollStatus.held;

/**
 * Stands before a chip that counts net, and keeps the books of what no such chip can tell: of energy that flows both
 * ways between two polls, the smaller part cancels out, and neither direction's register gets it.
 */
export class Turns implements MeteringChip {
  readonly countNumerator: number;
  readonly countDenominator: number;
  readonly phases: number;
  /** Of the total, what cancelled out so far: missing from delivered and from received alike. */
  cancelled_mWh = 0;
  /** How often the total's net direction was another one than at the poll before. */
  turns = 0;
  #delivered_mWh = 0;
  #received_mWh = 0;
  #direction = 0;

  constructor(
    private chip: MeteringChip,
    private readonly truth: Truth,
    private readonly time: Time,
  ) {
    this.countNumerator = chip.countNumerator;
    this.countDenominator = chip.countDenominator;
    this.phases = chip.phases;
  }

  /** The chip lost its supply, and what it had not given yet; `chip` is its driver from now on. */
  restart(chip: MeteringChip): void {
    this.chip = chip;
    this.truth.advanceTo(this.time.now_us);
    this.#delivered_mWh = this.#total_mWh(Quantity.activeDelivered);
    this.#received_mWh = this.#total_mWh(Quantity.activeReceived);
  }

  get kept(): Int32Array {
    return this.chip.kept ?? NOTHING;
  }

  initialize(keepCounts = false): number {
    return this.chip.initialize(keepCounts);
  }

  poll(sample: PollSample): number {
    const status = this.chip.poll(sample);
    if ((status & TOOK_NOTHING) === 0) this.#close();
    return status;
  }

  measure(into: Measurements): number {
    return this.chip.measure(into);
  }

  /** Between the last poll that took counts and this one. */
  #close(): void {
    this.truth.advanceTo(this.time.now_us);
    const delivered_mWh = this.#total_mWh(Quantity.activeDelivered) - this.#delivered_mWh;
    const received_mWh = this.#total_mWh(Quantity.activeReceived) - this.#received_mWh;
    this.#delivered_mWh += delivered_mWh;
    this.#received_mWh += received_mWh;
    this.cancelled_mWh += Math.min(delivered_mWh, received_mWh);
    const direction = Math.sign(delivered_mWh - received_mWh);
    if (direction === -this.#direction && direction !== 0) this.turns++;
    if (direction !== 0) this.#direction = direction;
  }

  #total_mWh(quantity: number): number {
    return this.truth.energy_mWh(quantity, 0) + this.truth.remainder_mWh(quantity, 0);
  }
}
