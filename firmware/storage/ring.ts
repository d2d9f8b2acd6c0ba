import { HEADER_BYTES, HeaderKind, type SectorLayout } from "firmware/storage/sector-header";
import { RingWorkspace } from "firmware/storage/workspace";
import { TAG_BYTES, type AesCcm } from "hal/cipher";
import type { Entropy } from "hal/entropy";
import { FlashResult, type Flash } from "hal/flash";

/** What a record takes beside its payload. */
export const RECORD_OVERHEAD_BYTES = TAG_BYTES;

/** Sectors that are tried, and given up, for one record. */
const MAX_TRIED = 3;
const NONE = -1;
/** A slot with these bytes is left behind, or says that the record before it was read back. */
const BURNT = 0x00;
const CONFIRMED = 0x5a;

export interface RingOptions {
  flash: Flash;
  /** Nothing is erased while it fails. Where absent, it never does. */
  supply?: { readonly failing: boolean } | undefined;
  /** Seals with a key of the device. */
  cipher: AesCcm;
  entropy: Entropy;
  /** Tells the stores of a device apart, 0 to 255: part of the nonce. */
  store: number;
  /** Payload and {@link RECORD_OVERHEAD_BYTES}; divides a page. */
  recordBytes: number;
  /** One of its own where absent. */
  workspace?: RingWorkspace;
}

/**
 * An append ring of sealed records of one size on flash: the oldest sector gives way to the newest records. It survives
 * a power loss in any operation; docs/storage-design.md tells how, docs/storage-format.md has every bit.
 *
 * A record is found by its position, which rises from record to record, not always by one: positions between may hold
 * nothing. After a power loss the newest record may stand there twice or more, one after the other. Memory is two
 * records in the workspace, whatever the size of the partition.
 */
export class AppendRing implements SectorLayout {
  /** Where the oldest record kept may be; equal to {@link end} where there is none. */
  oldest = 1;
  /** After the newest record. */
  end = 1;
  /** Whether another store, size or version of the format had sectors here, or all records are of another key. */
  foreign = false;
  readonly store: number;
  readonly recordBytes: number;
  readonly sectors: number;

  readonly #flash: Flash;
  readonly #supply: { readonly failing: boolean } | undefined;
  readonly #cipher: AesCcm;
  readonly #entropy: Entropy;
  readonly #slots: number;
  readonly #maxTried: number;
  readonly #work: RingWorkspace;
  /** Epoch of the newest sector that holds a record. */
  #newest = NONE;
  /** Epoch and slot that are written next. Slot 0 is the header. */
  #epoch = NONE;
  #slot: number;
  /** Up to here slots may have been written before a power loss, though they read as erased. */
  #unsure = 0;
  /** Epoch of the sector that is erased and has its header. */
  #ahead = NONE;
  #lastUsed = 0;

  /** Mounts what `flash` holds: reads a header a sector and one sector's slots, and writes three records at most. */
  constructor({
    flash,
    supply,
    cipher,
    entropy,
    store,
    recordBytes,
    workspace = new RingWorkspace(recordBytes),
  }: RingOptions) {
    const sectors = flash.size / flash.sectorBytes;
    if (
      flash.pageBytes % recordBytes !== 0 ||
      recordBytes < HEADER_BYTES ||
      recordBytes > workspace.record.length ||
      sectors < 3
    )
      throw new RangeError("ring does not fit its flash");
    this.#flash = flash;
    this.#supply = supply;
    this.#cipher = cipher;
    this.#entropy = entropy;
    this.store = store;
    this.recordBytes = recordBytes;
    this.sectors = sectors;
    this.#slots = flash.sectorBytes / recordBytes;
    this.#maxTried = Math.min(MAX_TRIED, sectors - 1);
    this.#work = workspace;
    this.#slot = this.#slots;
    this.mount();
  }

  /** Whether the next sector is erased, so that no append has to wait for that. */
  get prepared(): boolean {
    return this.#ahead !== NONE;
  }

