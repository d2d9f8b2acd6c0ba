import { crc16 } from "firmware/codec/crc";
import {
  CONFIGURATION_END,
  GAIN_ONE,
  MMODE0_PHASE_A,
  PLCONST_HIGH,
  PLCONST_LOW,
  Register,
  RESET,
  STATE0_OVER_VOLTAGE,
  STATE0_SEQUENCE,
  STATE1_PHASE_LOSS,
  STATE1_SAG,
  TEMP_CONFIG_1,
  TEMP_CONFIG_2,
  UNLOCK,
} from "hal/drivers/atm90e32/registers";
import { CHANNELS, QUANTITIES } from "hal/metering-chip";
import { EnergyBank } from "../load/energy";
import type { Feed, Measuring } from "../load/feed";
import type { Flow } from "../load/load";
import { FrontEnd } from "./atm90e32-front-end";
import { writeMeasurements } from "./atm90e32-measurements";
import { COUNT, type Time } from "./behavioural-chip";
import type { SensorErrors } from "./sensor-errors";
import type { Shiftable } from "./spi-faults";

const FRAME_CLOCKS = 32;
const COMMAND_CLOCKS = 16;
const READ = 0x8000;
/** The five bits between the read bit and the address are not looked at. */
const ADDRESS_MASK = 0x03ff;
const REGISTERS = ADDRESS_MASK + 1;
/** A data line that nobody drives is pulled up. */
const FLOATING = 0xff;

const ENERGY_END = Register.APenergyT + QUANTITIES * CHANNELS;
const NORMAL_MODE = 3;
const MEASUREMENTS_START = 0xb0;
const MEASUREMENTS_END = 0x100;
const UPDATE_PERIOD_US = 333_333;
const STATES_START = Register.EMMState0;
const STATUS_START = Register.EMMIntState0;
const STATUS_END = Register.EMMIntEn0;
const ENABLES_END = 0x78;
/** The group of registers that TempAccEn protects. */
const TEMPERATURE_START = 0x200;

/** Registers that a reset does not leave at 0: address, value. */
const RESET_VALUES = [
  [0x01, 0x0210],
  [0x02, 0x0654],
  [0x05, 0x143f],
  [Register.OVth, 0xc000],
  [0x07, 0x0001],
  [Register.SagTh, 0x1000],
  [Register.PhaseLossTh, 0x0400],
  [Register.PLconstH, PLCONST_HIGH],
  [Register.PLconstL, PLCONST_LOW],
  [Register.MMode0, 0x0087],
  [Register.UgainA, GAIN_ONE],
  [Register.IgainA, GAIN_ONE],
  [Register.UgainA + 4, GAIN_ONE],
  [Register.IgainA + 4, GAIN_ONE],
  [Register.UgainA + 8, GAIN_ONE],
  [Register.IgainA + 8, GAIN_ONE],
] as const;

/**
 * An ATM90E32AS as its SPI pins show it (Microchip DS46003).
 *
 * A frame has exactly 32 clocks: a write of any other length does nothing; a read takes effect once its 16 command
 * clocks are in, so that a frame cut short clears an energy register without LastSPIData having kept the value. Energy
 * comes from the load up to the moment of the read. Past 65,535 counts a register starts over: what the chip does is
 * not documented, and this is the harder case for a driver. Start-up thresholds are kept but not applied. Sags and swells
 * show at once, without the detector's period.
 */
export class Atm90e32Chip implements Shiftable, Measuring {
  readonly commandBytes = 2;
  readonly #time: Time;
  readonly #feed: Feed;
  readonly #frontEnd: FrontEnd;
  readonly #bank = new EnergyBank(COUNT);
  readonly #registers = new Uint16Array(REGISTERS);
  readonly #inTotal = [true, true, true];
  /** What the CRC runs over: the configuration, high bytes first. */
  readonly #image = new Uint8Array(2 * CONFIGURATION_END);
  #powerMode = NORMAL_MODE;
  /** The update that the measurement registers are from, and whether what flows has changed since. */
  #measured = -1;
  #changed = true;
  #last = 0;
  #digest = 0;
  #golden = 0;
  #digestStale = true;

  constructor(time: Time, feed: Feed, errors: readonly SensorErrors[] = []) {
    this.#time = time;
    this.#feed = feed;
    this.#frontEnd = new FrontEnd(this.#registers, errors);
    feed.advanceTo(time.now_us);
    this.#reset();
    feed.attach(this);
  }

  transfer(buffer: Uint8Array): void {
    this.shift(buffer, FRAME_CLOCKS);
  }

  /** A frame that ends after `clocks`, at most 32. */
  shift(buffer: Uint8Array, clocks: number): void {
    const command = (buffer[0] << 8) | buffer[1];
    const address = command & ADDRESS_MASK;
    const whole = clocks === FRAME_CLOCKS;
    let answer = 0xffff;
    if (clocks >= COMMAND_CLOCKS) {
      if ((command & READ) !== 0) {
        answer = address === Register.LastSPIData ? this.#last : this.#read(address);
        if (whole) this.#last = answer;
        else answer |= 0xffff >> (clocks - COMMAND_CLOCKS);
      } else if (whole) this.#write(address, (buffer[2] << 8) | buffer[3]);
    }
    buffer[0] = FLOATING;
    buffer[1] = FLOATING;
    buffer[2] = answer >> 8;
    buffer[3] = answer;
  }

  /** Pins PM1 and PM0: 3 is normal mode; in any other no energy is counted. */
  set powerMode(pins: number) {
    this.#advance();
    this.#powerMode = pins;
  }

