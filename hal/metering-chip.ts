/**
 * A metering chip: energy counted in hardware, and instantaneous measurements.
 *
 * All calls block for the time of their bus transfers (about 2 ms a poll at 1 Mbit/s, half a second at 4,800 bit/s).
 * Counts that the chip has gathered but that were not polled when power fails are lost with the chip's supply.
 */
export interface MeteringChip {
  /** One count is `countNumerator / countDenominator` mWh (mvarh, mVAh). */
  readonly countNumerator: number;
  readonly countDenominator: number;

  /** How many phases are wired, from phase A on: 1, 2 (split phase) or 3. */
  readonly phases: number;

  /**
   * What the driver must know to go on with the chip's counts after a restart of the software: kept after each poll,
   * and put back before {@link initialize}. Absent where the chip tells everything itself.
   */
  readonly kept?: Int32Array;

  /**
   * Resets and configures the chip. Answers a {@link PollStatus}.
   * @param keepCounts the software was restarted and the chip may have gone on: one that is configured as it should be
   *   is taken up as it is, with what it counted since its last poll. Without it counting starts from 0.
   */
  initialize(keepCounts?: boolean): number;

  /**
   * Moves the energy counted since the last poll, the phase voltages and what was wrong with the supply into `sample`
   * (every field is written). A chip may tell of the supply a poll late.
   * Counts are believed: what did not pass the driver's checks is not in them. Answers a {@link PollStatus}.
   */
  poll(sample: PollSample): number;

  /** Reads the instantaneous measurements of all wired phases. Answers a {@link PollStatus}. */
  measure(into: Measurements): number;
}

/** What a poll found. Bits, so that one poll can say several things; 0 is a clean poll. */
export const PollStatus = Object.freeze({
  ok: 0,
  /** The chip did not answer (all ones, all zeros, never the same, or an identity that is wrong): nothing was taken. */
  noAnswer: 1,
  /** The counts did not balance between total and phases; they are held back until the next poll. */
  held: 2,
  /** Counts were lost, or refused as implausible: what is reported is at most what flowed. */
  lost: 4,
  /** The chip had been reset and was initialised again; energy since the poll before may be missing. */
  restarted: 8,
  /** The configuration checksum changed and the configuration was written again. */
  configuration: 16,
  /** A register came near its full scale: the poll was late, energy may be missing. */
  overflow: 32,
  /** Bus noise was seen and corrected by reading again. */
  noise: 64,
});

/** Quantities that are counted; each has a total and three phases, see {@link countIndex}. */
export const Quantity = Object.freeze({
  activeDelivered: 0,
  activeReceived: 1,
  /** Forward (inductive, positive) reactive energy: quadrants I and II. */
  reactivePositive: 2,
  /** Reverse reactive energy: quadrants III and IV. */
  reactiveNegative: 3,
  apparent: 4,
});
export const QUANTITIES = 5;
/** Channels of a quantity: total, then phases A, B, C. The total is counted over the signed sum of the phases. */
export const CHANNELS = 4;

/** Index into {@link PollSample.counts} of a quantity and a channel (0 total, 1 to 3 phases A to C). */
export function countIndex(quantity: number, channel: number): number {
  return quantity * CHANNELS + channel;
}

/**
 * What a chip tells of the supply: of each condition three bits, phase A the lowest, from the bit given here on, and one
 * bit for the order of three phases.
 */
export const Supply = Object.freeze({
  /** Below {@link SupplyLimit.sag}; so is a phase that is lost. */
  sag: 0,
  swell: 3,
  phaseLoss: 6,
  /** One bit: the phases follow each other in the wrong order. */
  sequence: 9,
});

/** Limits of voltage as shares of the nominal one. */
export const SupplyLimit = Object.freeze({ sag: 0.78, swell: 1.22, phaseLoss: 0.1 });

/** Bits of the phases (1 A, 2 B, 4 C) that a condition of {@link Supply} has in {@link PollSample.supply}. */
export function phasesIn(supply: number, condition: number): number {
  return (supply >> condition) & 7;
}

/** What one poll brings; made once and reused. */
export class PollSample {
  /** Counts since the last poll, never negative; see {@link countIndex}. Phases that are not wired read 0. */
  readonly counts = new Int32Array(QUANTITIES * CHANNELS);
  /** Phase voltages in mV, A to C; 0 where not wired or not known. */
  readonly voltage_mV = new Int32Array(3);
  /** What was wrong with the supply at some time since the last poll, or is now: bits of {@link Supply}. */
  supply = 0;
}

/** Instantaneous values, made once and reused. Arrays of 4 are total, A, B, C; arrays of 3 are A, B, C. */
export class Measurements {
  readonly voltage_mV = new Int32Array(3);
  readonly current_mA = new Int32Array(3);
  /** Positive is delivered to the customer. */
  readonly activePower_mW = new Int32Array(4);
  readonly reactivePower_mvar = new Int32Array(4);
  readonly apparentPower_mVA = new Int32Array(4);
  /** Thousandths, signed as the chip signs it. */
  readonly powerFactor_permille = new Int32Array(4);
  frequency_mHz = 0;
  /** Tenths of a degree Celsius, of the chip itself; stays 0 with one that has no thermometer. */
  temperature_dC = 0;
}
