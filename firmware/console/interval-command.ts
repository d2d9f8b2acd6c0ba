import { ListCommand } from "firmware/console/list-command";
import { thousandths } from "firmware/console/thousandths";
import { utcText } from "firmware/console/utc-text";
import { flagNames } from "firmware/intervals/flags";
import { Interval, IntervalChannel } from "firmware/intervals/interval";
import type { IntervalLog } from "firmware/intervals/log";

/** `lp list`: the newest intervals of the load profile, a line each. */
export class IntervalCommand extends ListCommand {
  readonly #log: IntervalLog;

  constructor(log: IntervalLog) {
    super(log);
    this.#log = log;
  }

  get words(): string {
    return "lp list";
  }

  get help(): string {
    return "the newest intervals: Wh delivered and received, volts, flags";
  }

  protected describe(sequence: number): string | undefined {
    const interval = new Interval();
    if (!this.#log.read(sequence, interval)) return undefined;
    const { values } = interval;
    const delivered = thousandths(values[IntervalChannel.activeDelivered]).padStart(12);
    const received = thousandths(values[IntervalChannel.activeReceived]).padStart(12);
    const volts = `${values[IntervalChannel.meanVoltage] / 10}`.padStart(7);
    return `${utcText(interval.start_s)}${delivered}${received}${volts} ${flagNames(interval.flags)}`;
  }
}
