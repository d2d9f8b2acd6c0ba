declare function native(name: string): (this: void) => ArrayBuffer;

/** The EUI-48 in the chip's fuses, 6 bytes. */
export function macAddress(this: void): ArrayBuffer {
  return native("xs_mac_address").call(this);
}
