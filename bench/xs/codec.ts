import { Reader, Writer } from "firmware/codec/cursor";
import { Block, BlockEncoder, Interval, decodeBlock, type IntervalSource } from "firmware/intervals/codec";

/** Of the engine: sets a limit (0 for none) and the meter, and answers what the meter read. */
declare function resetMeter(limit: number, meter: number): number;

const CADENCE_s = 900;
const INTERVALS = 704;

/** A household's energies, some more in the evening; nothing received. */
class Household implements IntervalSource {
  readonly first = 1;
  readonly next = INTERVALS + 1;
  readonly cadence_s = CADENCE_s;
  readonly #closing_mWh = new Float64Array(INTERVALS + 1);

  constructor() {
    let word = 1;
    for (let i = 1; i <= INTERVALS; i++) {
      word = (Math.imul(word, 1_103_515_245) + 12_345) >>> 0;
      const evening = i % 96 > 70 ? 3 : 1;
      this.#closing_mWh[i] = this.#closing_mWh[i - 1] + (40_000 + (word >>> 15)) * evening;
    }
  }

  read(sequence: number, into: Interval): boolean {
    into.start_s = sequence * CADENCE_s;
    into.closingDelivered_mWh = this.#closing_mWh[sequence];
    into.values[0] = this.#closing_mWh[sequence] - this.#closing_mWh[sequence - 1];
    return true;
  }
}

const source = new Household();
const encoder = new BlockEncoder(source);
const writer = new Writer(new Uint8Array(1024));
const reader = new Reader(writer.bytes);
const block = new Block();

/** Computrons of writing a block of delivered and received energy, and of reading it, by interval. */
export function cost(count: number, held: number): Float64Array {
  writer.reset(writer.bytes, 0, writer.bytes.length);
  resetMeter(0, 0);
  encoder.encode(writer, INTERVALS - count, count, 3, 3, held);
  const encoding = resetMeter(0, 0);
  reader.reset(writer.bytes, 0, writer.length);
  const isRead = decodeBlock(reader, block, source);
  const decoding = resetMeter(0, 0);
  return Float64Array.of(encoding / count, isRead ? decoding / count : NaN);
}
