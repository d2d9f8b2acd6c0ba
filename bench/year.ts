import { IntervalFlag } from "firmware/intervals/flags";
import { Interval, IntervalChannel } from "firmware/intervals/interval";
import { NodeCipher } from "../host-sim/cipher";
import { NorFlash } from "../host-sim/flash";
import { PowerLoss, PowerSupply, type Cut } from "../host-sim/flash-faults";
import { SeededEntropy } from "../host-sim/node";
import { Random } from "../host-sim/random";
import { COUNT_mWh, MeteringDevice } from "../test/support/metering-device";

const DAY_ms = 86_400_000;
const CADENCE_s = 900;
const EPOCH_ms = Date.UTC(2026, 0, 5);
/** Chances an outage, of 1: with a warning; in the middle of a flash operation instead of between two. */
const WARNED = 0.4;
const TORN = 0.4;

export interface LifeOptions {
  readonly days: number;
  readonly outages: number;
  readonly seed: number;
}

/** What a life came to. Energies in Wh. */
export interface LifeFigures {
  readonly days: number;
  readonly outages: number;
  /** Of the outages those that came in the middle of a flash operation. */
  torn: number;
  /** Wrong times that were sent: refused, and stepped to or worked off. */
  wrongTimesRefused: number;
  clocksSet: number;
  intervals: number;
  skipped: number;
  unknownTime: number;
  /** Slots of 15 minutes that are in the log neither with energy nor as skipped. */
  untold: number;
  flowedWh: number;
  registerWh: number;
  intervalsWh: number;
  /** The most that one outage cost. */
  mostLostWh: number;
  cpuSeconds: number;
}

/**
 * One meter at 5 s polls over months: outages of seconds to days with a warning, without one and in the middle of flash
 * operations; a clock that drifts and that is set wrong; a head end that reads every four hours, while it can.
 * @throws Error where something does not hold
 */
export function live({ days, outages, seed }: LifeOptions): LifeFigures {
  const start_ms = process.cpuUsage().user / 1000;
  const life = new Life(seed);
  const random = new Random(seed, "outages");
  const at_ms = Array.from({ length: outages }, () => random.between(0.5, days - 0.5) * DAY_ms).sort(
    (a, b) => a - b,
  );
  for (const outage_ms of at_ms) {
    life.runTo(EPOCH_ms + outage_ms);
    // From a second to three days, most of them short.
    life.outage(1000 * Math.ceil(random.between(0, 12.5) ** 5));
  }
  life.runTo(EPOCH_ms + days * DAY_ms);
  return {
    days,
    outages,
    ...life.figures(),
    cpuSeconds: Math.round(process.cpuUsage().user / 1000 - start_ms) / 1000,
  };
}

class Life {
  readonly #random: Random;
  readonly #power = new PowerSupply();
  readonly #parts;
  #device: MeteringDevice;
  #now_ms = EPOCH_ms;
  /** True energy up to this start, and what the registers were at it. */
  #flowed_mWh = 0;
  #base_mWh = 0;
  /** What is read every four hours, by number: start, flags, energy. */
  readonly #read = new Map<number, readonly [number, number, number]>();
  #last = 0;
  #torn = 0;
  #refused = 0;
  #set = 0;
  /** By all outages so far, and the most by one. */
  #lost_mWh = 0;
  #mostLost_mWh = 0;
  readonly #interval = new Interval();

