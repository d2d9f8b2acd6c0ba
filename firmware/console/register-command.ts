import { BillingLines } from "firmware/console/billing-lines";
import { MORE, Result, type Command } from "firmware/console/command";
import type { Output } from "firmware/console/output";
import { thousandths } from "firmware/console/thousandths";
import type { Billing } from "firmware/registers/billing";
import { obisC, REGISTER_QUANTITIES, RegisterQuantity, registerIndex } from "firmware/registers/obis";
import type { Registers } from "firmware/registers/registers";

const NAMES = Object.freeze(["+A", "-A", "QI", "QII", "QIII", "QIV", "VA"]);
const CHANNEL_NAMES = Object.freeze(["total", "A", "B", "C"]);

/** `reg show`: a register a line, with its OBIS code. */
export class RegisterCommand implements Command {
  readonly #registers: Registers;
  readonly #billing: BillingLines;
  #showsBilling = false;
  #channels = 1;
  #next = 0;

  constructor(registers: Registers, billing: Billing) {
    this.#registers = registers;
    this.#billing = new BillingLines(billing);
  }

  get words(): string {
    return "reg show";
  }

  get usage(): string {
    return "[all|billing]";
  }

  get help(): string {
    return "energy registers: totals, or the phases too; or tiers, net and demand";
  }

  start(args: readonly string[]): number {
    const wanted = args.length === 1 ? args[0] : "";
    if (args.length > 1 || (args.length === 1 && wanted !== "all" && wanted !== "billing"))
      return Result.badArgument;
    this.#showsBilling = wanted === "billing";
    this.#channels = wanted === "all" ? 1 + this.#registers.phases : 1;
    this.#next = 0;
    return MORE;
  }

  step(output: Output): number {
    if (this.#showsBilling) {
      this.#billing.write(output, this.#next++);
      return this.#next < this.#billing.count ? MORE : Result.ok;
    }
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
