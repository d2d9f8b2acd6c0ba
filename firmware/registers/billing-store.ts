import { crc32 } from "firmware/codec/crc";
import { BILLING_BYTES, type Billing } from "firmware/registers/billing";
import type { PollListener, Registers } from "firmware/registers/registers";
import { SELF_READS_KEPT } from "firmware/registers/self-read";
import type { ObjectStore } from "firmware/storage/object-store";
import type { RecordBuffer } from "firmware/storage/record-buffer";

/** Objects of billing: its state, then the self-reads. */
export const BILLING_OBJECTS = 1 + SELF_READS_KEPT;

/** Peaks and the billing month are looked at so often, and written where they have changed. */
const PERIOD_ms = 900_000;

/** Keeps demand registers and billing month on flash. The tiers stand beside the registers, self-reads on their own. */
export class BillingStore implements PollListener {
  readonly #objects: ObjectStore;
  readonly #kind: number;
  readonly #registers: Registers;
  readonly #billing: Billing;
  readonly #buffer: RecordBuffer;
  /** CRC-32 of what was written last: one change in 2^32 comes with the next. */
  #written = 0;
  #looked_ms = 0;

  /**
   * Takes up what is kept, and listens to `registers`.
   * @param kind of the object
   * @param buffer shared with others
   */
  constructor(
    objects: ObjectStore,
    kind: number,
    registers: Registers,
    billing: Billing,
    buffer: RecordBuffer,
  ) {
    this.#objects = objects;
    this.#kind = kind;
    this.#registers = registers;
    this.#billing = billing;
    this.#buffer = buffer;
    if (objects.read(kind, buffer.bytes) === BILLING_BYTES) {
      this.#written = crc32(buffer.bytes, 0, BILLING_BYTES);
      billing.load(buffer.open(BILLING_BYTES));
    }
    registers.listen(this);
  }

  polled(): void {
    const now_ms = this.#registers.polled_ms;
    if (now_ms - this.#looked_ms < PERIOD_ms) return;
    this.#looked_ms = now_ms;
    this.save();
  }

  clockSet(): void {}

  /** Writes what has changed. */
  save(): void {
    const { bytes } = this.#buffer;
    this.#billing.save(this.#buffer.begin(BILLING_BYTES));
    const crc = crc32(bytes, 0, BILLING_BYTES);
    if (crc !== this.#written && this.#objects.write(this.#kind, bytes, BILLING_BYTES)) this.#written = crc;
  }
}
