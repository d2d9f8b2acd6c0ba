import type { Output } from "firmware/console/output";
import { thousandths } from "firmware/console/thousandths";
import { utcText } from "firmware/console/utc-text";
import type { Billing } from "firmware/registers/billing";
import type { Peak } from "firmware/registers/demand";
import { DIRECTIONS, tierIndex } from "firmware/registers/tariff";

const NAMES = Object.freeze(["+A", "-A"]);
/** Lines of a direction beside its tiers: running, greatest, previous and cumulative demand. */
const DEMAND_LINES = 4;

/** The billing registers as lines of text: net energy, then each direction's tiers and demand. */
export class BillingLines {
  readonly #billing: Billing;

  constructor(billing: Billing) {
    this.#billing = billing;
  }

  get count(): number {
    return 1 + DIRECTIONS * (this.#billing.tiersShown + DEMAND_LINES);
  }

  write(output: Output, index: number): void {
    const billing = this.#billing;
    if (index === 0) {
      output.line(`${label("16.8.0", "net")}${thousandths(billing.net_mWh).padStart(16)} Wh`);
      return;
    }
    const tiers = billing.tiersShown;
    const direction = Math.floor((index - 1) / (tiers + DEMAND_LINES));
    const row = (index - 1) % (tiers + DEMAND_LINES);
    if (row < tiers) {
      const energy_mWh = billing.tiers.energy[tierIndex(row + 1, direction)];
      const tier = label(`${direction + 1}.8.${row + 1}`, `${NAMES[direction]} tier ${row + 1}`);
      output.line(`${tier}${thousandths(energy_mWh).padStart(16)} Wh`);
    } else {
      output.line(this.demand(direction, row - tiers));
    }
  }

  private demand(direction: number, row: number): string {
    const { demand } = this.#billing;
    const c = direction + 1;
    const name = NAMES[direction];
    switch (row) {
      case 0:
        return `${label(`${c}.4.0`, `${name} running`)}${watts(this.#billing.running_W(direction))}`;
      case 1:
        return `${label(`${c}.6.0`, `${name} maximum`)}${peakText(demand.peaks[direction])}`;
      case 2:
        return `${label(`${c}.6.0*101`, `${name} previous`)}${peakText(demand.previousPeaks[direction])}`;
      default:
        return `${label(`${c}.2.0`, `${name} cumulative`)}${watts(demand.cumulative_W[direction])}`;
    }
  }
}

function label(code: string, name: string): string {
  return `${`1-0:${code}`.padEnd(14)}${name.padEnd(14)}`;
}

function watts(power_W: number): string {
  return `${`${power_W}`.padStart(14)} W`;
}

function peakText(peak: Peak): string {
  return peak.end_s === 0 ? watts(0) : `${watts(peak.power_W)} ${utcText(peak.end_s)}`;
}
