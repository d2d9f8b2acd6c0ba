import { Reader, Writer } from "firmware/codec/cursor";
import { KEY_BYTES } from "hal/cipher";
import type { Clock } from "hal/clock";
import type { Entropy } from "hal/entropy";
import type { Flash } from "hal/flash";
import type { Identity } from "hal/identity";
import type { Radio } from "hal/radio";
import type { Reset } from "hal/reset";
import type { RetainedMemory } from "hal/retained-memory";
import type { SerialPort } from "hal/serial-port";
import type { Spi } from "hal/spi";
import type { Watchdog } from "hal/watchdog";
import { Transcript } from "../transcript";
import { Call, Callback, MAX_MESSAGE_BYTES } from "./calls";

/** What a node is given, as a simulated node has it. */
export interface Hal {
  clock: Clock;
  spi: Spi;
  radio: Radio;
  flash: Flash;
  retained: RetainedMemory;
  reset: Reset;
  watchdog: Watchdog;
  serial: SerialPort;
  entropy: Entropy;
  identity: Identity;
}

/**
 * Serves a HAL to a {@link ServedHal}, and keeps a transcript of every call, answer and callback: two engines that
 * run one program must leave the same one.
 */
export class HalServer {
  readonly transcript = new Transcript();
  /** How long the client has blocked itself; a simulation does not wait for it. */
  delayed_ms = 0;
  /** Passes a callback's message to the client. */
  deliver: (message: Uint8Array) => void = () => {};
  readonly #hal: Hal;
  readonly #answer = new Writer(new Uint8Array(MAX_MESSAGE_BYTES));

  constructor(hal: Hal) {
    this.#hal = hal;
    this.attach();
  }

  /** Takes the callbacks of the HAL's parts, which may be others than before. */
  attach(): void {
    const hal = this.#hal;
    hal.clock.onAlarm = () => this.#callBack(Callback.alarm);
    hal.radio.onSent = () => this.#callBack(Callback.sent);
    hal.radio.onReceive = (frame, length, rssi_dBm) =>
      this.#callBack(Callback.receive, [Math.round(rssi_dBm) & 0xff, ...frame.subarray(0, length)]);
    hal.serial.onReadable = () => this.#callBack(Callback.readable);
    hal.serial.onWritable = () => this.#callBack(Callback.writable);
  }

  /** Serves one call. */
  serve(message: Uint8Array): Uint8Array {
    this.transcript.bytes("call", message);
    this.#answer.reset(this.#answer.bytes, 0, MAX_MESSAGE_BYTES);
    this.#call(new Reader(message), this.#answer);
    if (!this.#answer.ok) throw new RangeError("HAL answer too long");
    const answer = this.#answer.bytes.slice(0, this.#answer.at);
    this.transcript.bytes("answer", answer);
    return answer;
  }

  #callBack(callback: number, body: readonly number[] = []): void {
    const message = Uint8Array.of(callback, ...body);
    this.transcript.bytes("callback", message);
    this.deliver(message);
  }

  #call(message: Reader, answer: Writer): void {
    const { clock, spi, radio, flash, retained, watchdog, serial, entropy } = this.#hal;
    const rest = (): Uint8Array => message.bytes.slice(message.at);
    const bytes = (into: Uint8Array, length = into.length): void => answer.copy(into, 0, length);
    switch (message.u8()) {
      case Call.now:
        return answer.u32(clock.now_ms());
      case Call.setAlarm:
        return clock.setAlarm(message.u32());
      case Call.transfer: {
        const buffer = rest();
        spi.transfer(buffer);
        return bytes(buffer);
      }
      case Call.listen:
        return radio.listen(message.u16());
      case Call.transmit: {
        const channel = message.u16();
        const frame = rest();
        return answer.u8(Number(radio.transmit(frame, frame.length, channel)));
      }
      case Call.channelClear:
        return answer.u8(Number(radio.channelClear(message.u16())));
      case Call.flashRead: {
        const address = message.u32();
        const into = new Uint8Array(message.u32());
        answer.u8(flash.read(address, into, into.length));
        return bytes(into);
      }
      case Call.flashProgram: {
        const address = message.u32();
        const from = rest();
        return answer.u8(flash.program(address, from, from.length));
      }
      case Call.flashErase:
        return answer.u8(flash.erase(message.u32()));
      case Call.retainedRead: {
        const address = message.u32();
        const into = new Uint8Array(message.u32());
        answer.u8(Number(retained.read(address, into, into.length)));
        return bytes(into);
      }
      case Call.retainedWrite: {
        const address = message.u32();
        const from = rest();
        return answer.u8(Number(retained.write(address, from, from.length)));
      }
      case Call.serialWrite: {
        const output = rest();
        return answer.u16(serial.write(output, output.length));
      }
      case Call.serialRead: {
        const into = new Uint8Array(message.u16());
        return bytes(into, serial.read(into));
      }
      case Call.fill: {
        const into = new Uint8Array(message.u16());
        entropy.fill(into);
        return bytes(into);
      }
      case Call.delay:
        this.delayed_ms += message.u32();
        return;
      case Call.feed:
        return watchdog.feed();
      case Call.constants:
        // The first call that a program makes: it starts.
        watchdog.feed();
        return this.#constants(answer);
      default:
        throw new RangeError("unknown HAL call");
    }
  }

  #constants(answer: Writer): void {
    const { radio, flash, retained, reset, watchdog, identity } = this.#hal;
    answer.u16(radio.maxFrameBytes);
    answer.u32(radio.bitRate);
    answer.u32(flash.size);
    answer.u32(flash.sectorBytes);
    answer.u32(flash.pageBytes);
    answer.u32(retained.size);
    answer.u8(reset.reason);
    answer.u32(watchdog.timeout_ms);
    answer.copy(identity.eui64, 0, 8);
    answer.copy(identity.storageKey, 0, KEY_BYTES);
    for (const text of [identity.model, identity.serial]) {
      answer.u8(text.length);
      answer.ascii(text);
    }
  }
}
