/**
 * The load profile block of `/lp`, as both ends use it, and how it is read. docs/interval-codec.md states every bit,
 * docs/cddl/lp.cddl its envelope.
 */
import { readArrayHead, readBytes, readUint } from "firmware/codec/cbor";
import type { Reader } from "firmware/codec/cursor";
import { RangeDecoder } from "firmware/codec/range-coder";
import {
  ALL_CHANNELS,
  CHECK_BITS,
  Check,
  ENERGIES,
  ITEMS,
  LENGTH_BITS,
  MAX_NUMBERS,
  MAX_PRIMER,
  MAX_SCALE,
  Primer,
  REGISTERS,
  columnsOf,
  dayOf,
  isAsked,
  type Block,
  type IntervalSource,
} from "firmware/intervals/block";
import { INTERVAL_CHANNELS } from "firmware/intervals/interval";
import { ValueModel } from "firmware/intervals/model";

export { ALL_CHANNELS, Block, DEFAULT_CHANNELS, DEFAULT_SCALE, MAX_SCALE } from "firmware/intervals/block";
export type { IntervalSource } from "firmware/intervals/block";
export { BlockEncoder } from "firmware/intervals/encoder";
export { Interval, IntervalChannel } from "firmware/intervals/interval";

const REGISTER_BITS = 53;
const MAX_CADENCE_S = 86_400;
const TWO_32 = 0x100000000;

/**
 * Reads a block up to the end of `r`. False: it is malformed, or primed on other intervals than `held` has; `into` is
 * left half-filled.
 */
export function decodeBlock(r: Reader, into: Block, held?: IntervalSource): boolean {
  const items = readArrayHead(r);
  const check = new Check();
  into.newest = readUint(r);
  into.count = 0;
  into.flags = [];
  into.values = [];
  if (items === 1) return r.ok && r.remaining === 0;
  into.first = readUint(r);
  into.start_s = readUint(r);
  into.cadence_s = readUint(r);
  into.channels = readUint(r);
  into.scale = readUint(r);
  into.count = readUint(r);
  into.primed = readUint(r);
  const length = readBytes(r);
  if (!r.ok || r.remaining !== 0 || items !== ITEMS || !isSound(into)) return false;
  r.at -= length;

  const primer = new Primer();
  if (into.primed > 0) {
    if (held === undefined) return false;
    primer.load(held, into.first, into.primed, 10 ** into.scale);
    if (primer.count !== into.primed || primer.end_s !== into.start_s) return false;
  }
  check.add(into.newest);
  check.add(into.first);
  check.add(into.start_s);
  check.add(into.cadence_s);
  check.add(into.channels);
  check.add(into.scale);
  check.add(into.count);
  check.add(into.primed);
  return readBody(new RangeDecoder(r, length), into, primer, check);
}

/** Whether the head is one that an encoder may write, so that what follows it is bounded. */
function isSound(block: Block): boolean {
  const { newest, first, start_s, cadence_s, channels, scale, count, primed } = block;
  if (channels < 1 || channels > ALL_CHANNELS || scale > MAX_SCALE || primed > MAX_PRIMER) return false;
  if (start_s >= TWO_32 || cadence_s < 1 || cadence_s > MAX_CADENCE_S) return false;
  return (
    count >= 1 && count * columnsOf(channels) <= MAX_NUMBERS && first >= 1 && first + count - 1 <= newest
  );
}

function readBody(coder: RangeDecoder, into: Block, primer: Primer, check: Check): boolean {
  const { channels, count, scale } = into;
  const unit = 10 ** scale;
  const model = new ValueModel(primer.count + count, dayOf(into.cadence_s));
  const openings = new Array<number>(INTERVAL_CHANNELS).fill(0);
  for (let channel = 0; channel < REGISTERS; channel++) {
    if (!isAsked(channels, channel)) continue;
    openings[channel] =
      primer.count > 0
        ? primer.closing_mWh[channel]
        : coder.bits(Math.min(REGISTER_BITS, coder.bits(LENGTH_BITS)));
    check.add(openings[channel]);
  }
  const column = (channel: number): number[] => {
    const numbers: number[] = [];
    model.clear();
    if (channel >= 0) primer.prime(model, channel);
    for (let index = 0; index < count; index++) {
      numbers.push(model.decode(coder));
      check.add(numbers[index]);
    }
    return numbers;
  };
  into.flags = column(-1);
  for (let channel = 0; channel < INTERVAL_CHANNELS; channel++)
    into.values.push(isAsked(channels, channel) ? column(channel) : []);
  const remainders = new Array<number>(ENERGIES).fill(0);
  for (let channel = 0; channel < ENERGIES; channel++) {
    if (!isAsked(channels, channel)) continue;
    remainders[channel] = coder.peek(unit);
    coder.take(remainders[channel], 1, unit);
    check.add(remainders[channel]);
  }
  if (coder.bits(CHECK_BITS) !== check.word || !coder.isWhole) return false;
  const closings = into.values.map((numbers, channel) =>
    channel < ENERGIES
      ? toEnergies(numbers, openings[channel], remainders[channel], unit)
      : toLevels(numbers),
  );
  into.openingDelivered_mWh = openings[0];
  into.openingReceived_mWh = openings[1];
  into.closingDelivered_mWh = closings[0];
  into.closingReceived_mWh = closings[1];
  return (
    closings.every(Number.isSafeInteger) &&
    into.values.slice(0, ENERGIES).every((v) => v.every((x) => x >= 0))
  );
}

/** Makes energies of the numbers, in place; answers the register at their end. */
function toEnergies(numbers: number[], opening: number, remainder: number, unit: number): number {
  let units = Math.floor(opening / unit);
  let before = opening;
  for (let i = 0; i < numbers.length; i++) {
    units += numbers[i];
    // The register inside the block is known to the unit: it is not below its exact opening for that.
    const after = i === numbers.length - 1 ? units * unit + remainder : Math.max(before, units * unit);
    numbers[i] = after - before;
    before = after;
  }
  return before;
}

function toLevels(numbers: number[]): number {
  let level = 0;
  for (let i = 0; i < numbers.length; i++) {
    level += numbers[i] % 2 === 1 ? -(numbers[i] + 1) / 2 : numbers[i] / 2;
    numbers[i] = level;
  }
  return level;
}
