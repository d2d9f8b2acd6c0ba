/**
 * ECMA-419's SPI as on an ESP32, with a chip that answers each byte inverted: a transfer selects the chip, and it stays
 * selected until `flush(true)`.
 */
export default class SPI {
  /** What the chip was sent each time between select and release. */
  readonly frames: number[][] = [];
  #selected = false;

  transfer(buffer: Uint8Array): void {
    if (!this.#selected) this.frames.push([]);
    this.#selected = true;
    for (let i = 0; i < buffer.length; i++) {
      this.frames[this.frames.length - 1].push(buffer[i]);
      buffer[i] = ~buffer[i];
    }
  }

  flush(deselect = false): void {
    if (deselect) this.#selected = false;
  }
}
