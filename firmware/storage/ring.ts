import { crc32 } from "firmware/codec/crc";
import { Reader, Writer } from "firmware/codec/cursor";
import { FlashResult, type Flash } from "hal/flash";

/** Sequence number before, and CRC after, the payload of a record. */
export const RECORD_OVERHEAD_BYTES = 8;

/** "WMR" and the version of this format. */
const MAGIC = 0x574d5201;
const HEADER_BYTES = 20;
/** An append gives up after as many sectors that cannot be programmed. */
const MAX_BAD_SECTORS = 3;

/**
 * An append ring of records of one size on flash: the oldest sector gives way to the newest records. Records are
 * numbered from 1 on, and no number is used again.
 *
 * A sector begins with a header in its first slot, {magic, record bytes, epoch, first sequence, CRC}, programmed after
 * its erase; epochs rise from sector to sector. A record is {sequence, payload, CRC} within one page. A slot that does
 * not read back as it was written is left behind and never programmed again. The sector after the newest is kept
 * erased. Memory is two records, whatever the size of the partition.
 */
export class AppendRing {
  /** Sequence number of the oldest record kept; equal to {@link next} when there is none. */
  first = 1;
  /** Sequence number that the next record gets. */
  next = 1;

  readonly #flash: Flash;
  readonly #recordBytes: number;
  readonly #slots: number;
  readonly #sectors: number;
  readonly #record: Uint8Array;
  readonly #readBack: Uint8Array;
  readonly #reader: Reader;
  readonly #writer: Writer;
  #newest: number;
  #epoch = 0;
  /** Where the next record goes in the newest sector; slot 0 is the header. */
  #slot: number;
  /** Sectors from the oldest to the newest; they lie one after the other, around the end. */
  #used = 0;
  #erasedAhead = false;
  #headerEpoch = 0;
  #headerFirst = 0;

  /**
   * Mounts what `flash` holds, and erases one sector ahead.
   * @param recordBytes payload and {@link RECORD_OVERHEAD_BYTES}; divides a page
   */
  constructor(flash: Flash, recordBytes: number) {
    const sectors = flash.size / flash.sectorBytes;
    if (flash.pageBytes % recordBytes !== 0 || recordBytes < HEADER_BYTES || sectors < 3)
      throw new RangeError("ring does not fit its flash");
    this.#flash = flash;
    this.#recordBytes = recordBytes;
    this.#slots = flash.sectorBytes / recordBytes;
    this.#sectors = sectors;
    this.#record = new Uint8Array(recordBytes);
    this.#readBack = new Uint8Array(recordBytes);
    this.#reader = new Reader(this.#readBack);
    this.#writer = new Writer(this.#record);
    this.#newest = sectors - 1;
    this.#slot = this.#slots;
    this.#mount();
    this.#eraseAhead();
  }

