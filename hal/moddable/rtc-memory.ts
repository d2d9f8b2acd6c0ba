type Copy = (this: void, address: number, bytes: Uint8Array, length: number) => void;
declare function native(name: string): Copy;

/** Bytes of RTC memory that are set aside; on a Pico of RAM that is not cleared. */
export const RTC_MEMORY_BYTES = 1024;

/** Copies RTC memory to the start of `into`. All of it must lie inside: nothing is checked. */
export function readRtcMemory(this: void, address: number, into: Uint8Array, length: number): void {
  native("xs_rtc_memory_read").call(this, address, into, length);
}

/** Copies the start of `from` to RTC memory, likewise. */
export function writeRtcMemory(this: void, address: number, from: Uint8Array, length: number): void {
  native("xs_rtc_memory_write").call(this, address, from, length);
}
