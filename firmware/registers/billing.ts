import { LocalTime } from "firmware/clock/local-time";
import { SLEW_LIMIT_ms } from "firmware/clock/utc";
import type { Reader, Writer } from "firmware/codec/cursor";
import type { Configuration } from "firmware/configuration/configuration";
import { TariffCalendar } from "firmware/registers/calendar";
import { Demand, DEMAND_BYTES } from "firmware/registers/demand";
import { RegisterQuantity } from "firmware/registers/obis";
import type { PollListener, Registers } from "firmware/registers/registers";
import type { SelfReads } from "firmware/registers/self-read";
import { Direction, TierRegisters } from "firmware/registers/tariff";
import { CHANNELS } from "hal/metering-chip";

/** What {@link Billing.save} writes: the demand registers, energy of unknown time (8 bytes each), billing month, time. */
export const BILLING_BYTES = DEMAND_BYTES + 24;

const MINUTE_ms = 60_000;
const MONTHS_A_YEAR = 12;
/** A reset is ordered for the next day at most, and is not made up for later than this. */
const RESET_AHEAD_s = 86_400;
const RESET_LATE_s = 3_600;
/** Set back by less, the clock is waited for; by more, the time before was wrong. */
const STEP_BACK_LIMIT_s = 86_400;
/** Where the total registers stand. */
const DELIVERED = RegisterQuantity.activeDelivered * CHANNELS;
const RECEIVED = RegisterQuantity.activeReceived * CHANNELS;

/**
 * What bills are made of beside intervals: at every poll it moves the advance of the total registers into the tier in
 * force and into demand, and at the billing date it takes a self-read and resets demand.
 *
 * The billing month changes at local midnight of the billing day. Where the meter was off then, or did not know the
 * time, the self-read is taken when it knows; its time says so.
 */
export class Billing implements PollListener {
  readonly tiers = new TierRegisters();
  readonly demand: Demand;
  readonly selfReads: SelfReads;
  /** Another self-read was taken; whether it is kept. */
  onSelfRead: (isKept: boolean) => void = () => {};
  /** Demand was reset otherwise than by a billing date. */
  onReset: () => void = () => {};

  readonly #registers: Registers;
  readonly #configuration: Configuration;
  readonly #local: LocalTime;
  readonly #calendar: TariffCalendar;
  /** UTC in minutes that the tier was looked up for; -1 where it is to be looked up anew. */
  #minute = -1;
  /** Billing months since year 0; 0 while it is not known. */
  #month = 0;
  /** UTC at which that month was entered. */
  #entered_s = 0;
  /** UTC at which demand is to be reset, 0 where it is not. */
  #resetDue_s = 0;
  /** What the month was reckoned with. */
  #billingDay: number;

  /** Listens to `registers`. Energy that they hold already goes to the default tier. */
  constructor(registers: Registers, configuration: Configuration, selfReads: SelfReads) {
    this.selfReads = selfReads;
    this.#registers = registers;
    this.#configuration = configuration;
    this.#local = new LocalTime(configuration.general.zone);
    this.#calendar = new TariffCalendar(configuration.tariff, configuration.holidays);
    this.demand = new Demand(configuration.general);
    this.tiers.tier = configuration.tariff.defaultTier;
    this.#billingDay = configuration.general.billingDay;
    registers.listen(this);
  }

  /** The configuration was replaced: it holds from the next poll on. */
  configured(): void {
    this.#calendar.changed();
    this.#minute = -1;
    this.demand.restart();
  }

