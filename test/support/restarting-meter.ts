import { expect } from "vitest";
import { Meter } from "firmware/app/meter";
import { EventCode, EventRecord } from "firmware/events/log";
import { Interval } from "firmware/intervals/interval";
import { RegisterQuantity } from "firmware/registers/obis";
import { partitionsOf } from "firmware/storage/partition";
import { Atm90e32 } from "hal/drivers/atm90e32/driver";
import { Register } from "hal/drivers/atm90e32/registers";
import { CHANNELS, QUANTITIES, type MeteringChip } from "hal/metering-chip";
import type { Radio } from "hal/radio";
import { ResetReason } from "hal/reset";
import { Atm90e32Chip } from "../../host-sim/chips/atm90e32";
import { BehaviouralChip } from "../../host-sim/chips/behavioural-chip";
import { NodeCipher } from "../../host-sim/cipher";
import { CrystalClock } from "../../host-sim/clock";
import { NorFlash } from "../../host-sim/flash";
import { Feed } from "../../host-sim/load/feed";
import { Truth } from "../../host-sim/load/truth";
import { meterIdentity, SeededEntropy, SimulatedSerial } from "../../host-sim/node";
import { Medium, OPEN_STREET } from "../../host-sim/radio/medium";
import { Random } from "../../host-sim/random";
import { SimulatedRetainedMemory } from "../../host-sim/retained-memory";
import { SimulatedWatchdog } from "../../host-sim/watchdog";
import { World } from "../../host-sim/world";
import { randomLoad } from "../hal/metering-rig";
import { NETWORK } from "../xs/programs/meter";

const UTC_MS = 1_767_571_200_000;
/** A count of 3.125 mWh that is under way in the chip, and what is below a unit. */
export const UNDER_WAY_MWH = 3.125 + 1;
/** Of the argument of a start's event. */
const REASON = 0xff;
const ENERGY_REGISTERS = QUANTITIES * CHANNELS;

/** A planted exception. */
const planted = new Error("planted");

/** Hardware that stays, and firmware that is started on it as often as wanted, or restarts itself as `hal/reset` says. */
export class RestartingMeter {
  readonly world = new World();
  readonly retained = new SimulatedRetainedMemory();
  readonly flash = new NorFlash({ size: 4 * 1024 * 1024 });
  readonly serial = new SimulatedSerial();
  /** Of the storage; another one is used from the next start on. */
  readonly storageKey = meterIdentity(1).storageKey.slice();
  readonly feed: Feed;
  readonly truth: Truth;
  /** The clock rings in vain: no task runs any more. */
  deaf = false;
  /** The metering chip's bus works. */
  chipAnswers = true;
  /** Why the firmware started, each time. */
  readonly reasons: number[] = [];
  /** An exception comes in place of the call to the HAL after so many. */
  throwAfter = Infinity;
  /** Of the planted exceptions those that came while counts were on their way from the chip to retained memory. */
  thrownInPoll = 0;
  #inPoll = false;
  readonly #chip: Atm90e32Chip;
  readonly #behavioural: BehaviouralChip;
  readonly #radio: ReturnType<Medium["addRadio"]>;
  #meter: Meter | undefined;
  #clock: CrystalClock | undefined;
  #watchdog: SimulatedWatchdog | undefined;

  constructor(
    seed: number,
    private readonly depth: "chip" | "model" = "chip",
  ) {
    const { world } = this;
    const random = new Random(seed, "restart");
    this.feed = new Feed(randomLoad(random, 2, true));
    this.truth = new Truth(this.feed);
    this.#chip = new Atm90e32Chip(world, this.feed);
    this.#behavioural = new BehaviouralChip(world, this.feed);
    this.#radio = new Medium({ ...OPEN_STREET, world, random, frameLoss: 0 }).addRadio();
  }

  get meter(): Meter {
    return this.#meter!;
  }

  get radio(): Radio {
    return this.#radio;
  }

