import { after, cancel } from "./wait";

const WATCHDOG_MS = 8000;
const UNEXPECTED = 1;

/** What ended the engine, as `hal/moddable/restart` was told, and how often the watchdog restarted the part. */
export const part = { ends: [] as string[], restarts: 0 };
let dog: ReturnType<typeof after> | undefined;

function feed(): void {
  cancel(dog);
  dog = after(WATCHDOG_MS, () => part.restarts++);
}

/** The project's own C on a device, as functions of this machine, by name. */
const rtcMemory = new Uint8Array(1024);

const functions = {
  xs_mac_address: () => Uint8Array.of(0x24, 0x0a, 0xc4, 0x01, 0x02, 0x03).buffer,
  xs_rtc_memory_read: (address: number, into: Uint8Array, length: number) =>
    into.set(rtcMemory.subarray(address, address + length)),
  xs_rtc_memory_write: (address: number, from: Uint8Array, length: number) =>
    rtcMemory.set(from.subarray(0, length), address),
  xs_restart_reason: () => UNEXPECTED,
  xs_restart_abort: (end: string) => void part.ends.push(end),
  xs_restart_watchdog: () => {
    feed();
    return WATCHDOG_MS;
  },
  xs_restart_feed: feed,
};

Object.assign(globalThis, { native: (name: keyof typeof functions) => functions[name] });
