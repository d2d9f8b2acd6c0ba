import type { Reader, Writer } from "firmware/codec/cursor";
import { REGISTER_QUANTITIES } from "firmware/registers/obis";
import { RecordBytes } from "firmware/storage/partitions";
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

/** Of a record's payload: four records a page, tag included. */
export const RECORD_BYTES = RecordBytes.intervals - RECORD_OVERHEAD_BYTES;

const TWO_32 = 0x100000000;
const MAX_U16 = 0xffff;
/** The registers of reactive and apparent energy are kept modulo this: 1.1 Gvarh, far above an interval's. */
export const OTHER_MODULUS = 2 ** 40;

/** Where a record has its number. */
export const RECORD_SEQUENCE_AT = 1;

/** One interval, made once and filled again and again. */
export class Interval {
  sequence = 0;
  /** UTC, s; a multiple of the interval's length. 0 where it is not known (IntervalFlag.unknownTime). */
  start_s = 0;
  /** Bits of IntervalFlag. */
  flags = 0;
  /** By {@link IntervalChannel}. */
  readonly values = new Float64Array(INTERVAL_CHANNELS);
  /** Total registers at its end. */
  closingDelivered_mWh = 0;
  closingReceived_mWh = 0;
}

/** What a record of the log says; a number keeps its meaning for ever. */
export const RecordKind = Object.freeze({
  /** One interval, with the registers at its end. */
  interval: 1,
  /** Intervals that were skipped, the last of which has the record's number; none, where the time came to be known. */
  skipped: 2,
  /** An interval by uptime, closed while the time was not known; the first of a boot is empty. */
  provisional: 3,
});

/**
 * A record of the interval log, made once and filled again and again: 56 bytes of payload.
 *
 * What an interval counted is not in it, but what the registers stood at when it closed: the difference to the record
 * before is the interval's energy, so that intervals cannot but add up to the registers.
 */
export class IntervalRecord {
  kind = 0;
  /** Of the interval, the last of a run, or for a provisional one the newest that has a number. */
  sequence = 0;
  /** UTC of the start in s; uptime for a provisional one. Of one of unknown time: that it is not before. */
  start_s = 0;
  flags = 0;
  /** Of a run of skipped intervals. */
  count = 1;
  minimumVoltage_dV = 0;
  meanVoltage_dV = 0;
  temperature_dC = 0;
  /** Total registers by quantity when it closed; those of reactive and apparent energy modulo {@link OTHER_MODULUS}. */
  readonly closings = new Float64Array(REGISTER_QUANTITIES);

  encode(w: Writer): void {
    w.u8(this.kind);
    w.u32(this.sequence);
    w.u32(this.start_s);
    w.u16(this.flags);
    if (this.kind === RecordKind.skipped) {
      w.u32(this.count);
    } else {
      w.u16(Math.min(MAX_U16, this.minimumVoltage_dV));
      w.u16(Math.min(MAX_U16, this.meanVoltage_dV));
    }
    w.u16(this.temperature_dC);
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++) {
      const closing = this.closings[quantity];
      const high = Math.floor(closing / TWO_32);
      if (quantity <= IntervalChannel.activeReceived) {
        // 53 bits of the registers that are billed.
        w.u8(high >> 16);
        w.u16(high);
      } else {
        w.u8(high);
      }
      w.u32(closing >>> 0);
    }
  }

  decode(r: Reader): void {
    this.kind = r.u8();
    this.sequence = r.u32();
    this.start_s = r.u32();
    this.flags = r.u16();
    const isRun = this.kind === RecordKind.skipped;
    this.count = isRun ? r.u32() : 1;
    this.minimumVoltage_dV = isRun ? 0 : r.u16();
    this.meanVoltage_dV = isRun ? 0 : r.u16();
    this.temperature_dC = (r.u16() << 16) >> 16;
    for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++) {
      const high = quantity <= IntervalChannel.activeReceived ? r.u8() * 0x10000 + r.u16() : r.u8();
      this.closings[quantity] = high * TWO_32 + r.u32();
    }
  }
}
