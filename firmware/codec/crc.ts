/** CRC-32 of IEEE 802.3 and of the 4-byte FCS of IEEE 802.15.4-2015, 7.2.10 (reflected, polynomial 0x04C11DB7). */
const CRC32_NIBBLES = Object.freeze([
  0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320,
  0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
]);

/** CRC-16/IBM-3740: polynomial 0x1021, initial value 0xFFFF. */
const CRC16_NIBBLES = Object.freeze([
  0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7, 0x8108, 0x9129, 0xa14a, 0xb16b, 0xc18c,
  0xd1ad, 0xe1ce, 0xf1ef,
]);

/** CRC-32/ISO-HDLC over `bytes[start, end)`, unsigned. Two table steps a byte: the table of 16 stays in flash. */
export function crc32(bytes: Uint8Array, start: number, end: number): number {
  let crc = -1;
  for (let i = start; i < end; i++) {
    crc ^= bytes[i];
    crc = CRC32_NIBBLES[crc & 15] ^ (crc >>> 4);
    crc = CRC32_NIBBLES[crc & 15] ^ (crc >>> 4);
  }
  return ~crc >>> 0;
}

/** CRC-16/IBM-3740 over `bytes[start, end)`. */
export function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0xffff;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    crc = CRC16_NIBBLES[((crc >> 12) ^ (byte >> 4)) & 15] ^ ((crc << 4) & 0xffff);
    crc = CRC16_NIBBLES[((crc >> 12) ^ byte) & 15] ^ ((crc << 4) & 0xffff);
  }
  return crc;
}
