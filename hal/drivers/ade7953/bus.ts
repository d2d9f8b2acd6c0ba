import { Register, UNLOCK } from "hal/drivers/ade7953/registers";
import { SteadyBus } from "hal/drivers/steady-bus";

const MAX_WRITES = 8;
/** What a script on a small processor takes over a fast bus. */
const READ_MS = 2;

/** Registers by their 16-bit address, whose high byte is the page; a register of page n has n + 1 bytes. */
export abstract class Bus extends SteadyBus {
  /** From one read of a register to the next one, at most. */
  get read_ms(): number {
    return READ_MS;
  }

  /** Writes and reads back. False when they never agree. */
  write(address: number, value: number): boolean {
    for (let i = 0; i < MAX_WRITES; i++) {
      if (address === Register.OPTIMUM) this.writeUnchecked(Register.UNLOCK, UNLOCK);
      this.writeUnchecked(address, value);
      if (this.holds(address, value)) return true;
    }
    return false;
  }

  /** Whether a register is as it should be: one answer that says so will do, as noise does not hit just what is wrong. */
  holds(address: number, value: number): boolean {
    return this.read(address) === value || this.readSteady(address) === value;
  }

  abstract writeUnchecked(address: number, value: number): void;
}

/** For each page the room for `header` bytes and a register; made once, as nothing is allocated by a transfer. */
export function framesByPage(header: number): readonly Uint8Array[] {
  return [1, 2, 3, 4].map((width) => new Uint8Array(header + width));
}

/** The register at the end of `frame`, after `header` bytes; one of 32 bits is signed, others are not. */
export function valueIn(frame: Uint8Array, header: number): number {
  let value = 0;
  for (let i = header; i < frame.length; i++) value = (value << 8) | frame[i];
  return value;
}

/** Puts a register there. */
export function putValue(frame: Uint8Array, header: number, value: number): void {
  for (let i = frame.length - 1, rest = value; i >= header; i--, rest >>= 8) frame[i] = rest;
}
