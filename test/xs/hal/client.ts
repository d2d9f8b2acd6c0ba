import { Reader, Writer } from "firmware/codec/cursor";
import type { Clock } from "hal/clock";
import { KEY_BYTES, type Cipher } from "hal/cipher";
import { SoftwareCipher } from "hal/drivers/aes";
import type { Entropy } from "hal/entropy";
import type { Flash } from "hal/flash";
import type { Identity } from "hal/identity";
import type { HopSchedule, Radio } from "hal/radio";
import type { Reset } from "hal/reset";
import type { RetainedMemory } from "hal/retained-memory";
import type { SerialPort } from "hal/serial-port";
import type { Spi } from "hal/spi";
import type { Watchdog } from "hal/watchdog";
import { Call, Callback, MAX_MESSAGE_BYTES } from "./calls";

/** Passes a message to the server and answers what it says. */
export type Exchange = (message: Uint8Array) => Uint8Array;

const noop = (): void => {};

/** A HAL whose every call is a message to a server in another engine. Runs in XS, and in Node to be compared. */
export class ServedHal {
  readonly clock: Clock;
  readonly spi: Spi;
  readonly radio: Radio;
  readonly flash: Flash;
  readonly retained: RetainedMemory;
  readonly reset: Reset;
  readonly watchdog: Watchdog;
  readonly serial: SerialPort;
  readonly entropy: Entropy;
  readonly identity: Identity;
  /** Blocks for some milliseconds. */
  readonly delay_ms: (ms: number) => void;

  constructor(
    exchange: Exchange,
    readonly cipher: Cipher = new SoftwareCipher(),
  ) {
    const line = new Line(exchange);
    const constants = line.begin(Call.constants).exchange();
    this.clock = new ServedClock(line);
    this.spi = new ServedSpi(line);
    this.radio = new ServedRadio(line, constants.u16(), constants.u32());
    this.flash = new ServedFlash(line, constants.u32(), constants.u32(), constants.u32());
    this.retained = new ServedRetainedMemory(line, constants.u32());
    this.reset = { reason: constants.u8() };
    this.watchdog = new ServedWatchdog(line, constants.u32());
    this.serial = new ServedSerial(line);
    this.delay_ms = (ms) => {
      line.begin(Call.delay).writer.u32(ms);
      line.exchange();
    };
    this.entropy = new ServedEntropy(line);
    const eui64 = new Uint8Array(8);
    constants.copy(eui64, 0, 8);
    const storageKey = new Uint8Array(KEY_BYTES);
    constants.copy(storageKey, 0, KEY_BYTES);
    this.identity = {
      eui64,
      model: text(constants, constants.u8()),
      serial: text(constants, constants.u8()),
      storageKey,
    };
  }

  /** Takes a callback's message from the server. */
  deliver(message: Uint8Array): void {
    const reader = new Reader(message);
    const callback = reader.u8();
    if (callback === Callback.alarm) {
      this.clock.onAlarm();
    } else if (callback === Callback.receive) {
      const rssi_dBm = reader.u8() - 256;
      const frame = message.slice(reader.at);
      this.radio.onReceive(frame, frame.length, rssi_dBm);
    } else if (callback === Callback.sent) {
      this.radio.onSent();
    } else if (callback === Callback.readable) {
      this.serial.onReadable();
    } else if (callback === Callback.writable) {
      this.serial.onWritable();
    }
  }
}

/** Builds one message at a time: {@link begin}, arguments, {@link exchange}. */
class Line {
  readonly writer = new Writer(new Uint8Array(MAX_MESSAGE_BYTES));
  readonly #reader = new Reader(new Uint8Array(0));

  constructor(private readonly send: Exchange) {}

  begin(call: number): this {
    this.writer.reset(this.writer.bytes, 0, MAX_MESSAGE_BYTES);
    this.writer.u8(call);
    return this;
  }

  /** The answer, to be read before the next message. */
  exchange(): Reader {
    if (!this.writer.ok) throw new RangeError("HAL message too long");
    const answer = this.send(this.writer.bytes.slice(0, this.writer.at));
    this.#reader.reset(answer, 0, answer.length);
    return this.#reader;
  }
}

class ServedClock implements Clock {
  onAlarm = noop;

  constructor(private readonly line: Line) {}

