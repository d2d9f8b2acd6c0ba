import {
  CONFIG_RESET,
  GAIN_ONE,
  NO_LOAD,
  OVER_VOLTAGE_FLAG,
  Register,
  RESET_FLAG,
  RSTREAD,
  SAG_FLAG,
  SOFTWARE_RESET,
  UNLOCK,
} from "hal/drivers/ade7953/registers";
import {
  CURRENT_LSB_MA,
  COUNTS_PER_MWH,
  PEAK_LSB_MV,
  PERIOD_CLOCK_HZ,
  POWER_LSB_MW,
  VOLTAGE_LSB_MV,
} from "hal/drivers/ade7953/units";
import { countIndex, Quantity } from "hal/metering-chip";
import { EnergyBank, MILLIWATT_HOUR } from "../load/energy";
import type { Feed, Measuring } from "../load/feed";
import { Ade7953FrontEnd } from "./ade7953-front-end";
import type { Time } from "./behavioural-chip";
import type { SensorErrors } from "./sensor-errors";
import type { Shiftable } from "./spi-faults";

const HEADER = 3;
const HEADER_CLOCKS = 8 * HEADER;
/** The command's bit that says read; nothing looks at the others. */
const READ = 0x80;
/** A data line that nobody drives is pulled up. */
const FLOATING = 0xff;
const PAGES = 4;
const REGISTERS = 0x100 * PAGES;
/** Page 2 shows the registers of page 3 in 24 bits. */
const PAGE_24 = 2;
const PAGE_32 = 3;

const CHANNELS = 2;
const ACCUMULATORS = 6;
const MEASUREMENTS_START = Register.AVA;
const MEASUREMENTS_END = Register.VRMS + 1;
const FORWARD = [Quantity.activeDelivered, Quantity.reactivePositive, Quantity.apparent];
const REVERSE = [Quantity.activeReceived, Quantity.reactiveNegative];
const NO_TOTAL = [false, false, false];

/** Registers that can be written, with their values after a reset. */
const WRITABLE = new Map<number, number>([
  [Register.SAGCYC, 0],
  [Register.DISNOLOAD, 0],
  [Register.LCYCMODE, RSTREAD],
  [Register.PGA_V, 0],
  [Register.PGA_IA, 0],
  [Register.PGA_IB, 0],
  [0x040, 0],
  [Register.UNLOCK, 0],
  [0x100, 0xffff],
  [0x101, 0],
  [Register.CONFIG, CONFIG_RESET],
  [0x103, 0x003f],
  [0x104, 0x003f],
  [0x107, 0x0300],
  [Register.PHCALA, 0],
  [Register.PHCALA + 1, 0],
  [0x110, 0],
  [Register.OPTIMUM, 0],
  [Register.SAGLVL, 0],
  [Register.ACCMODE, 0],
  [Register.AP_NOLOAD, NO_LOAD],
  [Register.VAR_NOLOAD, NO_LOAD],
  [Register.VA_NOLOAD, 0],
  [Register.OVLVL, 0xff_ffff],
  [0x325, 0xff_ffff],
  [0x32c, RESET_FLAG],
  [0x32f, 0],
  ...range(Register.AIGAIN, 0x385).map((address) => [address, GAIN_ONE] as const),
  ...range(0x385, 0x38c).map((address) => [address, 0] as const),
  ...range(Register.AIGAIN + 0x0c, 0x391).map((address) => [address, GAIN_ONE] as const),
  ...range(0x391, 0x398).map((address) => [address, 0] as const),
]);

/**
 * An ADE7953 as its SPI pins show it (Analog Devices, data sheet revision B).
 *
 * A frame is 16 bits of address, a byte that says read or write, and data as wide as the address' page says. A write of
 * any other length does nothing; a read takes effect once its 24 clocks of header are in. Accumulators hold the net of
 * both directions in 24 bits that wrap, and show what flowed up to the moment of the read; with RSTREAD they start over
 * at it. Register 0x120 takes a write only right after the unlocking one. No-load thresholds, accumulation modes and
 * amplifiers are kept but not applied. Measurements are those of the moment (the chip has new ones 6,990 times a
 * second, with ripple that is not simulated).
 */
export class Ade7953Chip implements Shiftable, Measuring {
  readonly commandBytes = HEADER;
  readonly #time: Time;
  readonly #feed: Feed;
  readonly #frontEnd: Ade7953FrontEnd;
  readonly #bank = new EnergyBank(MILLIWATT_HOUR / COUNTS_PER_MWH);
  readonly #registers = new Int32Array(REGISTERS);
  #unlocked = false;
  /** Until then the supply is too low to answer. */
  #powered_us = 0;

  constructor(time: Time, feed: Feed, errors: readonly SensorErrors[] = []) {
    this.#time = time;
    this.#feed = feed;
    this.#powered_us = time.now_us;
    this.#frontEnd = new Ade7953FrontEnd(this.#registers, errors);
    feed.advanceTo(time.now_us);
    this.#start();
    feed.attach(this);
  }

  transfer(buffer: Uint8Array): void {
    this.shift(buffer, 8 * buffer.length);
  }

  shift(buffer: Uint8Array, clocks: number): void {
    const address = (buffer[0] << 8) | buffer[1];
    const command = buffer[2];
    const width = 1 + buffer[0];
    const exists = buffer[0] < PAGES && this.#time.now_us >= this.#powered_us;
    const unlocked = this.#unlocked;
    this.#unlocked = false;
    const written = bigEndian(buffer);
    const read = exists && clocks >= HEADER_CLOCKS && (command & READ) !== 0;
    const answer = read ? this.#read(address) : -1;
    const whole = clocks === 8 * buffer.length && buffer.length === HEADER + width;
    if (exists && whole && (command & READ) === 0) this.#write(address, written, unlocked);

    buffer.fill(FLOATING, 0, HEADER);
    for (let i = HEADER, at = 8 * (width - 1); i < buffer.length; i++, at -= 8)
      buffer[i] = at >= 0 ? answer >> at : FLOATING;
    for (let bit = clocks; bit < 8 * buffer.length; bit++) buffer[bit >> 3] |= 0x80 >> (bit & 7);
  }

