import { readRtcMemory, RTC_MEMORY_BYTES, writeRtcMemory } from "hal/moddable/rtc-memory";
import type { RetainedMemory } from "hal/retained-memory";

/** The RTC memory of an ESP32, or RAM of a Pico, which keeps its content through every reset but that of the supply. */
export class RtcRetainedMemory implements RetainedMemory {
  readonly size = RTC_MEMORY_BYTES;

  read(address: number, into: Uint8Array, length: number): boolean {
    if (!holds(address, into, length)) return false;
    readRtcMemory(address, into, length);
    return true;
  }

  write(address: number, from: Uint8Array, length: number): boolean {
    if (!holds(address, from, length)) return false;
    writeRtcMemory(address, from, length);
    return true;
  }
}

function holds(address: number, bytes: Uint8Array, length: number): boolean {
  return address >= 0 && length >= 0 && length <= bytes.length && address + length <= RTC_MEMORY_BYTES;
}
