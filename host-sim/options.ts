/** What one run of the simulator is asked for, checked and complete. */
export interface StreetOptions {
  meters: number;
  collectors: number;
  days: number;
  /** Load profile interval in minutes: 15 or 60. */
  interval_min: number;
  /** "synthetic", or the path of a CSV file. */
  loads: string;
  seed: number;
  depth: "chip" | "model";
  faults: Faults;
  capture: string | undefined;
  report: string | undefined;
  json: string | undefined;
  coapBridge: number | undefined;
}

/** Shares in [0, 1]; 0 where the fault is not asked for. */
export interface Faults {
  /** Of radio frames, lost on the air. */
  frameLoss: number;
  /** Of SPI frames, whose answer has one inverted bit. */
  spiNoise: number;
  /** Of SPI frames, whose command has one inverted bit on its way to the chip. */
  spiCommand: number;
  /** Of SPI frames, cut off before their 32 clocks. */
  spiAbort: number;
}

/** For an input that cannot be used: one line for the user, who gets exit code 2. */
export class BadInput extends Error {}