  /** Resets itself unasked: all is as after power came, and a flag says so. */
  reset(): void {
    this.#advance();
    this.#start();
  }

  /** The supply sags for `duration_us`: the chip does not answer, and has been reset when it is back. */
  brownOut(duration_us: number): void {
    this.reset();
    this.#powered_us = this.#time.now_us + duration_us;
  }

  /** Sets a register from inside, whatever protects it: a bit upset, or a test's short cut. */
  upset(address: number, value: number): void {
    this.#advance();
    this.#registers[address] = value;
    this.flowChanged();
  }

  flowChanged(): void {
    const seen = this.#frontEnd;
    seen.measure(this.#feed.flow);
    this.#bank.setPowers(seen.activePower_mW, seen.reactivePower_mvar, seen.apparentPower_mVA, NO_TOTAL);
    this.#watchSupply(seen.voltage_mV / PEAK_LSB_MV);
  }

  elapsed(us: number): void {
    this.#bank.elapse(us);
  }

  /** Counts energy up to now. */
  #advance(): void {
    this.#feed.advanceTo(this.#time.now_us);
    this.#bank.flush();
  }

  /** A sag or a swell shows at once, without the half cycles that make one. */
  #watchSupply(peak: number): void {
    const registers = this.#registers;
    if (registers[Register.SAGCYC] > 0 && peak < registers[Register.SAGLVL])
      registers[Register.IRQSTATA] |= SAG_FLAG;
    if (peak > registers[Register.OVLVL]) registers[Register.IRQSTATA] |= OVER_VOLTAGE_FLAG;
  }

  #start(): void {
    this.#registers.fill(0);
    for (const [address, value] of WRITABLE) this.#registers[address] = value;
    this.#registers[Register.IRQSTATA] = RESET_FLAG;
    this.#bank.clear();
    this.flowChanged();
  }

  #read(shown: number): number {
    const address = registerOf(shown);
    const accumulator = address - Register.AENERGYA;
    if (accumulator >= 0 && accumulator < ACCUMULATORS) return this.#readEnergy(accumulator);
    if (address === Register.IRQSTATA || address === Register.RSTIRQSTATA) this.#advance();
    if (address === Register.RSTIRQSTATA) {
      const interrupts = this.#registers[Register.IRQSTATA];
      this.#registers[Register.IRQSTATA] = 0;
      return interrupts;
    }
    if (address === Register.PERIOD || (address >= MEASUREMENTS_START && address < MEASUREMENTS_END))
      this.#measure();
    return this.#registers[address];
  }

  #readEnergy(accumulator: number): number {
    this.#advance();
    const { whole, rest } = this.#bank;
    const quantity = accumulator >> 1;
    const channel = 1 + (accumulator & 1);
    const forward = countIndex(FORWARD[quantity], channel);
    let net = whole[forward];
    if (quantity < REVERSE.length) {
      const reverse = countIndex(REVERSE[quantity], channel);
      // The whole part of the net, which a greater remainder of the reverse direction makes one less.
      net -= whole[reverse] + (rest[reverse] > rest[forward] ? 1 : 0);
    }
    if ((this.#registers[Register.LCYCMODE] & RSTREAD) !== 0) whole[forward] -= net;
    return (net << 8) >> 8;
  }

  #write(shown: number, value: number, unlocked: boolean): void {
    const address = registerOf(shown);
    if (!WRITABLE.has(address) || (address === Register.OPTIMUM && !unlocked)) return;
    if (address === Register.CONFIG && (value & SOFTWARE_RESET) !== 0) {
      this.reset();
      return;
    }
    this.#advance();
    this.#registers[address] = value;
    if (address === Register.UNLOCK) this.#unlocked = value === UNLOCK;
    else this.flowChanged();
  }

  #measure(): void {
    this.#advance();
    const registers = this.#registers;
    const seen = this.#frontEnd;
    const flow = this.#feed.flow;
    for (let channel = 0; channel < CHANNELS; channel++) {
      registers[Register.AWATT + channel] = Math.round(seen.activePower_mW[channel] / POWER_LSB_MW);
      registers[Register.AVAR + channel] = Math.round(seen.reactivePower_mvar[channel] / POWER_LSB_MW);
      registers[Register.AVA + channel] = Math.round(seen.apparentPower_mVA[channel] / POWER_LSB_MW);
      registers[Register.IRMSA + channel] = Math.round(seen.current_mA[channel] / CURRENT_LSB_MA);
    }
    registers[Register.VRMS] = Math.round(seen.voltage_mV / VOLTAGE_LSB_MV);
    registers[Register.PERIOD] = Math.floor((1000 * PERIOD_CLOCK_HZ) / flow.frequency_mHz) - 1;
  }
}

/** A 24-bit register is a 32-bit one, cut off. */
function registerOf(shown: number): number {
  return shown >> 8 === PAGE_24 ? (PAGE_32 << 8) | (shown & 0xff) : shown;
}

/** The data of a frame. */
function bigEndian(buffer: Uint8Array): number {
  let value = 0;
  for (let i = HEADER; i < buffer.length; i++) value = (value << 8) | buffer[i];
  return value;
}

function range(from: number, end: number): number[] {
  return Array.from({ length: end - from }, (_, index) => from + index);
}
