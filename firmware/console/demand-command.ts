import { MORE, Result, type Command } from "firmware/console/command";
import type { Output } from "firmware/console/output";
import type { Billing } from "firmware/registers/billing";

/** `demand reset`: ends the billing period of the demand registers, unless it was just ended by hand. */
export class DemandResetCommand implements Command {
  readonly words = "demand reset";
  readonly usage = "";
  readonly help = "peaks to the previous period; not twice in 60 s";
  readonly #billing: Billing;

  constructor(billing: Billing) {
    this.#billing = billing;
  }

  start(args: readonly string[]): number {
    return args.length === 0 ? MORE : Result.badArgument;
  }

  step(output: Output): number {
    if (!this.#billing.resetDemand()) return Result.lockedOut;
    output.line(`resets ${this.#billing.demand.resets}`);
    return Result.ok;
  }
}
