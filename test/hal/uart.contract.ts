import { describe, expect, it } from "vitest";
import type { Uart } from "hal/uart";

/**
 * A chip to which a packet says how many bytes come after the first one, and then how many it is to answer: the packet,
 * inverted, over and over. One that is not whole is not answered, and given up after a pause.
 */
export interface UartRig {
  uart: Uart;
  /** What the chip was sent from pause to pause, or less. */
  packets: () => number[][];
}

/** The contract of hal/uart.ts. */
export function uartContract(name: string, make: () => UartRig): void {
  describe(`${name} as a Uart`, () => {
    it("writes, with a pause after it", () => {
      const { uart, packets } = make();
      uart.write(Uint8Array.of(1, 0));
      uart.write(Uint8Array.of(3, 0, 0x12, 0x34));
      expect(packets()).toEqual([
        [1, 0],
        [3, 0, 0x12, 0x34],
      ]);
    });

    it("writes and reads, and leaves alone what it writes", () => {
      const { uart, packets } = make();
      const bytes = Uint8Array.of(1, 3);
      const whole = new Uint8Array(5);
      expect(uart.writeRead(bytes, whole.subarray(1, 4))).toBe(true);
      expect(Array.from(whole)).toEqual([0, 0xfe, 0xfc, 0xfe, 0]);
      expect(Array.from(bytes)).toEqual([1, 3]);
      expect(packets()).toEqual([[1, 3]]);
    });

    it("reads one answer after the other", () => {
      const { uart } = make();
      const into = new Uint8Array(2);
      for (let last = 0; last < 20; last++) {
        expect(uart.writeRead(Uint8Array.of(2, 3, last), new Uint8Array(3))).toBe(true);
        expect(uart.writeRead(Uint8Array.of(2, 2, last), into)).toBe(true);
        expect(Array.from(into)).toEqual([0xfd, 0xfd]);
      }
    });

    it("says so where bytes are missing, or all", () => {
      const { uart } = make();
      expect(uart.writeRead(Uint8Array.of(1, 2), new Uint8Array(3))).toBe(false);
      expect(uart.writeRead(Uint8Array.of(1, 0), new Uint8Array(1))).toBe(false);
      expect(uart.writeRead(Uint8Array.of(5, 1), new Uint8Array(1))).toBe(false);
      expect(uart.writeRead(Uint8Array.of(1, 1), new Uint8Array(1))).toBe(true);
    });

    it("throws away what comes unasked, in whose time the chip may not listen", () => {
      const { uart } = make();
      const into = new Uint8Array(1);
      const asked = Uint8Array.of(2, 1, 9);
      uart.write(Uint8Array.of(1, 3));
      expect(uart.writeRead(asked, into) || uart.writeRead(asked, into)).toBe(true);
      expect(into[0]).toBe(0xfd);
      expect(uart.writeRead(Uint8Array.of(1, 4), into)).toBe(true);
      expect(uart.writeRead(asked, into) || uart.writeRead(asked, into)).toBe(true);
      expect(into[0]).toBe(0xfd);
    });
  });
}

/** The chip of the contract: what it answers to a packet. */
export function answerTo(packet: ArrayLike<number>): number[] {
  if (packet.length !== 1 + packet[0]) return [];
  return Array.from({ length: packet[1] }, (_, i) => ~packet[i % packet.length] & 0xff);
}
