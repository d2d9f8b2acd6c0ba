import { describe, expect, it } from "vitest";
import type { Backhaul } from "hal/backhaul";

/** Both ends of a connection that loses nothing, and a way to let time pass. */
export interface BackhaulPair {
  a: Backhaul;
  b: Backhaul;
  run: (delay_ms: number) => void;
}

/** The contract of hal/backhaul.ts. */
export function backhaulContract(name: string, make: () => BackhaulPair): void {
  describe(`${name} as a Backhaul`, () => {
    const listening = () => {
      const pair = make();
      const received: number[][] = [];
      pair.b.onReceive = (packet, length) => received.push(Array.from(packet.slice(0, length)));
      return { ...pair, received };
    };

    it("carries the first bytes of a packet as they were when it was handed over", () => {
      const { a, run, received } = listening();
      const packet = Uint8Array.of(1, 2, 3, 4);
      expect(a.send(packet, 3)).toBe(true);
      packet.fill(0);
      expect(received).toEqual([]);
      run(10_000);
      expect(received).toEqual([[1, 2, 3]]);
    });

    it("carries packets of an IPv6 link's least MTU (RFC 8200, section 5), in order", () => {
      const { a, run, received } = listening();
      for (let k = 0; k < 3; k++) expect(a.send(new Uint8Array(1280).fill(k), 1280)).toBe(true);
      run(10_000);
      expect(received.map((packet) => [packet.length, packet[1279]])).toEqual([
        [1280, 0],
        [1280, 1],
        [1280, 2],
      ]);
    });

    it("carries both ways", () => {
      const { a, b, run, received } = listening();
      let back = 0;
      a.onReceive = (_packet, length) => (back = length);
      a.send(Uint8Array.of(1), 1);
      b.send(Uint8Array.of(1, 2), 2);
      run(10_000);
      expect(received.length).toBe(1);
      expect(back).toBe(2);
    });
  });
}
