interface Options {
  data: number;
  clock: number;
  address: number;
  hz: number;
}

/** Of the one chip on the bus. It answers the bytes that it was written last, inverted, over and over. */
const ADDRESS = 0x38;

/** ECMA-419's I2C with the platform's `writeRead`; what no chip acknowledges throws. */
export default class I2C {
  /** What the chip was sent, from start to stop. */
  readonly frames: number[][] = [];
  readonly #address: number;

  constructor({ data, clock, address, hz }: Options) {
    if (![data, clock, address, hz].every(Number.isInteger)) throw new RangeError();
    this.#address = address;
  }

  write(bytes: Uint8Array): void {
    if (this.#address !== ADDRESS) throw new Error("write failed");
    this.frames.push(Array.from(bytes));
  }

  writeRead(bytes: Uint8Array, into: Uint8Array): number {
    this.write(bytes);
    for (let i = 0; i < into.length; i++) into[i] = ~bytes[i % bytes.length];
    return into.length;
  }
}