  /** The supply sags: everything is lost, and the chip starts from its reset values. */
  brownOut(): void {
    this.#advance();
    this.#reset();
  }

  /** Sets a register from inside, whatever protects it: a bit upset, or a test's short cut. */
  upset(address: number, value: number): void {
    this.#advance();
    this.#registers[address] = value;
    this.#configured();
  }

  flowChanged(flow: Flow): void {
    this.#changed = true;
    this.#bank.setFlow(this.#frontEnd.energyFlow(flow), this.#inTotal);
    this.#watchSupply(flow);
  }

  elapsed(us: number): void {
    if (this.#registers[Register.MeterEn] !== 0 && this.#powerMode === NORMAL_MODE) this.#bank.elapse(us);
  }

  /** Counts energy up to now. */
  #advance(): void {
    this.#feed.advanceTo(this.#time.now_us);
    this.#bank.flush();
  }

  #read(address: number): number {
    if (address >= Register.APenergyT && address < ENERGY_END) {
      this.#advance();
      const whole = this.#bank.whole;
      const index = address - Register.APenergyT;
      const counts = whole[index];
      if (counts === 0) return 0;
      whole[index] = 0;
      return counts < 0x10000 ? counts : counts % 0x10000;
    }
    if (address >= MEASUREMENTS_START && address < MEASUREMENTS_END) this.#measure();
    else if (address >= STATES_START && address < STATUS_END) this.#advance();
    else if (address === Register.CRCDigest) return this.#currentDigest();
    else if (address === Register.CRCErrStatus) return this.#crcError();
    return this.#registers[address];
  }

  #write(address: number, value: number): void {
    this.#last = value;
    const registers = this.#registers;
    if (address < CONFIGURATION_END) {
      if (registers[Register.CfgRegAccEn] !== UNLOCK) return;
      this.#advance();
      registers[address] = value;
      this.#configured();
    } else if (address === Register.SoftReset) {
      if (value !== RESET) return;
      this.#advance();
      this.#reset();
    } else if (address >= STATUS_START && address < STATUS_END) {
      registers[address] = registers[address] & ~value;
    } else if (address >= STATUS_END && address < ENABLES_END) {
      registers[address] = value;
    } else if (address === Register.CfgRegAccEn) {
      registers[address] = value;
      if (value !== UNLOCK) this.#golden = this.#currentDigest();
    } else if (address === Register.TempAccEn) {
      registers[address] = value;
    } else if (address >= TEMPERATURE_START && registers[Register.TempAccEn] === UNLOCK) {
      registers[address] = value;
      this.#changed = true;
    }
  }

  #reset(): void {
    this.#registers.fill(0);
    for (const [address, value] of RESET_VALUES) this.#registers[address] = value;
    this.#bank.clear();
    this.#last = 0;
    this.#measured = -1;
    this.#configured();
    this.#golden = this.#currentDigest();
  }

  /** A configuration register changed. */
  #configured(): void {
    this.#digestStale = true;
    const mode = this.#registers[Register.MMode0];
    for (let phase = 0; phase < 3; phase++) this.#inTotal[phase] = (mode & (MMODE0_PHASE_A >> phase)) !== 0;
    this.#frontEnd.configured();
    this.flowChanged(this.#feed.flow);
  }

  #watchSupply(flow: Flow): void {
    const registers = this.#registers;
    let state0 = flow.reversed ? 1 << STATE0_SEQUENCE : 0;
    let state1 = 0;
    for (let phase = 0; phase < 3; phase++) {
      const level = this.#frontEnd.detected(flow, phase);
      const bit = 4 >> phase;
      if (level > registers[Register.OVth]) state0 |= bit << STATE0_OVER_VOLTAGE;
      if (level < registers[Register.SagTh]) state1 |= bit << STATE1_SAG;
      if (level < registers[Register.PhaseLossTh]) state1 |= bit << STATE1_PHASE_LOSS;
    }
    this.#setState(0, state0);
    this.#setState(1, state1);
  }

  /** A change is kept where that is enabled. */
  #setState(index: number, state: number): void {
    const registers = this.#registers;
    const changed = registers[Register.EMMState0 + index] ^ state;
    registers[Register.EMMState0 + index] = state;
    registers[Register.EMMIntState0 + index] |= changed & registers[Register.EMMIntEn0 + index];
  }

  #currentDigest(): number {
    if (this.#digestStale) {
      const image = this.#image;
      for (let i = 0; i < CONFIGURATION_END; i++) {
        image[2 * i] = this.#registers[i] >> 8;
        image[2 * i + 1] = this.#registers[i];
      }
      this.#digest = crc16(image, 0, image.length);
      this.#digestStale = false;
    }
    return this.#digest;
  }

  #crcError(): number {
    return this.#registers[Register.CfgRegAccEn] !== UNLOCK && this.#currentDigest() !== this.#golden ? 1 : 0;
  }

  /** Measurements change about three times a second, all at once, between two frames or in the middle of a value. */
  #measure(): void {
    const period = Math.floor(this.#time.now_us / UPDATE_PERIOD_US);
    if (period === this.#measured) return;
    this.#measured = period;
    this.#advance();
    if (!this.#changed) return;
    this.#changed = false;
    const temperatureOn =
      this.#registers[Register.TempConfig1] === TEMP_CONFIG_1 &&
      this.#registers[Register.TempConfig2] === TEMP_CONFIG_2;
    writeMeasurements(this.#registers, this.#frontEnd, this.#feed.flow, this.#inTotal, temperatureOn);
  }
}
