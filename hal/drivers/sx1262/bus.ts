import type { DigitalInput } from "hal/digital-pin";
import { COMMAND_ERROR, COMMAND_FAILED, Opcode } from "hal/drivers/sx1262/commands";
import { MAX_FRAME_BYTES } from "hal/channel-plan";
import type { Spi } from "hal/spi";

/** Looks at BUSY before a command is given up: some 200 us, more than any change between FS, RX and TX takes. */
const BUSY_LOOKS = 200;
const MAX_COMMAND_BYTES = 10;
const WRITE_HEADER = 2;
const READ_HEADER = 3;
/** A frame is moved in a transfer that is too long by less than this: a view for each length would fill the heap. */
const STEP_BYTES = 32;

/**
 * Commands over SPI, each after BUSY has fallen. A command that could not be sent, or of which the chip says that it
 * failed, clears {@link ok}; the caller looks once, at its end. Nothing here allocates or throws.
 */
export class Bus {
  ok = true;
  /** The last status, as {@link read} and {@link status} got it. */
  mode = 0;
  /** The frame read last, from index 0 on. */
  readonly frame: Uint8Array;
  readonly #spi: Spi;
  readonly #busy: DigitalInput;
  /** One command being made, and a view of it for each length. */
  readonly #command = new Uint8Array(MAX_COMMAND_BYTES);
  readonly #lengths: readonly Uint8Array[];
  #length = 0;
  readonly #writes: readonly Uint8Array[];
  readonly #reads: readonly Uint8Array[];

  constructor(spi: Spi, busy: DigitalInput) {
    this.#spi = spi;
    this.#busy = busy;
    const lengths: Uint8Array[] = [];
    for (let n = 0; n <= MAX_COMMAND_BYTES; n++) lengths.push(this.#command.subarray(0, n));
    this.#lengths = lengths;
    this.#writes = steps(WRITE_HEADER);
    this.#reads = steps(READ_HEADER);
    this.frame = new Uint8Array(this.#reads[0].buffer, READ_HEADER, MAX_FRAME_BYTES);
  }

  begin(opcode: number): this {
    this.#command[0] = opcode;
    this.#length = 1;
    return this;
  }

  u8(value: number): this {
    this.#command[this.#length++] = value;
    return this;
  }

  u16(value: number): this {
    return this.u8(value >> 8).u8(value);
  }

  u24(value: number): this {
    return this.u8(value >> 16).u16(value);
  }

  u32(value: number): this {
    return this.u16(value >>> 16).u16(value);
  }

  send(): void {
    this.transfer(this.#lengths[this.#length]);
  }

  /** Sends a whole command. */
  sendAll(command: readonly number[]): void {
    this.begin(command[0]);
    for (let i = 1; i < command.length; i++) this.u8(command[i]);
    this.send();
  }

  /** Asks for `count` bytes, at most four, most significant first. */
  read(opcode: number, count: number): number {
    this.begin(opcode).u8(0);
    for (let i = 0; i < count; i++) this.u8(0);
    this.send();
    this.take(this.#command[1]);
    return this.numberAt(2, count);
  }

  /** Asks for the status, which tells {@link mode}. */
  status(): void {
    this.read(Opcode.GetStatus, 0);
  }

  readRegister(address: number): number {
    this.begin(Opcode.ReadRegister).u16(address).u16(0).send();
    return this.#command[4];
  }

  writeRegister(address: number, value: number): void {
    this.begin(Opcode.WriteRegister).u16(address).u8(value).send();
  }

  /** Puts `length` bytes of `frame` at the start of the chip's buffer. */
  writeFrame(frame: Uint8Array, length: number): void {
    const whole = this.#writes[(length - 1) >> 5];
    whole[0] = Opcode.WriteBuffer;
    whole[1] = 0;
    for (let i = 0; i < length; i++) whole[WRITE_HEADER + i] = frame[i]!;
    this.transfer(whole);
  }

  /** Reads `length` bytes from `start` of the chip's buffer, which goes on at its start, into {@link frame}. */
  readFrame(start: number, length: number): void {
    const whole = this.#reads[(length - 1) >> 5];
    whole[0] = Opcode.ReadBuffer;
    whole[1] = start;
    this.transfer(whole);
  }

  /** Waits for BUSY to fall: some microseconds, less than an interrupt would take. False if it stays up. */
  idle(): boolean {
    for (let i = 0; i < BUSY_LOOKS; i++) if (this.#busy.read() === 0) return true;
    return false;
  }

  private transfer(bytes: Uint8Array): void {
    if (this.ok && this.idle()) this.#spi.transfer(bytes);
    else this.ok = false;
  }

  private take(status: number): void {
    const command = (status >> 1) & 7;
    this.mode = (status >> 4) & 7;
    if (command === COMMAND_ERROR || command === COMMAND_FAILED) this.ok = false;
  }

  private numberAt(at: number, count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 256 + this.#command[at + i];
    return value;
  }
}

/** Views of one buffer with a header and a frame, in steps of {@link STEP_BYTES}. */
function steps(header: number): Uint8Array[] {
  const views: Uint8Array[] = [];
  const buffer = new ArrayBuffer(header + MAX_FRAME_BYTES);
  for (let end = STEP_BYTES; end < MAX_FRAME_BYTES + STEP_BYTES; end += STEP_BYTES)
    views.push(new Uint8Array(buffer, 0, header + Math.min(end, MAX_FRAME_BYTES)));
  return views;
}
