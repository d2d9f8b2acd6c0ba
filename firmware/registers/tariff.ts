import type { Reader, Writer } from "firmware/codec/cursor";
import { MAX_TIERS } from "firmware/configuration/tariff";

/** Active energy delivered to the customer, and received from there. */
export const Direction = Object.freeze({ delivered: 0, received: 1 });
export const DIRECTIONS = 2;

/** What {@link TierRegisters.save} writes: delivered and received energy of each tier but the first, 6 bytes each. */
export const TIER_REGISTERS_BYTES = (MAX_TIERS - 1) * DIRECTIONS * 6;

/**
 * Energy registers a tier. Each poll's energy goes to one tier, the one in force when the poll before was made, so that
 * the tiers always sum to the total registers, to the mWh. Polls fall on multiples of their period in UTC, and tiers
 * switch on whole minutes, so with a period that divides a minute no poll straddles a switch.
 */
export class TierRegisters {
  /** In mWh, by {@link tierIndex}. They never go back. */
  readonly energy = new Float64Array(MAX_TIERS * DIRECTIONS);
  /** Energy that went to the default tier since the time was not known, in mWh by {@link Direction}. */
  readonly untimed = [0, 0];
  /** In force from the last poll on; from 1 on. */
  tier = 1;
  /** Whether it follows from the time, rather than being the default. */
  isTimed = false;
  /** What the tiers sum to, by direction. */
  readonly #taken = [0, 0];

  /** Takes what the total registers have advanced, in mWh. */
  take(delivered_mWh: number, received_mWh: number): void {
    this.takeOne(Direction.delivered, delivered_mWh);
    this.takeOne(Direction.received, received_mWh);
  }

  /** How many tiers are there: those configured, and any above that have energy from an earlier configuration. */
  inUse(configured: number): number {
    let last = this.energy.length - 1;
    while (last >= configured * DIRECTIONS && this.energy[last] === 0) last--;
    return Math.floor(last / DIRECTIONS) + 1;
  }

  /** Writes {@link TIER_REGISTERS_BYTES}. */
  save(w: Writer): void {
    for (let i = DIRECTIONS; i < this.energy.length; i++) w.u48(this.energy[i]);
  }

  /**
   * Goes on from what {@link save} wrote when the total registers were as given. What the totals are ahead of that now
   * goes to the tier in force.
   */
  load(r: Reader, delivered_mWh: number, received_mWh: number): void {
    this.energy[Direction.delivered] = this.#taken[Direction.delivered] = delivered_mWh;
    this.energy[Direction.received] = this.#taken[Direction.received] = received_mWh;
    for (let i = DIRECTIONS; i < this.energy.length; i++) {
      this.energy[i] = r.u48();
      this.energy[i % DIRECTIONS] -= this.energy[i];
    }
  }

  private takeOne(direction: number, total_mWh: number): void {
    const advance_mWh = total_mWh - this.#taken[direction];
    // Totals that were restored from before the tiers are waited for.
    if (advance_mWh <= 0) return;
    this.#taken[direction] = total_mWh;
    this.energy[tierIndex(this.tier, direction)] += advance_mWh;
    if (!this.isTimed) this.untimed[direction] += advance_mWh;
  }
}

/** @param tier from 1 on */
export function tierIndex(tier: number, direction: number): number {
  return (tier - 1) * DIRECTIONS + direction;
}
