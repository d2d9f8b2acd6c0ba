import { Writer } from "firmware/codec/cursor";
import { SALT_BYTES, SectorHeader } from "firmware/storage/sector-header";
import { NONCE_BYTES } from "hal/cipher";

/** What rings work in: one serves all of a device, as one works at a time. */
export class RingWorkspace {
  /** What is programmed, and what is read. */
  readonly record: Uint8Array;
  readonly found: Uint8Array;
  /** Over what is read. */
  readonly header: SectorHeader;
  readonly #nonce = new Uint8Array(NONCE_BYTES);
  readonly #writer = new Writer(this.#nonce);
  /** Of which store and epoch the nonce is; -1 for none. */
  #store = -1;
  #epoch = -1;

  /** @param recordBytes of the ring with the longest */
  constructor(recordBytes: number) {
    this.record = new Uint8Array(recordBytes);
    this.found = new Uint8Array(recordBytes);
    this.header = new SectorHeader(this.found);
  }

  /** Begins the nonce of the records in a sector, whose header was read last; docs/storage-format.md. */
  select(store: number, epoch: number): void {
    const w = this.#writer;
    w.reset(this.#nonce, 0, NONCE_BYTES);
    w.u8(store);
    w.copy(this.header.salt, 0, SALT_BYTES);
    w.u32(epoch);
    this.#store = store;
    this.#epoch = epoch;
  }

  deselect(): void {
    this.#store = -1;
  }

  isSelected(store: number, epoch: number): boolean {
    return this.#store === store && this.#epoch === epoch;
  }

  /** The nonce of a record in the sector that is selected. */
  nonceOf(slot: number): Uint8Array {
    this.#writer.at = NONCE_BYTES - 2;
    this.#writer.u16(slot);
    return this.#nonce;
  }
}
