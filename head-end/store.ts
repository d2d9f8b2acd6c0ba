import { Reader } from "firmware/codec/cursor";
import { Block, IntervalChannel, decodeBlock } from "firmware/intervals/codec";
import { EventHistory } from "./events";
import { OutageHistory } from "./outages";

/** One interval as the head end keeps it. */
export interface StoredInterval {
  readonly sequence: number;
  /** UTC. */
  readonly start_s: number;
  readonly flags: number;
  readonly delivered_mWh: number;
  readonly received_mWh: number;
}

/** What {@link MeterRecord.take} made of an answer. */
export interface Taken {
  /** False: it was malformed, or its energies do not add up to the advance of the registers. Nothing was kept. */
  readonly ok: boolean;
  /** The meter has newer intervals. */
  readonly more: boolean;
}

const REFUSED: Taken = { ok: false, more: false };

/** All that was read from one meter. */
export class MeterRecord {
  readonly intervals = new Map<number, StoredInterval>();
  readonly events = new EventHistory();
  readonly power = new OutageHistory();
  /** Something has shown that there are new events. */
  hasEvents = true;
  /** UTC at which its events were last read; 0 before the first. */
  eventsRead_ms = 0;
  /** Sequence number of the newest interval kept; undefined before the first. */
  last: number | undefined;
  /** Total registers at the end of that interval. */
  closingDelivered_mWh = 0;
  closingReceived_mWh = 0;
  /** UTC at which the meter last took the time; undefined before the first. */
  timeSet_ms: number | undefined;
  /** Answers refused. */
  refused = 0;
  readonly #block = new Block();

  /** @param address IPv6, 16 bytes */
  constructor(readonly address: Uint8Array) {}

  /** Keeps the intervals of an answer of `/lp`. */
  take(body: Uint8Array): Taken {
    const block = this.#block;
    if (!decodeBlock(new Reader(body), block) || !this.#addsUp(block)) {
      this.refused++;
      return REFUSED;
    }
    const delivered = block.values[IntervalChannel.activeDelivered];
    const received = block.values[IntervalChannel.activeReceived];
    for (let i = 0; i < block.count; i++) {
      const sequence = block.first + i;
      if (block.flags[i] !== 0) this.hasEvents = true;
      this.intervals.set(sequence, {
        sequence,
        start_s: block.start_s + i * block.cadence_s,
        flags: block.flags[i],
        delivered_mWh: delivered[i],
        received_mWh: received[i],
      });
    }
    if (block.count > 0) {
      this.last = block.first + block.count - 1;
      this.closingDelivered_mWh = block.closingDelivered_mWh;
      this.closingReceived_mWh = block.closingReceived_mWh;
    }
    return { ok: true, more: block.count > 0 && block.newest > this.last! };
  }

  /**
   * The intervals must sum to what the registers advanced since the last interval kept. A block further on, because
   * the meter keeps those between no more, cannot be checked so; one that goes back is none that was asked for.
   */
  #addsUp(block: Block): boolean {
    if (block.count === 0) return true;
    if (this.last !== undefined && block.first !== this.last + 1) return block.first > this.last;
    const delivered_mWh = sum(block.values[IntervalChannel.activeDelivered]);
    const received_mWh = sum(block.values[IntervalChannel.activeReceived]);
    return (
      block.closingDelivered_mWh === this.closingDelivered_mWh + delivered_mWh &&
      block.closingReceived_mWh === this.closingReceived_mWh + received_mWh
    );
  }
}

/** What the head end keeps, by meter. In memory. */
export class ReadStore {
  readonly meters: MeterRecord[] = [];
  readonly #byAddress = new Map<string, MeterRecord>();

  meter(address: Uint8Array): MeterRecord | undefined {
    return this.#byAddress.get(keyOf(address));
  }

  add(address: Uint8Array): MeterRecord {
    const meter = new MeterRecord(address.slice());
    this.meters.push(meter);
    this.#byAddress.set(keyOf(address), meter);
    return meter;
  }
}

function keyOf(address: Uint8Array): string {
  return Buffer.from(address).toString("hex");
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