  polled(status: number): void {
    const registers = this.#registers;
    const delivered_mWh = registers.energy[DELIVERED];
    const received_mWh = registers.energy[RECEIVED];
    this.tiers.take(delivered_mWh, received_mWh);
    this.demand.take(registers.polledUtc_ms, registers.polled_ms, delivered_mWh, received_mWh, status);
    if (this.#resetDue_s > 0) this.resetWhenDue(registers.polledUtc_ms);
    const minute = Math.floor(registers.polledUtc_ms / MINUTE_ms);
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.turn(minute);
  }

  clockSet(status: number, error_ms: number): void {
    // A smaller error is worked off: no time is skipped, or passes twice.
    if (Math.abs(error_ms) > SLEW_LIMIT_ms) this.demand.restart();
    this.polled(status);
  }

  /** A demand reset by hand. False: another one was made too shortly before. */
  resetDemand(): boolean {
    const registers = this.#registers;
    registers.poll();
    if (!this.demand.resetByHand(registers.polledUtc_ms, registers.polled_ms)) return false;
    this.onReset();
    return true;
  }

  /**
   * Demand is to be reset at `due_s` UTC, by the first poll from then on. One that has been reset since then, by whatever,
   * is not reset again: the same command may come more than once.
   * @returns false where the time is not known, or that is too far off
   */
  resetDemandAt(due_s: number): boolean {
    const now_ms = this.#registers.polledUtc_ms;
    const ahead_s = due_s - now_ms / 1000;
    if (now_ms === 0 || ahead_s > RESET_AHEAD_s || ahead_s < -RESET_LATE_s) return false;
    this.#resetDue_s = due_s;
    return true;
  }

  private resetWhenDue(utc_ms: number): void {
    if (utc_ms < this.#resetDue_s * 1000) return;
    const isDone = this.demand.lastReset_s >= this.#resetDue_s;
    this.#resetDue_s = 0;
    if (isDone) return;
    this.demand.reset(utc_ms);
    this.onReset();
  }

  get configuredTiers(): number {
    return this.#configuration.tariff.tiers;
  }

  /** Tiers that are shown: {@link TierRegisters.inUse}. */
  get tiersShown(): number {
    return this.tiers.inUse(this.configuredTiers);
  }

  /** Active energy delivered less received, signed: over the sum of the legs, as the totals are. */
  get net_mWh(): number {
    return this.#registers.energy[DELIVERED] - this.#registers.energy[RECEIVED];
  }

  /** What the demand register of the present window shows, as of the last poll. */
  running_W(direction: number): number {
    const register = direction === Direction.delivered ? DELIVERED : RECEIVED;
    return this.demand.running_W(direction, this.#registers.energy[register]);
  }

  /** Writes {@link BILLING_BYTES}; the tiers and self-reads are saved on their own. */
  save(w: Writer): void {
    this.demand.save(w);
    w.u64(this.tiers.untimed[Direction.delivered]);
    w.u64(this.tiers.untimed[Direction.received]);
    w.u32(this.#month);
    w.u32(this.#entered_s);
  }

  /** Goes on from what {@link save} wrote. */
  load(r: Reader): void {
    this.demand.load(r);
    this.tiers.untimed[Direction.delivered] = r.u64();
    this.tiers.untimed[Direction.received] = r.u64();
    this.#month = r.u32();
    this.#entered_s = r.u32();
  }

  /** Another minute of UTC, 0 where it is not known: what comes next may belong to another tier, or billing month. */
  private turn(minute: number): void {
    const tiers = this.tiers;
    tiers.isTimed = minute !== 0;
    if (!tiers.isTimed) {
      tiers.tier = this.#configuration.tariff.defaultTier;
      return;
    }
    this.#local.set(minute);
    tiers.tier = this.#calendar.tierAt(this.#local);
    this.enterMonth(this.#configuration.general.billingDay);
  }

  /** @param billingDay 0 where there are no billing months */
  private enterMonth(billingDay: number): void {
    const date = this.#local.date;
    const now_s = Math.floor(this.#registers.polledUtc_ms / 1000);
    const month = date.year * MONTHS_A_YEAR + date.month - (date.day < billingDay ? 1 : 0);
    // Another billing day begins with the month that it gives; nothing has ended.
    const isNew = this.#month === 0 || billingDay !== this.#billingDay;
    this.#billingDay = billingDay;
    if (billingDay === 0 || (month === this.#month && !isNew)) return;
    const ends = !isNew && month > this.#month;
    if (!isNew && !ends && this.#entered_s - now_s < STEP_BACK_LIMIT_s) return;
    this.#month = month;
    this.#entered_s = now_s;
    if (ends) this.readItself(now_s);
  }

  private readItself(now_s: number): void {
    this.demand.reset(this.#registers.polledUtc_ms);
    this.onSelfRead(this.selfReads.take(now_s, this.#registers.energy, this.tiers, this.demand));
  }
}
