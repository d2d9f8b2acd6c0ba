import { integerArgument, MORE, Result, type Command } from "firmware/console/command";
import type { Output } from "firmware/console/output";
import { thousandths } from "firmware/console/thousandths";
import { utcText } from "firmware/console/utc-text";
import { flagNames } from "firmware/intervals/flags";
import { Interval, IntervalChannel } from "firmware/intervals/interval";
import type { IntervalLog } from "firmware/intervals/log";

const DEFAULT_COUNT = 8;
const MAX_COUNT = 100_000;

/** `lp list`: the newest intervals of the load profile, a line each. */
export class IntervalCommand implements Command {
  readonly words = "lp list";
  readonly usage = "[count]";
  readonly help = "the newest intervals: Wh delivered and received, volts, flags";
  readonly #log: IntervalLog;
  readonly #interval = new Interval();
  #next = 0;
  #end = 0;

  constructor(log: IntervalLog) {
    this.#log = log;
  }

  start(args: readonly string[]): number {
    if (args.length > 1) return Result.badArgument;
    const count = args.length === 0 ? DEFAULT_COUNT : integerArgument(args[0], 1, MAX_COUNT);
    // NaN, which no comparison holds for.
    if (!(count > 0)) return Result.badArgument;
    this.#end = this.#log.next;
    this.#next = Math.max(this.#log.first, this.#end - count);
    return this.#next < this.#end ? MORE : Result.noData;
  }

  step(output: Output): number {
    const sequence = this.#next++;
    const interval = this.#interval;
    const number = `${sequence}`.padStart(6);
    if (this.#log.read(sequence, interval)) {
      const values = interval.values;
      const delivered = thousandths(values[IntervalChannel.activeDelivered]).padStart(12);
      const received = thousandths(values[IntervalChannel.activeReceived]).padStart(12);
      const volts = `${values[IntervalChannel.meanVoltage] / 10}`.padStart(7);
      const flags = flagNames(interval.flags);
      output.line(`${number} ${utcText(interval.start_s)}${delivered}${received}${volts} ${flags}`.trimEnd());
    } else {
      output.line(`${number} unreadable`);
    }
    return this.#next < this.#end ? MORE : Result.ok;
  }
}
