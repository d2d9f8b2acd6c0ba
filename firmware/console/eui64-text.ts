const BYTES = 8;

/** The EUI-64 that begins at `offset`, in 16 hexadecimal digits. */
export function eui64Text(bytes: Uint8Array, offset: number): string {
  let text = "";
  for (let i = 0; i < BYTES; i++) {
    const byte = bytes[offset + i];
    text += byte < 16 ? `0${byte.toString(16)}` : byte.toString(16);
  }
  return text;
}
