import type { EchoTraffic } from "./traffic";

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
  /** The metering chip of every meter. Only "atm90e32" has a model. */
  chip: "atm90e32" | "ade7953";
  faults: Faults;
  /** Left out, meters are read. */
  traffic?: EchoTraffic | undefined;
  /** Path of an edge list, whose first node is the collector; it has `meters` more. */
  topology?: string | undefined;
  /** Meters a square kilometre of a town; left out, all are in range of each other. */
  density?: number | undefined;
  /** Whether radios and software take the time that they take on a device. */
  turnaround: "device" | "ideal";
  hopping: boolean;
  linkSecurity: boolean;
  capture?: string | undefined;
  report?: string | undefined;
  json?: string | undefined;
  coapBridge?: number | undefined;
}

/** Shares in [0, 1], unless it says otherwise; 0 where the fault is not asked for. */
export interface Faults {
  /** Of radio frames, lost on the air. */
  frameLoss: number;
  /** Of radio frames on a third of the channels, destroyed by others who use the band. */
  interference: number;
  /** Of SPI frames, whose answer has one inverted bit. */
  spiNoise: number;
  /** Of SPI frames, whose command has one inverted bit on its way to the chip. */
  spiCommand: number;
  /** Of SPI frames, cut off before their end. */
  spiAbort: number;
  /** No share: how often each meter loses its supply in the run, on average. */
  outages: number;
  /** And how often the whole street does. */
  blackouts: number;
  /** And how often a meter's voltage sags, swells, or is gone on one phase. */
  disturbances: number;
}

export const noFaults: Faults = Object.freeze({
  frameLoss: 0,
  interference: 0,
  spiNoise: 0,
  spiCommand: 0,
  spiAbort: 0,
  outages: 0,
  blackouts: 0,
  disturbances: 0,
});

/** The run of `wattmesh sim` where nothing else is said. */
export const defaultOptions: StreetOptions = Object.freeze({
  meters: 24,
  collectors: 1,
  days: 7,
  interval_min: 15,
  loads: "synthetic",
  seed: 1,
  depth: "chip",
  chip: "atm90e32",
  faults: noFaults,
  turnaround: "device",
  hopping: true,
  linkSecurity: true,
});

/** For an input that cannot be used: one line for the user, who gets exit code 2. */
export class BadInput extends Error {}
