import { MORE, Result, type Command } from "firmware/console/command";
import type { Output } from "firmware/console/output";
import { obisC, REGISTER_QUANTITIES, RegisterQuantity, registerIndex } from "firmware/registers/obis";
import type { Registers } from "firmware/registers/registers";

const NAMES = Object.freeze(["+A", "-A", "QI", "QII", "QIII", "QIV", "VA"]);
const CHANNEL_NAMES = Object.freeze(["total", "A", "B", "C"]);

/** `reg show`: an energy register a line, with its OBIS code. */
export class RegisterCommand implements Command {
  readonly words = "reg show";
  readonly usage = "[all]";
  readonly help = "energy registers: totals, or the phases too";
  readonly #registers: Registers;
  #channels = 1;
  #next = 0;

  constructor(registers: Registers) {
    this.#registers = registers;
  }

  start(args: readonly string[]): number {
    if (args.length > 1 || (args.length === 1 && args[0] !== "all")) return Result.badArgument;
    this.#channels = args.length === 0 ? 1 : 1 + this.#registers.phases;
    this.#next = 0;
    return MORE;
  }

  step(output: Output): number {
    const channel = Math.floor(this.#next / REGISTER_QUANTITIES);
    const quantity = this.#next % REGISTER_QUANTITIES;
    const value = this.#registers.energy[registerIndex(quantity, channel)];
    const obis = `1-0:${obisC(quantity, channel)}.8.0`.padEnd(14);
    const name = `${NAMES[quantity]} ${CHANNEL_NAMES[channel]}`.padEnd(12);
    output.line(`${obis}${name}${thousandths(value).padStart(16)} ${unitOf(quantity)}`);
    this.#next++;
    return this.#next < this.#channels * REGISTER_QUANTITIES ? MORE : Result.ok;
  }
}

function unitOf(quantity: number): string {
  if (quantity <= RegisterQuantity.activeReceived) return "Wh";
  return quantity === RegisterQuantity.apparent ? "VAh" : "varh";
}

/** An integer count of thousandths as a decimal number. */
export function thousandths(value: number): string {
  const whole = Math.floor(value / 1000);
  return `${whole}.${`${value - whole * 1000}`.padStart(3, "0")}`;
}
