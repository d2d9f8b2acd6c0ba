import { KEY_BYTES } from "hal/cipher";
import type { Entropy } from "hal/entropy";
import type { Identity } from "hal/identity";
import type { SerialPort } from "hal/serial-port";
import { Random } from "./random";

/** Node numbers become addresses under this locally administered prefix; collectors have one of their own. */
const METER_PREFIX = [0x02, 0x57, 0x4d, 0x00];
const COLLECTOR_PREFIX = [0x02, 0x57, 0x4d, 0xc0];

export function meterIdentity(meter: number): Identity {
  return identity(METER_PREFIX, meter, "WM-M1");
}

export function collectorIdentity(collector: number): Identity {
  return identity(COLLECTOR_PREFIX, collector, "WM-C1");
}

function identity(prefix: readonly number[], number: number, model: string): Identity {
  const eui64 = new Uint8Array(8);
  eui64.set(prefix);
  new DataView(eui64.buffer).setUint32(4, number);
  const storageKey = new Uint8Array(KEY_BYTES);
  new SeededEntropy(new Random(number, `storage key ${model}`)).fill(storageKey);
  return { eui64, model, serial: String(number).padStart(8, "0"), storageKey };
}

const UNREAD_BYTES = 1024;

/**
 * Unpredictable to the firmware, the same for the same seed. Numbers of each length have a stream of their own, so that
 * how often a store asks for salt changes nothing on the air.
 */
export class SeededEntropy implements Entropy {
  readonly #seed: number;
  readonly #streams: (Random | undefined)[] = [];

  constructor(random: Random) {
    this.#seed = random.u32();
  }

  fill(into: Uint8Array): void {
    const random = (this.#streams[into.length] ??= new Random(this.#seed, `entropy of ${into.length}`));
    for (let i = 0; i < into.length; i++) into[i] = random.below(256);
  }
}

/** A serial line with a person, or a test, at its other end. */
export class SimulatedSerial implements SerialPort {
  onReadable: () => void = () => {};
  onWritable: () => void = () => {};
  #onOutput: ((bytes: Uint8Array) => void) | undefined;
  /** What was written while nobody was connected: the latest kilobyte. */
  #unread: number[] = [];
  #input = new Uint8Array(0);

  /** From now on `onOutput` gets what the device writes, from what it wrote last on. */
  connect(onOutput: (bytes: Uint8Array) => void): void {
    this.#onOutput = onOutput;
    onOutput(Uint8Array.from(this.#unread));
    this.#unread = [];
  }

  /** The device's power is gone: nobody reads what is typed. */
  powerOff(): void {
    this.onReadable = () => {};
    this.onWritable = () => {};
    this.#input = new Uint8Array(0);
  }

  /** What the person types. */
  type(bytes: Uint8Array): void {
    const input = new Uint8Array(this.#input.length + bytes.length);
    input.set(this.#input);
    input.set(bytes, this.#input.length);
    this.#input = input;
    this.onReadable();
  }

  write(bytes: Uint8Array, length: number): number {
    if (this.#onOutput !== undefined) this.#onOutput(bytes.slice(0, length));
    else this.#unread = [...this.#unread, ...bytes.subarray(0, length)].slice(-UNREAD_BYTES);
    return length;
  }

  read(into: Uint8Array): number {
    const count = Math.min(into.length, this.#input.length);
    into.set(this.#input.subarray(0, count));
    this.#input = this.#input.subarray(count);
    return count;
  }
}
