import { expect } from "vitest";
import { Reader, Writer } from "firmware/codec/cursor";
import {
  Block,
  BlockEncoder,
  DEFAULT_CHANNELS,
  Interval,
  decodeBlock,
  type IntervalSource,
} from "firmware/intervals/codec";

const MIDNIGHT_s = 1_772_323_200;
export const CADENCE_s = 900;

/** What stands in an interval; an undefined one does not read well. */
export interface Content {
  flags?: number;
  values?: readonly number[];
}

/** Intervals in an array, with registers that go on from one to the next. */
export class Source implements IntervalSource {
  readonly cadence_s = CADENCE_s;
  reads = 0;
  readonly #intervals: (Interval | undefined)[] = [];

  constructor(
    contents: readonly (Content | undefined)[],
    readonly first = 1,
    registers: readonly [number, number] = [0, 0],
  ) {
    let [delivered, received] = registers;
    for (const [index, content] of contents.entries()) {
      const interval = new Interval();
      interval.sequence = first + index;
      interval.start_s = MIDNIGHT_s + (first + index) * CADENCE_s;
      interval.flags = content?.flags ?? 0;
      interval.values.set(content?.values ?? []);
      interval.closingDelivered_mWh = delivered += interval.values[0];
      interval.closingReceived_mWh = received += interval.values[1];
      this.#intervals.push(content && interval);
    }
  }

  get next(): number {
    return this.first + this.#intervals.length;
  }

  at(sequence: number): Interval {
    return this.#intervals[sequence - this.first]!;
  }

  read(sequence: number, into: Interval): boolean {
    this.reads++;
    const found = this.#intervals[sequence - this.first];
    if (found === undefined) return false;
    Object.assign(into, { ...found, values: into.values });
    into.values.set(found.values);
    return true;
  }
}

export interface Asked {
  since?: number;
  most?: number;
  channels?: number;
  scale?: number;
  held?: number;
  room?: number;
}

export function encode(
  source: IntervalSource,
  asked: Asked = {},
  encoder = new BlockEncoder(source),
): Uint8Array {
  const { since = 0, most = Infinity, channels = DEFAULT_CHANNELS, scale = 3, held = 0, room = 4096 } = asked;
  const w = new Writer(new Uint8Array(room));
  encoder.encode(w, since, most, channels, scale, held);
  expect(w.ok).toBe(true);
  return w.bytes.slice(0, w.length);
}

export function decode(bytes: Uint8Array, held?: IntervalSource): Block {
  const block = new Block();
  expect(decodeBlock(new Reader(bytes), block, held)).toBe(true);
  return block;
}

/** Energies of a household, mWh, with the ups and downs of every day. */
export function household(count: number, seed = 1): Content[] {
  let word = seed;
  return Array.from({ length: count }, (_, i) => {
    word = (Math.imul(word, 1_103_515_245) + 12_345) >>> 0;
    const evening = i % 96 > 70 ? 3 : 1;
    return { values: [Math.floor((40_000 + (word >>> 15)) * evening), 0] };
  });
}
