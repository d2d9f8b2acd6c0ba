import { crc32 } from "firmware/codec/crc";
import { Reader, Writer } from "firmware/codec/cursor";

/** In every version, so that each tells the others: its length, and the CRC at its end. */
export const HEADER_BYTES = 28;
export const SALT_BYTES = 6;
/** "WMR" and the version of this format. */
const MAGIC = 0x574d5202;
const CRC_AT = HEADER_BYTES - 4;

/** What a decoded header is. */
export const HeaderKind = Object.freeze({ none: 0, ours: 1, foreign: 2 });

/** What the headers of a ring have in common. */
export interface SectorLayout {
  /** Of the ring. */
  readonly store: number;
  readonly recordBytes: number;
  readonly sectors: number;
}

/** The header of a sector, made once and filled again and again; docs/storage-format.md. */
export class SectorHeader {
  epoch = 0;
  /** Of this sector, this one included. */
  erases = 0;
  /** Drawn at each erase. */
  readonly salt = new Uint8Array(SALT_BYTES);
  readonly #writer: Writer;
  readonly #reader: Reader;

  /** @param buffer of which the first {@link HEADER_BYTES} are written and read */
  constructor(private readonly buffer: Uint8Array) {
    this.#writer = new Writer(buffer);
    this.#reader = new Reader(buffer);
  }

  encode({ store, recordBytes, sectors }: SectorLayout): void {
    const w = this.#writer;
    w.reset(this.buffer, 0, HEADER_BYTES);
    w.u32(MAGIC);
    w.u16(store);
    w.u16(recordBytes);
    w.u16(sectors);
    w.copy(this.salt, 0, SALT_BYTES);
    w.u32(this.epoch);
    w.u32(this.erases);
    w.u32(crc32(this.buffer, 0, CRC_AT));
  }

  /** @returns a {@link HeaderKind}; the fields say something only where it is `ours` */
  decode({ store, recordBytes, sectors }: SectorLayout): number {
    const r = this.#reader;
    r.reset(this.buffer, CRC_AT, HEADER_BYTES);
    if (r.u32() !== crc32(this.buffer, 0, CRC_AT)) return HeaderKind.none;
    r.reset(this.buffer, 0, CRC_AT);
    const isOurs = r.u32() === MAGIC && r.u16() === store && r.u16() === recordBytes && r.u16() === sectors;
    if (!isOurs) return HeaderKind.foreign;
    r.copy(this.salt, 0, SALT_BYTES);
    this.epoch = r.u32();
    this.erases = r.u32();
    return HeaderKind.ours;
  }
}
