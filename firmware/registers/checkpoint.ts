import type { Reader, Writer } from "firmware/codec/cursor";
import { REGISTERS, RegisterQuantity } from "firmware/registers/obis";
import { RecordBytes } from "firmware/storage/partitions";
import type { RecordBuffer } from "firmware/storage/record-buffer";
import { RECORD_OVERHEAD_BYTES, type AppendRing } from "firmware/storage/ring";
import { readBefore } from "firmware/storage/search";
import { CHANNELS } from "hal/metering-chip";

/** A page of flash, tag included. */
const PAYLOAD_BYTES = RecordBytes.registers - RECORD_OVERHEAD_BYTES;
const REGISTER_BYTES = 6;
/** Parts of a unit in which what a total register has below one is kept. */
const PARTS = 256;
/** Where the part of others begins. */
const ADDITION_AT = 184;

/** What is saved with the registers, in 64 bytes at most: the tiers. */
export interface Addition {
  save(w: Writer): void;
  /** The totals are those of the same record. */
  load(r: Reader, delivered_mWh: number, received_mWh: number): void;
}

/**
 * The energy registers on flash, the newest record of a ring.
 *
 * Payload: each register in 6 bytes; what each total has below a unit in 1/256, rounded down, so that none goes on from
 * more than it had; UTC in ms, 6 bytes, 0 where it was not known; from byte 184 on an {@link Addition}.
 */
export class Checkpoint {
  /** UTC of the record that {@link load} found; 0 where there is none, or the time was not known then. */
  utc_ms = 0;
  #addition: Addition | undefined;
  readonly #ring: AppendRing;
  readonly #buffer: RecordBuffer;

  /** @param buffer shared with others */
  constructor(ring: AppendRing, buffer: RecordBuffer) {
    this.#ring = ring;
    this.#buffer = buffer;
  }

  /**
   * Reads the newest record.
   * @param energy by registerIndex
   * @param remainders what is left below a unit, in parts of `denominator`, likewise
   * @returns false where there is none; nothing is filled then
   */
  load(energy: Float64Array, remainders: Uint32Array, denominator: number): boolean {
    const r = this.open();
    if (r === undefined) return false;
    for (let i = 0; i < REGISTERS; i++) energy[i] = r.u48();
    for (let i = 0; i < REGISTERS; i += CHANNELS) remainders[i] = Math.floor((r.u8() * denominator) / PARTS);
    this.utc_ms = r.u48();
    return true;
  }

  /** From now on `addition` is saved, too; it takes up what the record found has of it. Called before the first save. */
  attach(addition: Addition): void {
    this.#addition = addition;
    const r = this.open();
    if (r === undefined) return;
    r.at = RegisterQuantity.activeDelivered * CHANNELS * REGISTER_BYTES;
    const delivered_mWh = r.u48();
    r.at = RegisterQuantity.activeReceived * CHANNELS * REGISTER_BYTES;
    const received_mWh = r.u48();
    r.at = ADDITION_AT;
    addition.load(r, delivered_mWh, received_mWh);
  }

  /**
   * Writes a record.
   * @returns false where the flash did not take it
   */
  save(energy: Float64Array, remainders: Uint32Array, denominator: number, utc_ms: number): boolean {
    const w = this.#buffer.begin(PAYLOAD_BYTES);
    for (let i = 0; i < REGISTERS; i++) w.u48(energy[i]);
    for (let i = 0; i < REGISTERS; i += CHANNELS) w.u8(Math.floor((remainders[i] / denominator) * PARTS));
    w.u48(utc_ms);
    w.at = ADDITION_AT;
    this.#addition?.save(w);
    return this.#ring.append(this.#buffer.bytes) !== 0;
  }

  private open(): Reader | undefined {
    const { bytes } = this.#buffer;
    return readBefore(this.#ring, this.#ring.end, bytes) < 0 ? undefined : this.#buffer.open(PAYLOAD_BYTES);
  }
}
