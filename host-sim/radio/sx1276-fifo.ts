import { FIFO_BYTES } from "hal/drivers/sx1276/registers";

const MAX_BYTES = 256;

/**
 * The FIFO of an SX1276 with its length byte, as time goes by: one side is the bus, byte by byte, the other the air,
 * which takes or brings a byte each byte time once the frame's preamble and sync word are over.
 */
export class Sx1276Fifo {
  /** The frame, its length first. */
  readonly bytes = new Uint8Array(MAX_BYTES);
  overrun = false;
  threshold = 0;
  /** Bytes that the bus has moved. */
  #bus = 0;
  /** Bytes of the frame on the air, when the first of them begins, and how long each is. */
  #frameBytes = 0;
  #payload_us = Infinity;
  #byte_us = 0;
  #receiving = false;

  clear(): void {
    this.#bus = 0;
    this.#receiving = false;
    this.#frameBytes = 0;
    this.#payload_us = Infinity;
    this.overrun = false;
  }

  /** The air takes the frame whose length byte is in, from `payload_us` on; bytes that come too late are 0. */
  send(payload_us: number, byte_us: number): void {
    this.#start(false, 1 + this.bytes[0], payload_us, byte_us);
    this.bytes.fill(0, this.#bus);
  }

  /** The air brings a frame of `count` bytes, length included. */
  receive(count: number, payload_us: number, byte_us: number): void {
    this.clear();
    this.#start(true, count, payload_us, byte_us);
  }

  #start(receiving: boolean, frameBytes: number, payload_us: number, byte_us: number): void {
    this.#receiving = receiving;
    this.#frameBytes = frameBytes;
    this.#payload_us = payload_us;
    this.#byte_us = byte_us;
  }

  /** Bytes that the air has taken whole or begun to take, or brought whole. */
  #air(now_us: number): number {
    if (now_us < this.#payload_us) return 0;
    const whole = Math.floor((now_us - this.#payload_us) / this.#byte_us);
    return Math.min(this.#frameBytes, this.#receiving ? whole : whole + 1);
  }

  count(now_us: number): number {
    const air = this.#air(now_us);
    return Math.max(0, this.#receiving ? air - this.#bus : this.#bus - air);
  }

  get receiving(): boolean {
    return this.#receiving && this.#frameBytes > 0;
  }

  level(now_us: number): boolean {
    return this.count(now_us) > this.threshold;
  }

  /** When the air alone will next change {@link level}; Infinity if never. */
  nextChange_us(now_us: number): number {
    const level = this.level(now_us);
    if (level === this.#receiving || this.#frameBytes === 0) return Infinity;
    const air = this.#receiving ? this.#bus + this.threshold + 1 : this.#bus - this.threshold;
    if (air > this.#frameBytes) return Infinity;
    return this.#payload_us + (this.#receiving ? air : air - 1) * this.#byte_us;
  }

  push(value: number, now_us: number): void {
    if (this.count(now_us) >= FIFO_BYTES) {
      this.clear();
      this.overrun = true;
    } else {
      const late = this.#frameBytes > 0 && this.#bus < this.#air(now_us);
      if (!late) this.bytes[this.#bus] = value;
      this.#bus++;
    }
  }

  /** What a driver takes from an empty FIFO is nothing. */
  pop(now_us: number): number {
    return this.count(now_us) > 0 ? this.bytes[this.#bus++] : 0;
  }

  /** More has come than there is room for: all is lost. */
  overflow(now_us: number): boolean {
    if (!this.receiving || this.count(now_us) <= FIFO_BYTES) return false;
    this.clear();
    this.overrun = true;
    return true;
  }
}
