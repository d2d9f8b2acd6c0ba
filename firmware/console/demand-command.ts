import { MORE, Result, type Command } from "firmware/console/command";
import type { Output } from "firmware/console/output";
import type { Billing } from "firmware/registers/billing";

/** `demand reset`: ends the billing period of the demand registers, unless it was just ended by hand. */
export class DemandResetCommand implements Command {
  readonly #billing: Billing;

  constructor(billing: Billing) {
    this.#billing = billing;
  }

  get words(): string {
    return "demand reset";
  }

  get usage(): string {
    return "";
  }

  get help(): string {
    return "peaks to the previous period; not twice in 60 s";
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
