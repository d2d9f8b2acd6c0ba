/**
 * Cursors over one buffer. They never throw and never allocate: what does not fit sets {@link Reader.ok} (or
 * {@link Writer.ok}) to false, reads then answer 0 and writes do nothing, so a codec checks once, at its end.
 * Network order unless the name says LE.
 */
export class Reader {
  bytes: Uint8Array;
  at = 0;
  end = 0;
  ok = true;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Starts over on `bytes` from `start` up to, not including, `end`. */
  reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.ok = end <= bytes.length && start <= end;
  }

  get remaining(): number {
    return this.end - this.at;
  }

  /** Claims `count` bytes: answers where they start, or -1 (and clears {@link ok}) when there are fewer. */
  take(count: number): number {
    const at = this.at;
    if (!this.ok || count < 0 || this.end - at < count) {
      this.ok = false;
      return -1;
    }
    this.at = at + count;
    return at;
  }

  u8(): number {
    const at = this.take(1);
    return at < 0 ? 0 : this.bytes[at];
  }

  u16(): number {
    const at = this.take(2);
    return at < 0 ? 0 : (this.bytes[at] << 8) | this.bytes[at + 1];
  }

  u16LE(): number {
    const at = this.take(2);
    return at < 0 ? 0 : this.bytes[at] | (this.bytes[at + 1] << 8);
  }

  u32(): number {
    const at = this.take(4);
    if (at < 0) return 0;
    const b = this.bytes;
    return ((b[at] << 24) | (b[at + 1] << 16) | (b[at + 2] << 8) | b[at + 3]) >>> 0;
  }

  u32LE(): number {
    const at = this.take(4);
    if (at < 0) return 0;
    const b = this.bytes;
    return (b[at] | (b[at + 1] << 8) | (b[at + 2] << 16) | (b[at + 3] << 24)) >>> 0;
  }

  u48(): number {
    const high = this.u16();
    return high * 2 ** 32 + this.u32();
  }

  /** An integer below 2^53, in 8 bytes. */
  u64(): number {
    const high = this.u32();
    return high * 2 ** 32 + this.u32();
  }

  /** Copies the next `count` bytes to `into` at `offset`. */
  copy(into: Uint8Array, offset: number, count: number): void {
    const at = this.take(count);
    if (at < 0) return;
    for (let i = 0; i < count; i++) into[offset + i] = this.bytes[at + i]!;
  }
}

export class Writer {
  bytes: Uint8Array;
  start = 0;
  at = 0;
  end = 0;
  ok = true;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.start = start;
    this.at = start;
    this.end = end;
  }

  reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.at = start;
    this.end = end;
    this.ok = end <= bytes.length && start <= end;
  }

  /** Bytes written since the start. */
  get length(): number {
    return this.at - this.start;
  }

  /** Claims room for `count` bytes: answers where it starts, or -1 (and clears {@link ok}) when there is less. */
  take(count: number): number {
    const at = this.at;
    if (!this.ok || this.end - at < count) {
      this.ok = false;
      return -1;
    }
    this.at = at + count;
    return at;
  }

  u8(value: number): void {
    const at = this.take(1);
    if (at >= 0) this.bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.take(2);
    if (at < 0) return;
    this.bytes[at] = value >> 8;
    this.bytes[at + 1] = value;
  }

  u16LE(value: number): void {
    const at = this.take(2);
    if (at < 0) return;
    this.bytes[at] = value;
    this.bytes[at + 1] = value >> 8;
  }

  u32(value: number): void {
    const at = this.take(4);
    if (at < 0) return;
    const b = this.bytes;
    b[at] = value >>> 24;
    b[at + 1] = value >>> 16;
    b[at + 2] = value >>> 8;
    b[at + 3] = value;
  }

  u32LE(value: number): void {
    const at = this.take(4);
    if (at < 0) return;
    const b = this.bytes;
    b[at] = value;
    b[at + 1] = value >>> 8;
    b[at + 2] = value >>> 16;
    b[at + 3] = value >>> 24;
  }

  u48(value: number): void {
    this.u16(Math.floor(value / 2 ** 32));
    this.u32(value >>> 0);
  }

  /** An integer below 2^53, in 8 bytes. */
  u64(value: number): void {
    this.u32(Math.floor(value / 2 ** 32));
    this.u32(value >>> 0);
  }

  /** Writes `count` bytes of `from`, from `offset` on. */
  copy(from: Uint8Array, offset: number, count: number): void {
    const at = this.take(count);
    if (at < 0) return;
    for (let i = 0; i < count; i++) this.bytes[at + i] = from[offset + i]!;
  }

  /** Writes the characters of an ASCII string. */
  ascii(text: string): void {
    const count = text.length;
    const at = this.take(count);
    if (at < 0) return;
    for (let i = 0; i < count; i++) this.bytes[at + i] = text.charCodeAt(i);
  }
}
