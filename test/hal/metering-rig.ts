import type { Clock } from "hal/clock";
import type { Bus } from "hal/drivers/ade7953/bus";
import type { Calibration as AdeCalibration } from "hal/drivers/ade7953/calibration";
import { Ade7953 } from "hal/drivers/ade7953/driver";
import { I2cBus } from "hal/drivers/ade7953/i2c-bus";
import { SpiBus } from "hal/drivers/ade7953/spi-bus";
import { UartBus } from "hal/drivers/ade7953/uart-bus";
import type { Calibration } from "hal/drivers/atm90e32/calibration";
import { Atm90e32 } from "hal/drivers/atm90e32/driver";
import { CHANNELS, countIndex, type MeteringChip, PollSample, QUANTITIES } from "hal/metering-chip";
import type { Spi } from "hal/spi";
import { Ade7953Chip } from "../../host-sim/chips/ade7953";
import { Ade7953OverI2c } from "../../host-sim/chips/ade7953-i2c";
import { Ade7953OverUart } from "../../host-sim/chips/ade7953-uart";
import { Atm90e32Chip } from "../../host-sim/chips/atm90e32";
import type { SensorErrors } from "../../host-sim/chips/sensor-errors";
import type { Time } from "../../host-sim/chips/behavioural-chip";
import { FaultySpi, type Shiftable } from "../../host-sim/chips/spi-faults";
import { UartLine, type Answering } from "../../host-sim/chips/uart-line";
import { Feed } from "../../host-sim/load/feed";
import type { Flow, Load } from "../../host-sim/load/load";
import { Truth } from "../../host-sim/load/truth";
import { noFaults, type Faults } from "../../host-sim/options";
import { Random } from "../../host-sim/random";

export const SECOND_US = 1e6;

/** The same flow for ever. */
export function steadyLoad(active_W: number[], reactive_var: number[] = [0, 0, 0], voltage_V = 120): Load {
  return {
    phases: active_W.length,
    flowAt(_at_us: number, flow: Flow): number {
      for (let phase = 0; phase < active_W.length; phase++) {
        flow.activePower_mW[phase] = active_W[phase] * 1000;
        flow.reactivePower_mvar[phase] = (reactive_var[phase] ?? 0) * 1000;
        flow.voltage_mV[phase] = voltage_V * 1000;
      }
      return Infinity;
    },
  };
}

/** Legs that change every few seconds or minutes: idle, a lamp, a car, the sun; reactive power either way. */
export function randomLoad(random: Random, phases: number, receives: boolean): Load {
  return {
    phases,
    flowAt(at_us: number, flow: Flow): number {
      for (let phase = 0; phase < phases; phase++) {
        const scale_mW = [0, 50, 2_000, 1_000_000, 12_000_000][random.below(5)];
        const sign = receives && random.chance(0.4) ? -1 : 1;
        flow.activePower_mW[phase] = sign * Math.floor(random.next() * scale_mW);
        flow.reactivePower_mvar[phase] = Math.floor(random.between(-0.4, 0.6) * scale_mW);
        flow.voltage_mV[phase] = 114_000 + random.below(12_000);
      }
      return at_us + 1 + random.below(90e6);
    },
  };
}

export function clockOf(time: { now_us: number }): Clock {
  return { now_ms: () => Math.floor(time.now_us / 1000), setAlarm() {}, onAlarm() {} };
}

export interface RigOptions {
  faults?: Partial<Faults>;
  seed?: number;
  errors?: SensorErrors[];
}

/** What a driver is made over. */
export interface Bench {
  spi: Spi;
  time: { now_us: number };
  clock: Clock;
  delay_ms: (ms: number) => void;
}

/** One meter's chip over its bus, with the truth beside it and a register for each count. */
export class MeteringRig<Chip extends Shiftable, Driver extends MeteringChip> {
  readonly time = { now_us: 0 };
  readonly feed: Feed;
  readonly truth: Truth;
  readonly chip: Chip;
  readonly bus: FaultySpi;
  readonly driver: Driver;
  readonly sample = new PollSample();
  readonly counts = new Float64Array(QUANTITIES * CHANNELS);
  /** All statuses seen, or-ed. */
  seen = 0;
  delayed_ms = 0;
  frames = 0;
  /** Runs before each frame: where a test puts time, or a fault. */
  beforeFrame: (buffer: Uint8Array) => void = () => {};
  afterFrame: (buffer: Uint8Array) => void = () => {};
  /** How a frame gets to the chip. */
  deliver: (buffer: Uint8Array) => void = (buffer) => this.bus.transfer(buffer);

  constructor(
    load: Load,
    options: RigOptions,
    makeChip: (time: Time, feed: Feed, errors?: SensorErrors[]) => Chip,
    makeDriver: (bench: Bench) => Driver,
  ) {
    this.feed = new Feed(load);
    this.truth = new Truth(this.feed);
    this.chip = makeChip(this.time, this.feed, options.errors);
    const random = new Random(options.seed ?? 1, "spi");
    this.bus = new FaultySpi(this.chip, { ...noFaults, ...options.faults }, random);
    this.driver = makeDriver({
      spi: {
        transfer: (buffer) => {
          this.frames++;
          this.beforeFrame(buffer);
          this.deliver(buffer);
          this.afterFrame(buffer);
        },
      },
      time: this.time,
      clock: clockOf(this.time),
      delay_ms: (ms) => (this.delayed_ms += ms),
    });
  }

