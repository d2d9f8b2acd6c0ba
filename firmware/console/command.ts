import type { Output } from "firmware/console/output";

/** How a command ended, beside {@link MORE}. The codes are stable; their slugs stand in {@link slugOf}. */
export const Result = Object.freeze({
  ok: 0,
  unknownCommand: 1,
  lineTooLong: 2,
  badArgument: 3,
  noData: 4,
  /** Done a moment ago, and not to be repeated yet. */
  lockedOut: 5,
  /** The meter has no place in the mesh, or its collector has not acknowledged it yet. */
  notJoined: 6,
  /** Nobody has answered what was asked over the mesh. */
  noAnswer: 7,
});

/** A command's step answers this while it has more lines to write. */
export const MORE = -1;
/** And this while it has to wait for something; it then calls `Output.resume`. */
export const WAIT = -2;

const SLUGS = Object.freeze([
  "ok",
  "unknown-command",
  "line-too-long",
  "bad-argument",
  "no-data",
  "locked-out",
  "not-joined",
  "no-answer",
]);

export function slugOf(result: number): string {
  return SLUGS[result];
}

/** One command of the console. It writes line by line, so that a slow line never holds up metering. */
export interface Command {
  /** Noun and verb: `reg show`. */
  readonly words: string;
  /** Its arguments, for the help: `[all]`. */
  readonly usage: string;
  /** One line. */
  readonly help: string;

  /** Takes the arguments and starts over. Answers {@link MORE}, or a {@link Result} that ends it. */
  start(args: readonly string[]): number;

  /** Writes at most one line of up to {@link LINE_ROOM} bytes. Answers {@link MORE}, {@link WAIT} or a {@link Result}. */
  step(output: Output): number;
}

/** A decimal argument: NaN where it is not one, or not in `[low, high]`. */
export function integerArgument(text: string, low: number, high: number): number {
  let value = text.length > 0 ? 0 : NaN;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : NaN;
  }
  return value >= low && value <= high ? value : NaN;
}
