import { Reader } from "firmware/codec/cursor";
import {
  Block,
  DEFAULT_CHANNELS,
  IntervalChannel,
  decodeBlock,
  type Interval,
  type IntervalSource,
} from "firmware/intervals/codec";
import { keyOf } from "./address";
import { EventHistory } from "./events";
import { OutageHistory } from "./outages";

/** Intervals that a block is primed on: a week of 15 minutes, as many as a meter takes. */
const MAX_PRIMER = 672;

/**
 * One interval as the head end keeps it. Where it was read in whole watt-hours its registers are exact where a block
 * ended, and rounded down to the watt-hour elsewhere: intervals add up to the registers, to the mWh, in any case.
 */
export interface StoredInterval {
  readonly sequence: number;
  /** UTC. */
  readonly start_s: number;
  readonly flags: number;
  readonly delivered_mWh: number;
  readonly received_mWh: number;
  /** Total registers at its end. */
  readonly closingDelivered_mWh: number;
  readonly closingReceived_mWh: number;
}

/** What {@link MeterRecord.take} made of an answer. */
export interface Taken {
  /** False: it was malformed, or does not go on from the registers kept, or from their intervals. Nothing was kept. */
  readonly ok: boolean;
  /** The meter has newer intervals. */
  readonly more: boolean;
}

const REFUSED: Taken = { ok: false, more: false };

/** All that was read from one meter. */
export class MeterRecord implements IntervalSource {
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
  /** Length of its intervals. */
  cadence_s = 0;
  /** UTC at which the meter last took the time; undefined before the first. */
  timeSet_ms: number | undefined;
  /** Answers refused. */
  refused = 0;
  #first: number | undefined;
  readonly #block = new Block();

  /** @param address IPv6, 16 bytes */
  constructor(readonly address: Uint8Array) {}

  /** Sequence number of the oldest interval kept. */
  get first(): number {
    return this.#first ?? this.next;
  }

  /** Sequence number of the next interval to be read. */
  get next(): number {
    return (this.last ?? 0) + 1;
  }

  /** Intervals up to the last that stand without a gap, for a block to be primed on. */
  get primer(): number {
    let count = 0;
    while (count < MAX_PRIMER && this.intervals.has(this.next - 1 - count)) count++;
    return count;
  }

  read(sequence: number, into: Interval): boolean {
    const kept = this.intervals.get(sequence);
    if (kept === undefined) return false;
    into.sequence = sequence;
    into.start_s = kept.start_s;
    into.flags = kept.flags;
    into.values.fill(0);
    into.values[IntervalChannel.activeDelivered] = kept.delivered_mWh;
    into.values[IntervalChannel.activeReceived] = kept.received_mWh;
    into.closingDelivered_mWh = kept.closingDelivered_mWh;
    into.closingReceived_mWh = kept.closingReceived_mWh;
    return true;
  }

  /** Keeps the intervals of an answer of `/lp`. */
  take(body: Uint8Array): Taken {
    const block = this.#block;
    if (!decodeBlock(new Reader(body), block, this) || !this.#goesOn(block)) {
      this.refused++;
      return REFUSED;
    }
    const delivered = block.values[IntervalChannel.activeDelivered];
    const received = block.values[IntervalChannel.activeReceived];
    let closingDelivered_mWh = block.openingDelivered_mWh;
    let closingReceived_mWh = block.openingReceived_mWh;
    for (let i = 0; i < block.count; i++) {
      const sequence = block.first + i;
      closingDelivered_mWh += delivered[i];
      closingReceived_mWh += received[i];
      if (block.flags[i] !== 0) this.hasEvents = true;
      this.intervals.set(sequence, {
        sequence,
        start_s: block.start_s + i * block.cadence_s,
        flags: block.flags[i],
        delivered_mWh: delivered[i],
        received_mWh: received[i],
        closingDelivered_mWh,
        closingReceived_mWh,
      });
    }
    if (block.count > 0) {
      this.#first ??= block.first;
      this.last = block.first + block.count - 1;
      this.cadence_s = block.cadence_s;
      this.closingDelivered_mWh = block.closingDelivered_mWh;
      this.closingReceived_mWh = block.closingReceived_mWh;
    }
    return { ok: true, more: block.count > 0 && block.newest > this.last! };
  }

  /**
   * The block must begin with the registers, to the mWh, that the last interval kept ended with: then all intervals add
   * up to the registers' advance. A block further on, because the meter keeps those between no more, cannot be checked
   * so; one that goes back is none that was asked for.
   */
  #goesOn(block: Block): boolean {
    if (block.count === 0) return true;
    if ((block.channels & DEFAULT_CHANNELS) !== DEFAULT_CHANNELS) return false;
    if (block.first !== this.next) return block.first > this.next;
    return (
      block.openingDelivered_mWh === this.closingDelivered_mWh &&
      block.openingReceived_mWh === this.closingReceived_mWh
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