  /** Starts the firmware; the one before runs no further. */
  start(reason: number = ResetReason.unexpected): void {
    this.#clock?.stop();
    this.#watchdog?.stop();
    this.#radio.powerOff();
    this.serial.powerOff();
    this.reasons.push(reason);
    this.deaf = false;
    const clock = new CrystalClock(this.world, 0);
    const watchdog = new SimulatedWatchdog(this.world, () => this.start(ResetReason.watchdog));
    this.#clock = clock;
    this.#watchdog = watchdog;
    watchdog.feed();
    this.#guard(() => {
      this.#meter = new Meter(
        {
          clock: this.#tapped(clock),
          chip: this.depth === "model" ? this.#behavioural : this.#driver(this.#tapped(clock)),
          radio: this.#tapped(this.#radio),
          flash: partitionsOf(this.#tapped(this.flash)),
          cipher: new NodeCipher(),
          retained: this.#tapped(this.retained),
          reset: { reason },
          watchdog: this.#tapped(watchdog),
          console: this.#tapped(this.serial),
          entropy: this.#tapped(new SeededEntropy(new Random(1, "entropy"))),
          identity: { ...meterIdentity(1), storageKey: this.storageKey },
        },
        { network: NETWORK, interval_min: 15 },
      );
      const ring = clock.onAlarm;
      clock.onAlarm = () => void (this.deaf || this.#guard(ring));
      const { onReceive, onSent } = this.#radio;
      this.#radio.onReceive = (frame, length, rssi_dBm) =>
        this.#guard(() => onReceive(frame, length, rssi_dBm));
      this.#radio.onSent = () => this.#guard(onSent);
      const { onReadable } = this.serial;
      this.serial.onReadable = () => this.#guard(onReadable);
    });
  }

  /** Code and reason of the event that the last start has left. */
  lastStart(): [code: number, reason: number] {
    const { events } = this.meter;
    const event = new EventRecord();
    let last: [code: number, reason: number] = [0, 0];
    for (let sequence = events.first; events.read(sequence, event); sequence++)
      if (event.code === EventCode.powerUp || event.code === EventCode.restarted)
        last = [event.code, event.argument & REASON];
    return last;
  }

  run(delay_ms: number): void {
    this.world.runUntil(this.world.now_us + delay_ms * 1000);
  }

  setTime(): void {
    this.meter.utc.set(UTC_MS + this.world.now_us / 1000);
  }

  /** What the registers are short of the truth, in mWh, by quantity and channel. */
  shortfalls(): number[] {
    this.truth.advanceTo(this.world.now_us);
    this.meter.registers.poll();
    return [RegisterQuantity.activeDelivered, RegisterQuantity.activeReceived].flatMap((quantity) =>
      [0, 1, 2].map(
        (channel) =>
          this.truth.energy_mWh(quantity, channel) +
          this.truth.remainder_mWh(quantity, channel) -
          this.meter.registers.energy[quantity * CHANNELS + channel],
      ),
    );
  }

  /** The sum of all intervals, in mWh delivered; their flags are or-ed into `flags`. */
  intervals(): { delivered_mWh: number; closing_mWh: number; flags: number } {
    const { intervals } = this.meter;
    const interval = new Interval();
    const sum = { delivered_mWh: 0, closing_mWh: 0, flags: 0 };
    for (let sequence = intervals.first; sequence < intervals.next; sequence++) {
      expect(intervals.read(sequence, interval)).toBe(true);
      sum.delivered_mWh += interval.values[0];
      sum.closing_mWh = interval.closingDelivered_mWh;
      sum.flags |= interval.flags;
    }
    return sum;
  }

  #driver(clock: CrystalClock): MeteringChip {
    const { phases } = this.feed.load;
    const spi = {
      transfer: (buffer: Uint8Array) => {
        this.#tap();
        if (buffer[1] >= Register.APenergyT && buffer[1] < Register.APenergyT + ENERGY_REGISTERS)
          this.#inPoll = true;
        if (this.chipAnswers) this.#chip.transfer(buffer);
        else buffer.fill(0xff);
      },
    };
    return new Atm90e32({ spi, clock, delay_ms: () => {}, phases, lineFrequency_Hz: 60 });
  }

  /** What the part does at the end of a callback that threw. */
  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (error !== planted) throw error;
      if (this.#inPoll) this.thrownInPoll++;
      this.#inPoll = false;
      this.start(ResetReason.exception);
    }
  }

  #tap(): void {
    if (--this.throwAfter >= 0) return;
    this.throwAfter = Infinity;
    throw planted;
  }

  /** The same part, of which each call may be where the exception comes. */
  #tapped<Part extends object>(part: Part): Part {
    return new Proxy(part, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function" || String(name).startsWith("on")) return value;
        return (...parameters: unknown[]): unknown => {
          this.#tap();
          if (part === (this.retained as object) && name === "write") this.#inPoll = false;
          return Reflect.apply(value, target, parameters);
        };
      },
      set: (target, name, value) => Reflect.set(target, name, value, target),
    });
  }
}