  /**
   * Appends a payload (record bytes less {@link RECORD_OVERHEAD_BYTES}). Blocks for a program, and once a sector for
   * an erase.
   * @returns its sequence number, or 0 where the flash did not take it
   */
  append(payload: Uint8Array): number {
    for (let bad = 0; bad < MAX_BAD_SECTORS;) {
      if (this.#slot === this.#slots && !this.#openSector()) {
        bad++;
        continue;
      }
      const w = this.#writer;
      w.reset(this.#record, 0, this.#recordBytes);
      w.u32(this.next);
      w.copy(payload, 0, this.#recordBytes - RECORD_OVERHEAD_BYTES);
      if (!this.#program(this.#slot++)) continue;
      // Not before the new sector holds a record, so that a cut never leaves fewer than were kept.
      if (!this.#erasedAhead) this.#eraseAhead();
      return this.next++;
    }
    return 0;
  }

  /** Copies the payload of a record into `into`. False: it is not kept, or does not read well. */
  read(sequence: number, into: Uint8Array): boolean {
    if (sequence < this.first || sequence >= this.next) return false;
    // Slots and sectors left behind only move a record on from where it would be without them.
    let index = Math.floor((sequence - this.first) / (this.#slots - 1));
    for (; index < this.#used; index++) {
      const sector = this.#sectorAt(index);
      if (!this.#readHeader(sector)) continue;
      if (this.#headerFirst > sequence) return false;
      for (let slot = 1 + sequence - this.#headerFirst; slot < this.#slots; slot++) {
        if (!this.#readSlot(sector, slot)) continue;
        const found = this.#reader.u32();
        if (found > sequence) return false;
        if (found < sequence) continue;
        this.#reader.copy(into, 0, this.#recordBytes - RECORD_OVERHEAD_BYTES);
        return true;
      }
    }
    return false;
  }

  #mount(): void {
    let oldest = -1;
    let oldestEpoch = Infinity;
    for (let sector = 0; sector < this.#sectors; sector++) {
      if (!this.#readHeader(sector)) continue;
      if (this.#headerEpoch > this.#epoch) {
        this.#epoch = this.#headerEpoch;
        this.#newest = sector;
        this.next = this.#headerFirst;
      }
      if (this.#headerEpoch < oldestEpoch) {
        oldestEpoch = this.#headerEpoch;
        oldest = sector;
        this.first = this.#headerFirst;
      }
    }
    if (oldest < 0) return;
    this.#used = ((this.#newest - oldest + this.#sectors) % this.#sectors) + 1;
    this.#slot = 1;
    for (let slot = 1; slot < this.#slots; slot++) {
      if (this.#readSlot(this.#newest, slot)) this.next = this.#reader.u32() + 1;
      else if (this.#isErased()) continue;
      this.#slot = slot + 1;
    }
  }

  /** Starts the sector after the newest. False: its header did not take; the next call goes on to the one after. */
  #openSector(): boolean {
    if (!this.#erasedAhead) this.#eraseAhead();
    this.#newest = (this.#newest + 1) % this.#sectors;
    this.#used++;
    this.#erasedAhead = false;
    const w = this.#writer;
    w.reset(this.#record.fill(0xff), 0, this.#recordBytes);
    w.u32(MAGIC);
    w.u32(this.#recordBytes);
    w.u32(this.#epoch + 1);
    w.u32(this.next);
    if (!this.#program(0)) return false;
    this.#epoch++;
    this.#slot = 1;
    return true;
  }

  /** Erases the sector after the newest, giving up the oldest records where they lie there. */
  #eraseAhead(): void {
    if (this.#used === this.#sectors) {
      this.#used--;
      let index = 0;
      while (index < this.#used && !this.#readHeader(this.#sectorAt(index))) index++;
      this.first = index < this.#used ? this.#headerFirst : this.next;
    }
    this.#flash.erase(((this.#newest + 1) % this.#sectors) * this.#flash.sectorBytes);
    this.#erasedAhead = true;
  }

  /** The sector at `index`, the oldest being 0. */
  #sectorAt(index: number): number {
    return (this.#newest - this.#used + 1 + index + this.#sectors) % this.#sectors;
  }

  /** Ends the record with its CRC, programs it into a slot of the newest sector and reads it back. */
  #program(slot: number): boolean {
    const record = this.#record;
    const length = this.#recordBytes;
    const w = this.#writer;
    w.at = length - 4;
    w.u32(crc32(record, 0, length - 4));
    const address = this.#newest * this.#flash.sectorBytes + slot * length;
    if (this.#flash.program(address, record, length) !== FlashResult.ok) return false;
    if (this.#flash.read(address, this.#readBack, length) !== FlashResult.ok) return false;
    for (let i = 0; i < length; i++) if (this.#readBack[i] !== record[i]) return false;
    return true;
  }

  #readHeader(sector: number): boolean {
    if (!this.#readSlot(sector, 0)) return false;
    const r = this.#reader;
    const isHeader = r.u32() === MAGIC && r.u32() === this.#recordBytes;
    this.#headerEpoch = r.u32();
    this.#headerFirst = r.u32();
    return isHeader;
  }

  /** Reads a slot and puts the reader at its start. False: its CRC does not fit. */
  #readSlot(sector: number, slot: number): boolean {
    const length = this.#recordBytes;
    const address = sector * this.#flash.sectorBytes + slot * length;
    if (this.#flash.read(address, this.#readBack, length) !== FlashResult.ok) return false;
    const r = this.#reader;
    r.reset(this.#readBack, length - 4, length);
    const crc = r.u32();
    r.reset(this.#readBack, 0, length - 4);
    return crc === crc32(this.#readBack, 0, length - 4);
  }

  #isErased(): boolean {
    for (let i = 0; i < this.#recordBytes; i++) if (this.#readBack[i] !== 0xff) return false;
    return true;
  }
}