  now_ms(): number {
    return this.line.begin(Call.now).exchange().u32();
  }

  setAlarm(at_ms: number): void {
    this.line.begin(Call.setAlarm).writer.u32(at_ms);
    this.line.exchange();
  }
}

class ServedSpi implements Spi {
  constructor(private readonly line: Line) {}

  transfer(buffer: Uint8Array): void {
    this.line.begin(Call.transfer).writer.copy(buffer, 0, buffer.length);
    this.line.exchange().copy(buffer, 0, buffer.length);
  }
}

class ServedRadio implements Radio {
  onReceive: Radio["onReceive"] = noop;
  onSent = noop;

  constructor(
    private readonly line: Line,
    readonly maxFrameBytes: number,
    readonly bitRate: number,
  ) {}

  listen(channel: number): void {
    this.line.begin(Call.listen).writer.u16(channel);
    this.line.exchange();
  }

  /** Stays where the schedule is now: nothing here hops. */
  follow(schedule: HopSchedule, clock: Pick<Clock, "now_ms">): void {
    this.listen(schedule.channelAt(clock.now_ms()));
  }

  transmit(frame: Uint8Array, length: number, channel: number): boolean {
    const { writer } = this.line.begin(Call.transmit);
    writer.u16(channel);
    writer.copy(frame, 0, length);
    return this.line.exchange().u8() !== 0;
  }

  channelClear(channel: number): boolean {
    this.line.begin(Call.channelClear).writer.u16(channel);
    return this.line.exchange().u8() !== 0;
  }
}

class ServedFlash implements Flash {
  constructor(
    private readonly line: Line,
    readonly size: number,
    readonly sectorBytes: number,
    readonly pageBytes: number,
  ) {}

  read(address: number, into: Uint8Array, length: number): number {
    const { writer } = this.line.begin(Call.flashRead);
    writer.u32(address);
    writer.u32(length);
    const answer = this.line.exchange();
    const result = answer.u8();
    answer.copy(into, 0, answer.remaining);
    return result;
  }

  program(address: number, from: Uint8Array, length: number): number {
    const { writer } = this.line.begin(Call.flashProgram);
    writer.u32(address);
    writer.copy(from, 0, length);
    return this.line.exchange().u8();
  }

  erase(address: number): number {
    this.line.begin(Call.flashErase).writer.u32(address);
    return this.line.exchange().u8();
  }
}

class ServedRetainedMemory implements RetainedMemory {
  constructor(
    private readonly line: Line,
    readonly size: number,
  ) {}

  read(address: number, into: Uint8Array, length: number): boolean {
    const { writer } = this.line.begin(Call.retainedRead);
    writer.u32(address);
    writer.u32(length);
    const answer = this.line.exchange();
    const result = answer.u8() !== 0;
    answer.copy(into, 0, answer.remaining);
    return result;
  }

  write(address: number, from: Uint8Array, length: number): boolean {
    const { writer } = this.line.begin(Call.retainedWrite);
    writer.u32(address);
    writer.copy(from, 0, length);
    return this.line.exchange().u8() !== 0;
  }
}

class ServedWatchdog implements Watchdog {
  constructor(
    private readonly line: Line,
    readonly timeout_ms: number,
  ) {}

  feed(): void {
    this.line.begin(Call.feed).exchange();
  }
}

class ServedSerial implements SerialPort {
  onReadable = noop;
  onWritable = noop;

  constructor(private readonly line: Line) {}

  write(bytes: Uint8Array, length: number): number {
    this.line.begin(Call.serialWrite).writer.copy(bytes, 0, length);
    return this.line.exchange().u16();
  }

  read(into: Uint8Array): number {
    this.line.begin(Call.serialRead).writer.u16(into.length);
    const answer = this.line.exchange();
    const count = answer.remaining;
    answer.copy(into, 0, count);
    return count;
  }
}

class ServedEntropy implements Entropy {
  constructor(private readonly line: Line) {}

  fill(into: Uint8Array): void {
    this.line.begin(Call.fill).writer.u16(into.length);
    this.line.exchange().copy(into, 0, into.length);
  }
}

function text(reader: Reader, length: number): string {
  let characters = "";
  for (let i = 0; i < length; i++) characters += String.fromCharCode(reader.u8());
  return characters;
}
