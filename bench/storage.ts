import { RECORD_OVERHEAD_BYTES, AppendRing } from "firmware/storage/ring";
import { SALT_BYTES } from "firmware/storage/sector-header";
import { PARTITIONS_4MB, PARTITIONS_8MB, RecordBytes, Store } from "firmware/storage/partitions";
import { NONCE_BYTES, TAG_BYTES, type AesCcm } from "hal/cipher";
import { NorFlash } from "../host-sim/flash";
import { SeededEntropy } from "../host-sim/node";
import { Random } from "../host-sim/random";

const YEAR_S = 365 * 86_400;
/** What a sector endures, by the data sheets of serial NOR flash. */
const ENDURED_ERASES = 100_000;
/** Marks what was sealed, and takes no time: flash wears the same. */
const MARK = 0xa7;
const cipher: AesCcm = {
  seal: (_nonce, _aad, _aadLength, data, _start, end) => void data.fill(MARK, end, end + TAG_BYTES),
  open: (_nonce, _aad, _aadLength, data, _start, end) => data[end] === MARK,
};
/** Outages a year. */
const STARTS = 200;

export interface WearFigures {
  store: string;
  partition_kB: number;
  recordBytes: number;
  recordsAYear: number;
  /** Bytes programmed by bytes of payload: tags, headers and what starts write again. */
  writeAmplification: number;
  /** Of the sector with the most. */
  erasesAYear: number;
  years: number;
  /** At a start, the most of all. */
  mountReads: number;
  /** Of the buffers of a ring. */
  ram_B: number;
  /** Longest time in which an append kept the flash busy, with the sector ahead erased between. */
  longestAppend_ms: number;
}

/** A simulated year of a store: `count` records, and 200 starts between. */
function wear(name: string, store: keyof typeof Store, size: number, count: number): WearFigures {
  const random = new Random(1, `wear ${name}`);
  const flash = new NorFlash({ size, random });
  const recordBytes = RecordBytes[store];
  const entropy = new SeededEntropy(random);
  const mount = (): AppendRing =>
    new AppendRing({ flash, cipher, entropy, store: Store[store], recordBytes });
  let ring = mount();
  const payload = new Uint8Array(recordBytes - RECORD_OVERHEAD_BYTES);
  const untilStart = Math.floor(count / STARTS);
  let mountReads = 0;
  let longestAppend_us = 0;
  for (let i = 0; i < count; i++) {
    if (i % untilStart === untilStart - 1) {
      const { reads } = flash;
      ring = mount();
      mountReads = Math.max(mountReads, flash.reads - reads);
    }
    ring.prepare();
    const { busy_us } = flash;
    if (ring.append(payload) === 0) throw new Error("an append failed");
    longestAppend_us = Math.max(longestAppend_us, flash.busy_us - busy_us);
  }
  const erasesAYear = Math.max(...flash.erases);
  return {
    store: name,
    partition_kB: size / 1024,
    recordBytes,
    recordsAYear: count,
    writeAmplification: flash.programmedBytes / (count * payload.length),
    erasesAYear,
    years: ENDURED_ERASES / erasesAYear,
    mountReads,
    ram_B: 2 * recordBytes + NONCE_BYTES + SALT_BYTES,
    longestAppend_ms: longestAppend_us / 1000,
  };
}

/** Wear of a year, from counted erases. */
export function wearFigures(): WearFigures[] {
  return [
    wear("registers, every 10 s", "registers", PARTITIONS_4MB.registers.size, YEAR_S / 10),
    wear("intervals, 15 min, 8 MB", "intervals", PARTITIONS_8MB.intervals.size, YEAR_S / 900),
    wear("intervals, 15 min, 4 MB", "intervals", PARTITIONS_4MB.intervals.size, YEAR_S / 900),
    wear("events, 50 a day", "events", PARTITIONS_4MB.events.size, 50 * 365),
  ];
}
