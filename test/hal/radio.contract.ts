import { describe, expect, it } from "vitest";
import type { HopSchedule, Radio } from "hal/radio";

/** Two radios in range of each other that lose nothing, and a way to let time pass. */
export interface RadioPair {
  a: Radio;
  b: Radio;
  run: (delay_ms: number) => void;
  now_ms: () => number;
}

const SLOT_MS = 100;
/** Another channel in each slot. */
const hops: HopSchedule = {
  channelAt: (at_ms) => (Math.floor(at_ms / SLOT_MS) * 7) % 129,
  slotEnd_ms: (at_ms) => (Math.floor(at_ms / SLOT_MS) + 1) * SLOT_MS,
};

/** The contract of hal/radio.ts. */
export function radioContract(name: string, make: () => RadioPair): void {
  describe(`${name} as a Radio`, () => {
    const listening = (channel: number) => {
      const pair = make();
      const received: { bytes: number[]; rssi_dBm: number }[] = [];
      pair.b.onReceive = (frame, length, rssi_dBm) =>
        received.push({ bytes: [...frame.slice(0, length)], rssi_dBm });
      pair.a.listen(channel);
      pair.b.listen(channel);
      pair.run(10);
      return { ...pair, received };
    };

    it("carries a frame as it was when it was handed over", () => {
      const { a, run, received } = listening(3);
      const frame = Uint8Array.of(1, 2, 3, 4, 5, 6);
      expect(a.transmit(frame, 5, 3)).toBe(true);
      frame.fill(0);
      run(1000);
      expect(received.map(({ bytes }) => bytes)).toEqual([[1, 2, 3, 4, 5]]);
      expect(received[0].rssi_dBm).toBeLessThan(30);
    });

    it("carries frames up to its greatest length, and no longer ones", () => {
      const { a, run, received } = listening(0);
      const longest = new Uint8Array(a.maxFrameBytes + 1).fill(0x55);
      expect(a.transmit(longest, 0, 0)).toBe(false);
      expect(a.transmit(longest, a.maxFrameBytes + 1, 0)).toBe(false);
      expect(a.transmit(longest, a.maxFrameBytes, 0)).toBe(true);
      run(1000);
      expect(received.map(({ bytes }) => bytes.length)).toEqual([a.maxFrameBytes]);
    });

    it("says once when a frame has left, and takes no other before", () => {
      const { a, run } = listening(0);
      let sent = 0;
      a.onSent = () => sent++;
      const frame = new Uint8Array(100);
      expect(a.transmit(frame, 100, 0)).toBe(true);
      expect(a.transmit(frame, 100, 0)).toBe(false);
      expect(a.channelClear(0)).toBe(false);
      expect(sent).toBe(0);
      run((8e3 * 100) / a.bitRate - 1);
      expect(sent).toBe(0);
      run(1000);
      expect(sent).toBe(1);
      expect(a.transmit(frame, 100, 0)).toBe(true);
    });

    it("hears that a channel is in use", () => {
      const { a, b, run } = listening(5);
      expect(b.channelClear(5)).toBe(true);
      a.transmit(new Uint8Array(200), 200, 5);
      run(8);
      expect(b.channelClear(5)).toBe(false);
      expect(b.channelClear(6)).toBe(true);
      run(1000);
      expect(b.channelClear(5)).toBe(true);
    });

    it("hears only the channel that it listens to", () => {
      const { a, b, run, received } = listening(5);
      a.transmit(Uint8Array.of(1), 1, 6);
      run(100);
      expect(received).toEqual([]);
      b.listen(6);
      run(10);
      a.transmit(Uint8Array.of(2), 1, 6);
      run(100);
      expect(received.map(({ bytes }) => bytes)).toEqual([[2]]);
    });

    it("follows a schedule by itself, to the end of a frame that outlasts its slot", () => {
      const { a, b, run, received, now_ms } = listening(1);
      b.follow(hops, { now_ms });
      for (let slot = 0; slot < 20; slot++) {
        // Two frames in the slot's channel: one within it, and one that begins 8 ms before its end and takes 18.
        run(SLOT_MS - (now_ms() % SLOT_MS) + 40);
        const channel = hops.channelAt(now_ms());
        a.transmit(Uint8Array.of(slot), 1, channel);
        run(SLOT_MS - (now_ms() % SLOT_MS) - 8);
        a.transmit(new Uint8Array(220).fill(slot), 220, channel);
        run(30);
      }
      const expected = Array.from({ length: 20 }, (_, slot) => [slot, slot]).flat();
      expect(received.map(({ bytes }) => bytes[0])).toEqual(expected);
    });

    it("follows only until it is told to listen, and again when told so", () => {
      const { a, b, run, received, now_ms } = listening(1);
      const sendOn = (byte: number, channel: number) => {
        a.transmit(Uint8Array.of(byte), 1, channel);
        run(SLOT_MS + 50 - (now_ms() % SLOT_MS));
      };
      const hopping = (): number => hops.channelAt(now_ms());
      sendOn(0, 1);
      b.follow(hops, { now_ms });
      run(10);
      sendOn(1, hopping());
      sendOn(2, 1);
      b.listen(128);
      run(10);
      sendOn(3, 128);
      sendOn(4, hopping());
      b.follow(hops, { now_ms });
      run(10);
      sendOn(5, hopping());
      expect(received.map(({ bytes }) => bytes[0])).toEqual([0, 1, 3, 5]);
    });

    it("looks at its schedule anew when told to follow it again", () => {
      const { a, b, run, received, now_ms } = listening(1);
      let channel = 20;
      const changing: HopSchedule = { channelAt: () => channel, slotEnd_ms: (at_ms) => at_ms + 10_000 };
      b.follow(changing, { now_ms });
      run(10);
      channel = 30;
      b.follow(changing, { now_ms });
      run(10);
      a.transmit(Uint8Array.of(7), 1, 30);
      run(100);
      expect(received.map(({ bytes }) => bytes)).toEqual([[7]]);
    });

    it("listens again after sending", () => {
      const { a, b, run, received } = listening(1);
      b.transmit(Uint8Array.of(9), 1, 1);
      run(100);
      a.transmit(Uint8Array.of(4), 1, 1);
      run(100);
      expect(received.map(({ bytes }) => bytes)).toEqual([[4]]);
    });
  });
}
