import { UART_BAUD, UART_TIMES } from "hal/drivers/ade7953/uart-bus";
import type { Uart } from "hal/uart";
import type { Faults } from "../options";
import type { Random } from "../random";
import { FaultClock } from "./spi-faults";

/** To the platform's next tick. */
const START_MS = 1;
/** Start, data and stop, and the least pause. */
const ANSWERED_MS = (10 * 1000) / UART_BAUD + 0.2;

/** What is at the other end of a UART. */
export interface Answering {
  /** What it sends for a packet, which ends with a pause. */
  answer(packet: Uint8Array): Uint8Array;
}

/**
 * A UART to a chip, with seeded faults, each hitting a share of the packets: those of SPI frames, and where such a frame
 * would be cut off a byte is lost, on its way to the chip or back.
 */
export class UartLine implements Uart {
  /** Packets hit so far. */
  hits = 0;
  readonly #chip: Answering;
  readonly #random: Random;
  readonly #noise: FaultClock;
  readonly #command: FaultClock;
  readonly #lost: FaultClock;
  readonly #elapse: (ms: number) => void;

  /** @param elapse takes the time that the platform's binding takes */
  constructor(chip: Answering, faults: Faults, random: Random, elapse: (ms: number) => void) {
    this.#chip = chip;
    this.#elapse = elapse;
    this.#random = random;
    this.#noise = new FaultClock(faults.spiNoise, random);
    this.#command = new FaultClock(faults.spiCommand, random);
    this.#lost = new FaultClock(faults.spiAbort, random);
  }

  write(bytes: Uint8Array): void {
    this.#carry(bytes);
    this.#elapse(UART_TIMES.pause_ms);
  }

  writeRead(bytes: Uint8Array, into: Uint8Array): boolean {
    const answer = this.#carry(bytes).subarray(0, into.length);
    into.set(answer);
    const whole = answer.length === into.length;
    this.#elapse(answer.length * ANSWERED_MS + (whole ? 0 : UART_TIMES.timeout_ms) + UART_TIMES.pause_ms);
    return whole;
  }

  #carry(bytes: Uint8Array): Uint8Array {
    this.#elapse(START_MS + bytes.length * UART_TIMES.byte_ms);
    let packet: Uint8Array = bytes.slice();
    if (this.#command.strikes()) this.#invertBit(packet);
    const loses = this.#lost.strikes();
    const onTheWay = loses && this.#random.chance(0.5);
    if (onTheWay) packet = this.#without(packet);
    let answer = this.#chip.answer(packet);
    if (loses && !onTheWay) answer = this.#without(answer);
    if (this.#noise.strikes()) this.#invertBit(answer);
    return answer;
  }

  #invertBit(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.hits++;
    const bit = this.#random.below(8 * bytes.length);
    bytes[bit >> 3] ^= 1 << (bit & 7);
  }

  #without(bytes: Uint8Array): Uint8Array {
    if (bytes.length === 0) return bytes;
    this.hits++;
    const lost = this.#random.below(bytes.length);
    return bytes.filter((_, i) => i !== lost);
  }
}
