import { answerTo } from "../../../hal/uart.contract";
import { ticks } from "./wait";

/** Ten bits at 4,800 bit/s. */
const BYTE_MS = 2.0833;
/** An ADE7953's between two bytes (data sheet, "UART Interface"). */
const MIN_PAUSE_MS = 0.2;
const MAX_PAUSE_MS = 4;
const PACKET_PAUSE_MS = 6;
const ANSWER_MS = 0.1;

interface Options {
  format: string;
  baud: number;
}

/**
 * ECMA-419's serial port as on a Pico, where to read from an empty one throws, with the chip of the contract at the other
 * end, which has an ADE7953's times: what comes too early it does not hear.
 */
export default class UartChip {
  readonly packets: number[][] = [];
  #packet: number[] = [];
  /** The end of the last byte on each line. */
  #heard_ms = -Infinity;
  #said_ms = -Infinity;
  #answer: { byte: number; at_ms: number }[] = [];

  constructor({ format, baud }: Options) {
    if (format !== "number" || baud !== 4_800) throw new RangeError();
  }

  write(byte: number): void {
    const start_ms = ticks();
    const pause_ms = start_ms - this.#heard_ms;
    if (start_ms - this.#said_ms < PACKET_PAUSE_MS || pause_ms < MIN_PAUSE_MS) return;
    const isNew = pause_ms >= PACKET_PAUSE_MS;
    this.#heard_ms = start_ms + BYTE_MS;
    if (isNew) this.packets.push((this.#packet = []));
    else if (pause_ms > MAX_PAUSE_MS) this.#packet = [];
    this.#packet.push(byte);
    const answer = answerTo(this.#packet);
    for (let i = 0; i < answer.length; i++) {
      this.#said_ms = this.#heard_ms + ANSWER_MS + (i + 1) * (BYTE_MS + MIN_PAUSE_MS);
      this.#answer.push({ byte: answer[i], at_ms: this.#said_ms });
    }
  }

  read(): number {
    const next = this.#answer[0];
    if (next === undefined || next.at_ms > ticks()) throw new Error("no data");
    this.#answer.shift();
    return next.byte;
  }
}
