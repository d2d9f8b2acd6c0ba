import { Reader, Writer } from "firmware/codec/cursor";
import { BILLING_BYTES, type Billing } from "firmware/registers/billing";
import type { PollListener, Registers } from "firmware/registers/registers";
import { SELF_READS_KEPT, SELF_READ_BYTES } from "firmware/registers/self-read";
import type { ObjectStore } from "firmware/storage/object-store";

/** Objects that are kept here: the state of billing, and the self-reads. */
export const BILLING_OBJECTS = 1 + SELF_READS_KEPT;

/** Peaks and the billing month are looked at so often, and written where they have changed. */
const PERIOD_ms = 900_000;

/** Keeps demand registers, billing month and self-reads on flash. The tiers stand beside the registers. */
export class BillingStore implements PollListener {
  readonly #objects: ObjectStore;
  /** The first object here. */
  readonly #kind: number;
  readonly #registers: Registers;
  readonly #billing: Billing;
  readonly #bytes = new Uint8Array(BILLING_BYTES);
  readonly #kept = new Uint8Array(BILLING_BYTES);
  readonly #selfRead = new Uint8Array(SELF_READ_BYTES);
  /** The place of the newest self-read. */
  #newest = SELF_READS_KEPT - 1;
  #looked_ms = 0;

  /** Takes up what is kept, and listens to `registers`. */
  constructor(objects: ObjectStore, kind: number, registers: Registers, billing: Billing) {
    this.#objects = objects;
    this.#kind = kind;
    this.#registers = registers;
    this.#billing = billing;
    if (objects.read(kind, this.#kept) === BILLING_BYTES) billing.load(new Reader(this.#kept));
    this.loadSelfReads();
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
    const bytes = this.#bytes;
    this.#billing.save(new Writer(bytes));
    let isNew = false;
    for (let i = 0; i < BILLING_BYTES; i++) if (bytes[i] !== this.#kept[i]) isNew = true;
    if (isNew && this.#objects.write(this.#kind, bytes, BILLING_BYTES)) this.#kept.set(bytes);
  }

  /** Writes the latest self-read in the place of the oldest, then the state that it left. */
  saveSelfRead(): void {
    this.#newest = (this.#newest + 1) % SELF_READS_KEPT;
    this.#billing.selfReads.save(new Writer(this.#selfRead));
    this.#objects.write(this.#kind + 1 + this.#newest, this.#selfRead, SELF_READ_BYTES);
    this.save();
  }

  /** In the order of their times. */
  private loadSelfReads(): void {
    const bytes = this.#selfRead;
    const reader = new Reader(bytes);
    const times_s: number[] = [];
    for (let place = 0; place < SELF_READS_KEPT; place++) {
      const isThere = this.#objects.read(this.#kind + 1 + place, bytes) === SELF_READ_BYTES;
      reader.reset(bytes, 0, SELF_READ_BYTES);
      times_s.push(isThere ? reader.u32() : Infinity);
    }
    for (let i = 0; i < SELF_READS_KEPT; i++) {
      const place = times_s.indexOf(Math.min(...times_s));
      if (times_s[place] === Infinity) return;
      times_s[place] = Infinity;
      this.#objects.read(this.#kind + 1 + place, bytes);
      reader.reset(bytes, 0, SELF_READ_BYTES);
      this.#billing.selfReads.load(reader);
      this.#newest = place;
    }
  }
}
