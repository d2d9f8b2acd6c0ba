import { Bus, framesByPage, valueIn } from "hal/drivers/ade7953/bus";
import type { Uart, UartTimes } from "hal/uart";

/** Of the chip, which has no other; eight data bits, no parity, one stop bit. */
export const UART_BAUD = 4_800;
/**
 * A byte takes 2.08 ms. The chip wants a pause of 0.2 ms after each, gives the packet up after 4 ms, and listens again
 * 6 ms after the last; it pauses as long. A timer's tick more, where it is not to be less.
 */
export const UART_TIMES: UartTimes = Object.freeze({ byte_ms: 3, timeout_ms: 7, pause_ms: 7 });

const READ = 0x35;
const WRITE = 0xca;
/** Command and address, before the data. */
const HEADER = 3;
/** What a line that nobody drives reads. */
const FLOATING = 0xff;
/** With 32 bits 27 ms, and half as much again where the platform is busy with something else. */
const READ_MS = 40;
/** A garbled line costs a poll 0.3 s then; an initialization, which tries again, well less than a watchdog's 8 s. */
const MAX_FRAMES = 12;

/**
 * Registers over the UART (data sheet, "UART Interface"): a byte that says read or write, 16 bits of address with the
 * high byte first, then 1 to 4 bytes of data by the page, with the low byte first. Up to 27 ms a register.
 */
export class UartBus extends Bus {
  readonly #uart: Uart;
  readonly #command = new Uint8Array(HEADER);
  readonly #answers = framesByPage(0);
  readonly #frames = framesByPage(HEADER);

  /** @param uart at {@link UART_BAUD} and with {@link UART_TIMES} */
  constructor(uart: Uart) {
    super();
    this.#uart = uart;
  }

  override get read_ms(): number {
    return READ_MS;
  }

  protected override get maxFrames(): number {
    return MAX_FRAMES;
  }

  read(address: number): number {
    const answer = this.#answers[address >> 8];
    const command = this.#command;
    command[0] = READ;
    command[1] = address >> 8;
    command[2] = address;
    if (!this.#uart.writeRead(command, answer)) answer.fill(FLOATING);
    answer.reverse();
    return valueIn(answer, 0);
  }

  writeUnchecked(address: number, value: number): void {
    const frame = this.#frames[address >> 8];
    frame[0] = WRITE;
    frame[1] = address >> 8;
    frame[2] = address;
    for (let i = HEADER, rest = value; i < frame.length; i++, rest >>= 8) frame[i] = rest;
    this.#uart.write(frame);
  }
}