  /** Polls after `after_us` and accumulates; answers the status. */
  poll(after_us = 5 * SECOND_US): number {
    this.time.now_us += after_us;
    const status = this.driver.poll(this.sample);
    for (let i = 0; i < this.counts.length; i++) this.counts[i] = this.counts[i] + this.sample.counts[i];
    this.seen |= status;
    return status;
  }

  /** Counts of a register less the truth: in (-1, 0] when every count arrived and none was made up. */
  excess(quantity: number, channel: number): number {
    this.truth.advanceTo(this.time.now_us);
    const true_mWh = this.truth.energy_mWh(quantity, channel) + this.truth.remainder_mWh(quantity, channel);
    const perCount_mWh = this.driver.countNumerator / this.driver.countDenominator;
    return this.counts[countIndex(quantity, channel)] - true_mWh / perCount_mWh;
  }

  /** The least and greatest {@link excess} over all registers of wired phases. */
  excesses(): { least: number; most: number } {
    let least = Infinity;
    let most = -Infinity;
    for (let quantity = 0; quantity < QUANTITIES; quantity++) {
      for (let channel = 0; channel <= this.driver.phases; channel++) {
        const excess = this.excess(quantity, channel);
        least = Math.min(least, excess);
        most = Math.max(most, excess);
      }
    }
    return { least, most };
  }
}

/** A rig with an ATM90E32AS. */
export class Rig extends MeteringRig<Atm90e32Chip, Atm90e32> {
  constructor(load: Load, options: RigOptions & { calibration?: Calibration; currentScale?: number } = {}) {
    super(
      load,
      options,
      (time, feed, errors) => new Atm90e32Chip(time, feed, errors),
      (bench) =>
        new Atm90e32({
          ...bench,
          phases: load.phases,
          lineFrequency_Hz: 60,
          ...(options.calibration && { calibration: options.calibration }),
          ...(options.currentScale && { currentScale: options.currentScale }),
        }),
    );
  }
}

export const ADE7953_BUSES = ["spi", "i2c", "uart"] as const;
export type Ade7953Over = (typeof ADE7953_BUSES)[number];

export interface Ade7953RigOptions extends RigOptions {
  calibration?: AdeCalibration;
  /** SPI where absent. */
  over?: Ade7953Over;
  /** Transfers over the UART take their time. */
  slow?: boolean;
}

/** The UART between an ADE7953 and its driver. */
class UartSide implements Answering {
  packets = 0;
  beforePacket: () => void = () => {};
  /** Nothing gets through. */
  dead = false;
  /** How a packet gets to the chip, and what it answers. */
  deliver: (packet: Uint8Array) => Uint8Array;
  readonly line: UartLine;

  constructor({ spi, time }: Bench, { faults, seed = 1, slow = false }: Ade7953RigOptions) {
    const chip = new Ade7953OverUart(spi);
    this.deliver = (packet) => chip.answer(packet);
    this.line = new UartLine(this, { ...noFaults, ...faults }, new Random(seed, "uart"), (ms) => {
      if (slow) time.now_us += 1000 * ms;
    });
  }

  answer(packet: Uint8Array): Uint8Array {
    this.packets++;
    this.beforePacket();
    return this.dead ? new Uint8Array() : this.deliver(packet);
  }
}

/** A rig with an ADE7953. */
export class Ade7953Rig extends MeteringRig<Ade7953Chip, Ade7953> {
  /** Has the faults then; `bus` is behind the chip's pins and has none. */
  readonly uart: UartSide | undefined;

  constructor(load: Load, options: Ade7953RigOptions = {}) {
    const { over = "spi", calibration } = options;
    let uart: UartSide | undefined;
    const busOver = (bench: Bench): Bus => {
      if (over === "spi") return new SpiBus(bench.spi);
      if (over === "i2c") return new I2cBus(new Ade7953OverI2c(bench.spi));
      uart = new UartSide(bench, options);
      return new UartBus(uart.line);
    };
    super(
      load,
      over === "uart" ? { ...options, faults: {} } : options,
      (time, feed, errors) => new Ade7953Chip(time, feed, errors),
      (bench) =>
        new Ade7953({
          ...bench,
          bus: busOver(bench),
          phases: load.phases === 1 ? 1 : 2,
          ...(calibration && { calibration }),
        }),
    );
    this.uart = uart;
  }

  /** Dead lines: they read as this byte, a UART not at all. */
  set stuck(level: number | undefined) {
    if (this.uart === undefined) this.bus.stuck = level;
    else this.uart.dead = level !== undefined;
  }

  /** Frames of the bus, or packets. */
  get transfers(): number {
    return this.uart?.packets ?? this.frames;
  }

  /** Runs before each of them. */
  set beforeTransfer(run: () => void) {
    if (this.uart === undefined) this.beforeFrame = run;
    else this.uart.beforePacket = run;
  }
}
