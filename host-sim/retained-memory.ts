import type { RetainedMemory } from "hal/retained-memory";
import type { Random } from "./random";

/** What the RTC memory of an ESP32 has for it. */
const SIZE_BYTES = 1024;

/** Retained memory of a simulated node: it lives as long as its supply does, however often the firmware starts. */
export class SimulatedRetainedMemory implements RetainedMemory {
  readonly size = SIZE_BYTES;
  readonly bytes = new Uint8Array(SIZE_BYTES);

  read(address: number, into: Uint8Array, length: number): boolean {
    if (!this.#holds(address, length, into)) return false;
    for (let i = 0; i < length; i++) into[i] = this.bytes[address + i];
    return true;
  }

  write(address: number, from: Uint8Array, length: number): boolean {
    if (!this.#holds(address, length, from)) return false;
    for (let i = 0; i < length; i++) this.bytes[address + i] = from[i];
    return true;
  }

  /** The supply is gone: what is there when it comes back is arbitrary. */
  lose(random: Random): void {
    for (let i = 0; i < SIZE_BYTES; i++) this.bytes[i] = random.below(256);
  }

  #holds(address: number, length: number, bytes: Uint8Array): boolean {
    return address >= 0 && length >= 0 && length <= bytes.length && address + length <= this.size;
  }
}
