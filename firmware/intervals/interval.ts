import { Reader, Writer } from "firmware/codec/cursor";
import { RECORD_OVERHEAD_BYTES } from "firmware/storage/ring";

/**
 * Values of an interval. Energies are in mWh, mvarh, mVAh, in the order of RegisterQuantity; voltages, over the
 * interval's polls and all wired phases, in tenths of a volt; temperature, at the end, in tenths of a degree Celsius.
 */
export const IntervalChannel = Object.freeze({
  activeDelivered: 0,
  activeReceived: 1,
  quadrant1: 2,
  quadrant2: 3,
  quadrant3: 4,
  quadrant4: 5,
  apparent: 6,
  minimumVoltage: 7,
  meanVoltage: 8,
  temperature: 9,
});
export const INTERVAL_CHANNELS = 10;

/** Flash record of an interval, sequence number and CRC included: four a page. */
export const RECORD_BYTES = 64;
const PAYLOAD_BYTES = RECORD_BYTES - RECORD_OVERHEAD_BYTES;

const TWO_32 = 0x100000000;
const MAX_U16 = 0xffff;
/** Greatest energy of an interval that its record holds: 1.1 GWh active, 4.3 Mvarh and MVAh of the others. */
export const MAX_ACTIVE_mWh = 2 ** 40 - 1;
export const MAX_OTHER_ENERGY = 2 ** 32 - 1;

/** One interval, made once and filled again and again. */
export class Interval {
  sequence = 0;
  /** UTC, s; a multiple of the interval's length. */
  start_s = 0;
  /** Bits of IntervalFlag. */
  flags = 0;
  /** By {@link IntervalChannel}. */
  readonly values = new Float64Array(INTERVAL_CHANNELS);
  /** Total registers at its end. */
  closingDelivered_mWh = 0;
  closingReceived_mWh = 0;
}

/** Puts an interval into the payload of its flash record, and takes it out. */
export class IntervalRecord {
  readonly payload = new Uint8Array(PAYLOAD_BYTES);
  readonly #writer = new Writer(this.payload);
  readonly #reader = new Reader(this.payload);

  encode(interval: Interval): void {
    const w = this.#writer;
    const values = interval.values;
    w.reset(this.payload, 0, PAYLOAD_BYTES);
    w.u32(interval.start_s);
    w.u16(interval.flags);
    for (let channel = IntervalChannel.activeDelivered; channel <= IntervalChannel.apparent; channel++) {
      const energy = values[channel];
      if (channel <= IntervalChannel.activeReceived) w.u8(Math.floor(energy / TWO_32));
      w.u32(energy >>> 0);
    }
    w.u16(Math.min(MAX_U16, values[IntervalChannel.minimumVoltage]));
    w.u16(Math.min(MAX_U16, values[IntervalChannel.meanVoltage]));
    w.u16(values[IntervalChannel.temperature]);
    writeRegister(w, interval.closingDelivered_mWh);
    writeRegister(w, interval.closingReceived_mWh);
  }

  /** All of `into` but its sequence number. */
  decode(into: Interval): void {
    const r = this.#reader;
    const values = into.values;
    r.reset(this.payload, 0, PAYLOAD_BYTES);
    into.start_s = r.u32();
    into.flags = r.u16();
    for (let channel = IntervalChannel.activeDelivered; channel <= IntervalChannel.apparent; channel++) {
      const high = channel <= IntervalChannel.activeReceived ? r.u8() : 0;
      values[channel] = high * TWO_32 + r.u32();
    }
    values[IntervalChannel.minimumVoltage] = r.u16();
    values[IntervalChannel.meanVoltage] = r.u16();
    values[IntervalChannel.temperature] = (r.u16() << 16) >> 16;
    into.closingDelivered_mWh = readRegister(r);
    into.closingReceived_mWh = readRegister(r);
  }
}

/** 7 bytes hold the 53 bits of a register. */
function writeRegister(w: Writer, energy_mWh: number): void {
  const high = Math.floor(energy_mWh / TWO_32);
  w.u8(high >> 16);
  w.u16(high);
  w.u32(energy_mWh >>> 0);
}

function readRegister(r: Reader): number {
  const high = r.u8() * 0x10000 + r.u16();
  return high * TWO_32 + r.u32();
}
