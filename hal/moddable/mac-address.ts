declare function native(name: string): (this: void) => ArrayBuffer;

/** The EUI-48 in an ESP32's fuses, 6 bytes, or an EUI-64 made of the number of a Pico's flash chip, 8 bytes. */
export function macAddress(this: void): ArrayBuffer {
  return native("xs_mac_address").call(this);
}
