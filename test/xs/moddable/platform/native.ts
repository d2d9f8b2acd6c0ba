/** The project's own C on a device, as functions of this machine, by name. */
const rtcMemory = new Uint8Array(1024);

const functions = {
  xs_mac_address: () => Uint8Array.of(0x24, 0x0a, 0xc4, 0x01, 0x02, 0x03).buffer,
  xs_rtc_memory_read: (address: number, into: Uint8Array, length: number) =>
    into.set(rtcMemory.subarray(address, address + length)),
  xs_rtc_memory_write: (address: number, from: Uint8Array, length: number) =>
    rtcMemory.set(from.subarray(0, length), address),
};

Object.assign(globalThis, { native: (name: keyof typeof functions) => functions[name] });
