import { InvalidArgumentError } from "commander";
import { noFaults, type Faults } from "../options";
import { type EchoTraffic, LEAST_BYTES } from "../traffic";

/** Parsers of option values. Each throws InvalidArgumentError with what is wrong. */

export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (value >= low && value <= high) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`);
  };
}

const FAULTS: Record<string, keyof Faults> = {
  "frame-loss": "frameLoss",
  interference: "interference",
  "spi-noise": "spiNoise",
  "spi-command": "spiCommand",
  "spi-abort": "spiAbort",
  outages: "outages",
  blackouts: "blackouts",
  disturbances: "disturbances",
};
/** Those that say how often; the others are shares. */
const COUNTED: readonly (keyof Faults)[] = ["outages", "blackouts", "disturbances"];
const MAX_COUNT = 1000;

export const faultNames = Object.keys(FAULTS);

/** Parses `name:share,…`, or `name:count` for some. */
export function faultList(text: string): Faults {
  const faults = { ...noFaults };
  const seen = new Set<string>();
  for (const item of text.split(",")) {
    const [name = "", share, ...rest] = item.split(":");
    const field = Object.hasOwn(FAULTS, name) ? FAULTS[name] : undefined;
    if (field === undefined)
      throw new InvalidArgumentError(
        `There is no fault ${JSON.stringify(name)}; there are ${faultNames.join(", ")}.`,
      );
    if (seen.has(name)) throw new InvalidArgumentError(`${name} is given twice.`);
    seen.add(name);
    const value =
      /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(share ?? "") && rest.length === 0 ? Number(share) : NaN;
    if (COUNTED.includes(field)) {
      if (!(value >= 0 && value <= MAX_COUNT))
        throw new InvalidArgumentError(`${name} needs a number from 0 to ${MAX_COUNT}, such as ${name}:2.`);
    } else if (!(value >= 0 && value <= 1))
      throw new InvalidArgumentError(`${name} needs a share from 0 to 1, such as ${name}:0.1.`);
    faults[field] = value;
  }
  return faults;
}

/** Of messages, each of which may be sent a second before its time. */
const LEAST_PERIOD_S = 2;
/** What fits a frame after several hops, with its headers. */
const MOST_BYTES = 150;

/** Parses `reads` or `echo:BYTES:SECONDS`; undefined stands for reads. */
export function traffic(text: string): EchoTraffic | undefined {
  if (text === "reads") return undefined;
  const [, bytes, period_s] = /^echo:(\d{1,4}):(\d{1,6})$/.exec(text) ?? [];
  const echo = { bytes: Number(bytes), period_s: Number(period_s) };
  if (echo.bytes >= LEAST_BYTES && echo.bytes <= MOST_BYTES && echo.period_s >= LEAST_PERIOD_S) return echo;
  throw new InvalidArgumentError(
    `It must be reads or echo:BYTES:SECONDS, with ${LEAST_BYTES} to ${MOST_BYTES} bytes and at least ${LEAST_PERIOD_S} s.`,
  );
}
