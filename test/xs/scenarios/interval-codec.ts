import { Reader, Writer } from "firmware/codec/cursor";
import { ALL_CHANNELS, Block, BlockEncoder, Interval, decodeBlock } from "firmware/intervals/codec";
import { Random } from "../../../host-sim/random";

const CADENCE_s = 900;
const INTERVALS = 800;

/** Blocks of all channels and scales, primed and not, from intervals of every size: as bytes, and read back. */
export function run(): string {
  const random = new Random(1, "intervals");
  const intervals: Interval[] = [];
  let delivered = 123_456_789;
  let received = 2 ** 40;
  for (let i = 0; i < INTERVALS; i++) {
    const interval = new Interval();
    interval.start_s = 1_767_571_200 + i * CADENCE_s;
    interval.flags = random.chance(0.05) ? random.below(512) : 0;
    interval.values[0] = random.chance(0.1) ? random.below(2 ** 31) : 30_000 + random.below(400_000);
    interval.values[1] = i < 200 ? 0 : random.below(20_000);
    for (let channel = 2; channel < 7; channel++) interval.values[channel] = random.below(1 << (4 * channel));
    interval.values[7] = 2380 - random.below(40);
    interval.values[8] = 2400 + random.below(20);
    interval.values[9] = random.below(400) - 100;
    interval.closingDelivered_mWh = delivered += interval.values[0];
    interval.closingReceived_mWh = received += interval.values[1];
    intervals.push(interval);
  }
  const source = {
    first: 1,
    next: INTERVALS + 1,
    cadence_s: CADENCE_s,
    read: (sequence: number, into: Interval): boolean => {
      const found = intervals[sequence - 1];
      if (found === undefined) return false;
      into.start_s = found.start_s;
      into.flags = found.flags;
      into.values.set(found.values);
      into.closingDelivered_mWh = found.closingDelivered_mWh;
      into.closingReceived_mWh = found.closingReceived_mWh;
      return true;
    },
  };
  const encoder = new BlockEncoder(source);
  const lines: string[] = [];
  const block = (since: number, most: number, channels: number, scale: number, held: number): void => {
    const w = new Writer(new Uint8Array(2048));
    const count = encoder.encode(w, since, most, channels, scale, held);
    let hex = "";
    for (let i = 0; i < w.length; i++) hex += (w.bytes[i] + 0x100).toString(16).slice(1);
    const read = new Block();
    const isRead = decodeBlock(new Reader(w.bytes, 0, w.length), read, source);
    lines.push(`${count} ${w.ok} ${hex}`, `${isRead} ${read.primed} ${read.values.map(String).join(" ")}`);
  };
  for (let scale = 0; scale <= 4; scale++) {
    block(0, 96, 3, scale, 0);
    block(784, 16, 3, scale, 672);
    block(783, 16, 3, scale, 192);
    block(200, 34, ALL_CHANNELS, scale, 50);
  }
  return lines.join("\n");
}
