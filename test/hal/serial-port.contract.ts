import { describe, expect, it } from "vitest";
import type { SerialPort } from "hal/serial-port";

/** A port, what is at the other end of its line, and a way to let time pass. */
export interface SerialRig {
  port: SerialPort;
  type: (bytes: Uint8Array) => void;
  /** All that has left so far. */
  written: () => number[];
  run: (delay_ms: number) => void;
}

/** The contract of hal/serial-port.ts. */
export function serialPortContract(name: string, make: () => SerialRig): void {
  describe(`${name} as a SerialPort`, () => {
    const ready = () => {
      const rig = make();
      rig.run(10);
      return rig;
    };

    it("writes the first bytes of what it is given", () => {
      const { port, written, run } = ready();
      expect(port.write(Uint8Array.of(1, 2, 3, 4), 3)).toBe(3);
      run(10);
      expect(written()).toEqual([1, 2, 3]);
    });

    it("takes a copy", () => {
      const { port, written, run } = ready();
      const bytes = Uint8Array.of(5, 6);
      port.write(bytes, 2);
      bytes.fill(0);
      run(10);
      expect(written()).toEqual([5, 6]);
    });

    it("takes nothing where there is nothing", () => {
      const { port, written, run } = ready();
      expect(port.write(new Uint8Array(4), 0)).toBe(0);
      run(10);
      expect(written()).toEqual([]);
    });

    it("carries more than it has room for, in order, when it says that it may be written to again", () => {
      const { port, written, run } = ready();
      const all = Uint8Array.from({ length: 5_000 }, (_, i) => i % 251);
      let done = 0;
      const push = (): void => {
        const rest = all.slice(done);
        done += port.write(rest, rest.length);
      };
      port.onWritable = push;
      push();
      run(5_000);
      expect(done).toBe(all.length);
      expect(written()).toEqual(Array.from(all));
    });

    it("says that bytes have arrived, and hands them over in order", () => {
      const { port, type, run } = ready();
      const into = new Uint8Array(4);
      let readable = 0;
      port.onReadable = () => readable++;
      expect(port.read(into)).toBe(0);
      type(Uint8Array.of(1, 2, 3, 4, 5, 6));
      run(10);
      expect(readable).toBeGreaterThan(0);
      expect(port.read(into)).toBe(4);
      expect(Array.from(into)).toEqual([1, 2, 3, 4]);
      expect(port.read(into)).toBe(2);
      expect(Array.from(into.slice(0, 2))).toEqual([5, 6]);
      expect(port.read(into)).toBe(0);
    });
  });
}