  constructor(seed: number) {
    this.#random = new Random(seed, "life");
    const random = new Random(seed, "flash");
    const flashes = [128, 640, 128, 16].map((kilobytes) => new NorFlash({ size: kilobytes * 1024, random }));
    for (const flash of flashes) this.#power.feed(flash);
    this.#parts = {
      flashes,
      cipher: new NodeCipher(),
      entropy: new SeededEntropy(new Random(seed, "salts")),
    };
    this.#device = new MeteringDevice(this.#parts);
  }

  /** Runs up to a time, read and set every four hours. */
  runTo(until_ms: number): void {
    const hours_ms = 4 * 3_600_000;
    while (this.#now_ms < until_ms) {
      const next_ms = Math.min(until_ms, (Math.floor(this.#now_ms / hours_ms) + 1) * hours_ms);
      this.#advance(next_ms - this.#now_ms);
      if (next_ms % hours_ms === 0) this.#visit();
    }
  }

  outage(duration_ms: number): void {
    const random = this.#random;
    if (random.chance(TORN)) this.#tear();
    else if (random.chance(WARNED)) this.#device.fail();
    const { clock } = this.#device;
    this.#flowed_mWh += Math.floor(clock.now_ms() / 1000) * COUNT_mWh;
    this.#now_ms += duration_ms;
    this.#device = new MeteringDevice(this.#parts);
    const lost_mWh = this.#flowed_mWh - this.#device.delivered_mWh - this.#lost_mWh;
    if (lost_mWh < -1) throw new Error(`${-lost_mWh} mWh were invented`);
    this.#mostLost_mWh = Math.max(this.#mostLost_mWh, lost_mWh);
    this.#base_mWh = this.#device.delivered_mWh;
    this.#lost_mWh = this.#flowed_mWh - this.#base_mWh;
    // The head end hears of it soon, or only with its next visit.
    if (random.chance(0.7)) {
      this.#advance(1000 * (1 + random.below(120)));
      this.#setTime(0);
    }
  }

  figures(): Omit<LifeFigures, "days" | "outages" | "cpuSeconds"> {
    this.#setTime(0);
    this.#advance(1000 * CADENCE_s);
    this.#readOut();
    const { delivered_mWh } = this.#device;
    let [skipped, unknownTime, intervals_mWh, untold] = [0, 0, 0, 0];
    let end_s: number | undefined;
    for (const [start_s, flags, energy_mWh] of this.#read.values()) {
      intervals_mWh += energy_mWh;
      if ((flags & IntervalFlag.missing) !== 0) skipped++;
      if ((flags & IntervalFlag.missing) !== 0 && energy_mWh !== 0)
        throw new Error("a skipped interval has energy");
      if ((flags & IntervalFlag.unknownTime) !== 0) {
        unknownTime++;
        continue;
      }
      if (end_s !== undefined && start_s !== end_s) untold += Math.abs(start_s - end_s) / CADENCE_s;
      end_s = start_s + CADENCE_s;
    }
    const open_mWh = delivered_mWh - intervals_mWh;
    if (open_mWh < 0 || open_mWh > (CADENCE_s + 5) * COUNT_mWh)
      throw new Error(`${open_mWh} mWh are in no interval`);
    return {
      torn: this.#torn,
      wrongTimesRefused: this.#refused,
      clocksSet: this.#set,
      intervals: this.#read.size,
      skipped,
      unknownTime,
      untold,
      flowedWh: (this.#flowed_mWh + (this.#device.clock.now_ms() / 1000) * COUNT_mWh) / 1000,
      registerWh: delivered_mWh / 1000,
      intervalsWh: intervals_mWh / 1000,
      mostLostWh: this.#mostLost_mWh / 1000,
    };
  }

  #advance(by_ms: number): void {
    this.#device.clock.advance(by_ms);
    this.#now_ms += by_ms;
  }

  /** The head end reads, and sets the time, which now and then is wrong. */
  #visit(): void {
    this.#readOut();
    const random = this.#random;
    if (random.chance(0.05)) this.#setTime(random.below(2) === 0 ? -3_600_000 : 3_600_000);
    else if (random.chance(0.05)) this.#setTime(random.below(40_000) - 20_000);
    else this.#setTime(random.below(200) - 100);
  }

  #setTime(error_ms: number): void {
    const { utc } = this.#device;
    if (!utc.known && Math.abs(error_ms) > 1000) return;
    if (utc.set(this.#now_ms + error_ms)) this.#set++;
    else this.#refused++;
  }

  #readOut(): void {
    const { log } = this.#device;
    const interval = this.#interval;
    for (let sequence = this.#last + 1; sequence < log.next; sequence++) {
      if (!log.read(sequence, interval)) throw new Error(`interval ${sequence} does not read`);
      const { start_s, flags, values } = interval;
      this.#read.set(sequence, [start_s, flags, values[IntervalChannel.activeDelivered]]);
      this.#last = sequence;
    }
  }

  /** Power goes in the middle of one of the next operations. */
  #tear(): void {
    const random = this.#random;
    const cut: Cut = random.chance(0.5)
      ? { how: "torn", bytes: random.below(256), weak: random.chance(0.5) }
      : { how: "mask", done: random.between(0, 1), weak: random.between(0, 1) };
    this.#power.cutAt(this.#power.operations + random.below(3), cut);
    const before_ms = this.#device.clock.now_ms();
    try {
      for (let s = 0; s < 60; s++) this.#device.clock.advance(1000);
    } catch (error) {
      if (!(error instanceof PowerLoss)) throw error;
      this.#torn++;
    }
    this.#power.cutAt(Infinity, cut);
    this.#now_ms += this.#device.clock.now_ms() - before_ms;
  }
}