  /** Records before this position are given up with the next sector that is erased. */
  get nextOldest(): number {
    const next = (this.prepared ? this.#ahead : this.#epoch) + 1;
    return Math.max(this.oldest, this.position(next - this.sectors + 1, 1));
  }

  /**
   * Erases the next sector where that is still to be done: 30 to 400 ms, which an append takes where this was not
   * called after a boot and whenever {@link prepared} is false. Gives up no records before newer ones are safe.
   */
  prepare(): void {
    if (!this.prepared && this.#epoch === this.#newest) this.prepareNext();
  }

  /**
   * Appends a payload (record bytes less {@link RECORD_OVERHEAD_BYTES}) and reads it back. Blocks for a program, and
   * for an erase where the next sector is needed and not prepared.
   * @returns its position, or 0 where the flash did not take it
   */
  append(payload: Uint8Array): number {
    for (;;) {
      while (this.#slot < this.#slots) {
        const slot = this.#slot++;
        if (slot > this.#unsure && this.write(slot, payload)) {
          const position = this.position(this.#epoch, slot);
          this.#newest = this.#epoch;
          this.end = position + 1;
          return position;
        }
        // Where not even this shows, nothing tells a next mount that the slot was used.
        if (!this.mark(this.#epoch, slot, BURNT)) this.#slot = this.#slots;
      }
      if (!this.prepared && !this.prepareNext()) return 0;
      this.#epoch = this.#ahead;
      this.#ahead = NONE;
      this.#slot = 1;
      this.#unsure = 0;
    }
  }

  /** Copies the payload of a record into `into`. False: there is none at this position, or it does not read well. */
  read(position: number, into: Uint8Array): boolean {
    if (position < this.oldest || position >= this.end) return false;
    const slot = position % this.#slots;
    const epoch = (position - slot) / this.#slots;
    if (slot === 0 || !this.select(epoch) || !this.load(epoch, slot) || !this.open(slot)) return false;
    const { found } = this.#work;
    for (let i = 0; i < this.recordBytes - TAG_BYTES; i++) into[i] = found[i];
    return true;
  }

  private mount(): void {
    let highest = NONE;
    let lowest = Infinity;
    for (let sector = 0; sector < this.sectors; sector++) {
      if (!this.readHeader(sector)) continue;
      highest = Math.max(highest, this.#work.header.epoch);
      lowest = Math.min(lowest, this.#work.header.epoch);
    }
    if (highest === NONE) return;
    // Sectors without a good record above the newest one: prepared ahead, torn at their first record, or bad.
    let epoch = highest;
    let isTorn = false;
    let slot = this.lastGood(epoch);
    for (; slot === 0 && epoch > 0 && epoch > highest - this.#maxTried; slot = this.lastGood(--epoch))
      if (this.#lastUsed > 0) isTorn = true;
    if (slot === 0) {
      if (highest < this.#maxTried) return;
      // More than one record was written here, and none reads: it goes on above them.
      this.foreign = true;
      this.#newest = this.#epoch = highest;
      this.oldest = this.end = this.position(highest + 1, 1);
      return;
    }
    this.#newest = this.#epoch = epoch;
    this.oldest = this.position(Math.max(lowest, highest - this.sectors + 1), 1);
    this.end = this.position(epoch, slot) + 1;
    this.#slot = isTorn ? this.#slots : slot + 1;
    this.#unsure = Math.min(this.#lastUsed + 1, this.#slots - 1);
    this.confirm(epoch, slot, isTorn);
  }

  /**
   * Writes the newest record again, which may have been torn and read well by chance, unless it is known that this was
   * done. What stands torn after it must not come up later.
   */
  private confirm(epoch: number, slot: number, isTorn: boolean): void {
    const payload = this.#work.found.slice(0, this.recordBytes - TAG_BYTES);
    const lastUsed = this.#lastUsed;
    const isConfirmed = !isTorn && slot < lastUsed && this.load(epoch, slot + 1) && this.holdsOnly(CONFIRMED);
    for (let torn = slot + (isConfirmed ? 2 : 1); torn <= lastUsed; torn++) this.mark(epoch, torn, BURNT);
    if (isConfirmed) this.#slot = slot + 2;
    else if (this.append(payload) !== 0 && this.#slot < this.#slots)
      this.mark(this.#epoch, this.#slot++, CONFIRMED);
  }

  /** The last slot of a sector that holds a good record, which is in `#found` then, or 0; sets `#lastUsed`. */
  private lastGood(epoch: number): number {
    this.#lastUsed = 0;
    if (!this.select(epoch)) return 0;
    for (let slot = this.#slots - 1; slot > 0; slot--) {
      const isRead = this.load(epoch, slot);
      if (isRead && this.holdsOnly(0xff)) continue;
      if (this.#lastUsed === 0) this.#lastUsed = slot;
      if (isRead && this.open(slot)) return slot;
    }
    return 0;
  }

  /** Erases a sector after those in use and writes its header. Bad ones are passed over. */
  private prepareNext(): boolean {
    if (this.#supply?.failing) return false;
    for (let epoch = this.#epoch + 1; epoch <= this.#newest + this.#maxTried; epoch++) {
      if (!this.begin(epoch)) continue;
      this.#ahead = epoch;
      return true;
    }
    // The same ones are tried the next time: no more than these are given up for a flash that takes nothing.
    this.#epoch = this.#newest;
    this.#slot = this.#slots;
    return false;
  }

  private begin(epoch: number): boolean {
    const sector = epoch % this.sectors;
    this.oldest = Math.max(this.oldest, this.position(epoch - this.sectors + 1, 1));
    const { header, record, found } = this.#work;
    const erases = this.readHeader(sector) ? header.erases : Math.floor(epoch / this.sectors);
    this.#work.deselect();
    if (this.#flash.erase(sector * this.#flash.sectorBytes) !== FlashResult.ok) return false;
    header.epoch = epoch;
    header.erases = erases + 1;
    this.#entropy.fill(header.salt);
    header.encode(this);
    for (let i = 0; i < HEADER_BYTES; i++) record[i] = found[i];
    return this.program(this.address(epoch, 0), HEADER_BYTES);
  }

  private readHeader(sector: number): boolean {
    const address = sector * this.#flash.sectorBytes;
    if (this.#flash.read(address, this.#work.found, HEADER_BYTES) !== FlashResult.ok) return false;
    const kind = this.#work.header.decode(this);
    if (kind === HeaderKind.foreign) this.foreign = true;
    return kind === HeaderKind.ours && this.#work.header.epoch % this.sectors === sector;
  }

  /** Puts the nonce of a sector together, up to the slot. False: the sector is not of this epoch. */
  private select(epoch: number): boolean {
    const work = this.#work;
    if (work.isSelected(this.store, epoch)) return true;
    if (!this.readHeader(epoch % this.sectors) || work.header.epoch !== epoch) return false;
    work.select(this.store, epoch);
    return true;
  }

  /** Opens what {@link load} found in a slot of the selected sector. */
  private open(slot: number): boolean {
    const { found } = this.#work;
    const nonce = this.#work.nonceOf(slot);
    return this.#cipher.open(nonce, found, 0, found, 0, this.recordBytes - TAG_BYTES);
  }

  private write(slot: number, payload: Uint8Array): boolean {
    if (!this.select(this.#epoch)) return false;
    const { record } = this.#work;
    const payloadBytes = this.recordBytes - TAG_BYTES;
    for (let i = 0; i < payloadBytes; i++) record[i] = payload[i];
    this.#cipher.seal(this.#work.nonceOf(slot), record, 0, record, 0, payloadBytes);
    return this.program(this.address(this.#epoch, slot), this.recordBytes);
  }

  /** Programs a slot with one byte over and over, where it is not. False: it reads as erased. */
  private mark(epoch: number, slot: number, byte: number): boolean {
    if (!this.load(epoch, slot)) return false;
    if (this.holdsOnly(byte)) return true;
    this.#work.record.fill(byte, 0, this.recordBytes);
    this.program(this.address(epoch, slot), this.recordBytes);
    return this.load(epoch, slot) && !this.holdsOnly(0xff);
  }

  /** Programs the start of `#record` and reads it back. */
  private program(address: number, length: number): boolean {
    const { record, found } = this.#work;
    if (this.#flash.program(address, record, length) !== FlashResult.ok) return false;
    if (this.#flash.read(address, found, length) !== FlashResult.ok) return false;
    for (let i = 0; i < length; i++) if (found[i] !== record[i]) return false;
    return true;
  }

  private load(epoch: number, slot: number): boolean {
    return this.#flash.read(this.address(epoch, slot), this.#work.found, this.recordBytes) === FlashResult.ok;
  }

  private holdsOnly(byte: number): boolean {
    const { found } = this.#work;
    for (let i = 0; i < this.recordBytes; i++) if (found[i] !== byte) return false;
    return true;
  }

  private address(epoch: number, slot: number): number {
    return (epoch % this.sectors) * this.#flash.sectorBytes + slot * this.recordBytes;
  }

  private position(epoch: number, slot: number): number {
    return epoch * this.#slots + slot;
  }
}
