import { describe, expect, it } from "vitest";
import { Cause } from "firmware/mesh/mac/frame";
import { send } from "../../../support/mac-street";
import { joinedStreet, Recorder } from "../../../support/secured-street";

const FCS_BYTES = 4;

/** With its FCS made right again, as whoever forges a frame would. */
function withFcs(frame: Uint8Array): Uint8Array {
  const copy = frame.slice();
  let crc = -1;
  for (let i = 0; i < copy.length - FCS_BYTES; i++) {
    crc ^= copy[i];
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  if (copy.length >= FCS_BYTES)
    new DataView(copy.buffer).setUint32(copy.length - FCS_BYTES, ~crc >>> 0, true);
  return copy;
}

/** Everything that is one cut, one flipped bit or one more byte away. */
function* damaged(frame: Uint8Array): Generator<Uint8Array> {
  for (let length = 0; length < frame.length; length++) yield frame.slice(0, length);
  for (let bit = 0; bit < 8 * (frame.length - FCS_BYTES); bit++) {
    const flipped = frame.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    yield flipped;
  }
  for (let at = 0; at <= frame.length - FCS_BYTES; at++)
    for (const byte of [0, 0x55, 0xff]) yield Uint8Array.of(...frame.slice(0, at), byte, ...frame.slice(at));
}

describe.each([false, true])("forged frames with a right FCS (hopping %s)", (hopping) => {
  it.each(["data", "broadcast", "ack", "advertisement"] as const)(
    "made of a %s are dropped and counted, and change nothing",
    (kind) => {
      const { world, macs, medium, restart } = joinedStreet(3, { hopping });
      const air = new Recorder(medium).watch(macs);
      restart(2);
      const asker = restart(2);
      send(asker, undefined, [3]);
      world.runUntil(world.now_us + 20e6);
      expect(air.advertisements.length).toBeGreaterThan(0);
      send(macs[1], macs[0].eui64, [7]);
      world.runUntil(world.now_us + 3e6);
      send(macs[1], undefined, [8]);
      world.runUntil(world.now_us + 3e6);
      send(macs[0], macs[1].eui64, [9]);
      while (air.acks.length < 2) world.runUntil(world.now_us + 500);
      const frames = {
        data: air.data.at(-3)!,
        broadcast: air.data.at(-2)!,
        ack: air.acks.at(-1)!,
        advertisement: air.advertisements.at(-1)!,
      };
      const [mac] = macs;
      const handedUp = air.received[0].length;
      let sent = 0;
      mac.onSent = () => sent++;
      const { receive, mark } = probe(mac, medium.radios[0].onReceive);
      const seen = new Set<number>();
      for (const forged of damaged(frames[kind])) receive(withFcs(forged), seen);
      mark();
      expect(air.received[0].length).toBe(handedUp);
      expect(sent).toBe(0);
      for (const cause of [Cause.malformed, Cause.security, Cause.key, Cause.notForUs])
        expect(seen).toContain(cause);
      expect(seen.has(Cause.integrity) || seen.has(Cause.replay)).toBe(true);
    },
  );
});

type Mac = ReturnType<typeof joinedStreet>["macs"][0];

/** Gives a node frames, each of which it has to drop for one cause and learn nothing from. */
function probe(mac: Mac, onReceive: (frame: Uint8Array, length: number, rssi_dBm: number) => void) {
  const before = JSON.stringify({ ...mac.counters, dropped: undefined });
  const total = () => mac.counters.dropped.reduce((sum, count) => sum + count, 0);
  const receive = (frame: Uint8Array, seen: Set<number>) => {
    const counts = mac.counters.dropped.slice();
    const sum = total();
    onReceive(frame, frame.length, -60);
    expect(total()).toBe(sum + 1);
    mac.counters.dropped.forEach((count, cause) => count > counts[cause] && seen.add(cause));
  };
  const mark = () => expect(JSON.stringify({ ...mac.counters, dropped: undefined })).toBe(before);
  return { receive, mark };
}
