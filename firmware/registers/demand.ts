import type { Reader, Writer } from "firmware/codec/cursor";
import { type GeneralConfiguration, MAX_DEMAND_SUBINTERVALS } from "firmware/configuration/general";
import { Direction, DIRECTIONS } from "firmware/registers/tariff";
import { PollStatus } from "hal/metering-chip";

/** A reset by hand locks out another for so long. */
export const RESET_LOCKOUT_ms = 60_000;

/** What {@link Demand.save} writes: for each direction two peaks with their times and the cumulative demand; resets. */
export const DEMAND_BYTES = DIRECTIONS * 24 + 8;

/** A poll on a boundary that is this late is not one: the energy before and after it cannot be told apart. */
const TOLERANCE_ms = 1_000;
/** What these polls did not bring comes with the next one. */
const CARRIED = PollStatus.noAnswer | PollStatus.held;
/** Boundaries of a window: one more than it has subintervals. */
const MAX_MARKS = MAX_DEMAND_SUBINTERVALS + 1;
const MINUTE_ms = 60_000;
const MAX_POWER_W = 2 ** 32 - 1;

/** The greatest demand of a billing period. */
export class Peak {
  power_W = 0;
  /** UTC of the end of its window; 0: there was no demand. */
  end_s = 0;
}

/**
 * Block and sliding demand of active energy: the mean power of a window that slides by one of its subintervals, or has
 * but one. Subintervals are aligned to UTC, and their energy is the advance of the registers between the polls on
 * their boundaries. A window counts where each of those polls was made on time, so an hour that a late poll, a step of
 * the clock or a silent chip has put into one subinterval never becomes a peak; nor does the short window that an
 * outage leaves, one that begins within the cold-load pickup, or one that a reset falls in.
 */
export class Demand {
  /** By {@link Direction}, of the present billing period and of the one before. */
  readonly peaks: readonly Peak[] = [new Peak(), new Peak()];
  readonly previousPeaks: readonly Peak[] = [new Peak(), new Peak()];
  /** Sum of the peaks of all periods that have ended, in W. */
  readonly cumulative_W = [0, 0];
  resets = 0;
  /** UTC, 0 where there was none or the time was not known. */
  lastReset_s = 0;

  readonly #configuration: GeneralConfiguration;
  /** Registers at the latest boundaries, in mWh, by direction x place; around the end. */
  readonly #marks = new Float64Array(DIRECTIONS * MAX_MARKS);
  #place = 0;
  /** Whole subintervals up to the latest mark, at most those of a window; -1 where there is no mark. */
  #run = -1;
  /** UTC at which the present subinterval ends; 0 before the first. */
  #end_ms = 0;
  #pickupEnd_ms = 0;
  #lockoutEnd_ms = 0;
  #window_min = 0;
  #subintervals = 0;

  constructor(configuration: GeneralConfiguration) {
    this.#configuration = configuration;
    this.restart();
  }

  /** Power came back at this uptime: cold-load pickup begins. */
  restored(uptime_ms: number): void {
    this.#pickupEnd_ms = uptime_ms + this.#configuration.coldLoadPickup_min * MINUTE_ms;
    this.#run = -1;
  }

  /** The clock was set, or the window configured anew: what is under way does not count. */
  restart(): void {
    this.#window_min = this.#configuration.demandWindow_min;
    this.#subintervals = this.#configuration.demandSubintervals;
    this.#run = -1;
    this.#end_ms = 0;
  }

  /**
   * A poll was made.
   * @param utc_ms 0 where the time is not known: then there is no demand
   * @param status {@link PollStatus}
   */
  take(utc_ms: number, uptime_ms: number, delivered_mWh: number, received_mWh: number, status: number): void {
    if (utc_ms < this.#end_ms || utc_ms === 0) return;
    const subinterval_ms = this.subinterval_ms;
    const start_ms = Math.floor(utc_ms / subinterval_ms) * subinterval_ms;
    const follows = start_ms === this.#end_ms;
    this.#end_ms = start_ms + subinterval_ms;
    if (utc_ms - start_ms > TOLERANCE_ms || (status & CARRIED) !== 0 || uptime_ms < this.#pickupEnd_ms) {
      this.#run = -1;
      return;
    }
    this.#run = follows && this.#run >= 0 ? Math.min(this.#run + 1, this.#subintervals) : 0;
    this.#place = (this.#place + 1) % (this.#subintervals + 1);
    this.#marks[this.#place] = delivered_mWh;
    this.#marks[MAX_MARKS + this.#place] = received_mWh;
    if (this.#run < this.#subintervals) return;
    this.offer(Direction.delivered, delivered_mWh, start_ms / 1000);
    this.offer(Direction.received, received_mWh, start_ms / 1000);
  }

  /**
   * The running average: energy since the beginning of the window that the present subinterval ends, over the length
   * of a window; 0 until a subinterval has begun on time.
   */
  running_W(direction: number, energy_mWh: number): number {
    if (this.#run < 0) return 0;
    return this.power_W(energy_mWh - this.mark(direction, Math.min(this.#run, this.#subintervals - 1)));
  }

  /** A reset by hand. False: within {@link RESET_LOCKOUT_ms} of the one before, nothing is done. */
  resetByHand(utc_ms: number, uptime_ms: number): boolean {
    if (uptime_ms < this.#lockoutEnd_ms) return false;
    this.#lockoutEnd_ms = uptime_ms + RESET_LOCKOUT_ms;
    this.reset(utc_ms);
    return true;
  }

  /**
   * Ends the billing period: its peaks become the previous ones and are added to the cumulative demand. A window that
   * begins before the reset counts in neither period.
   */
  reset(utc_ms: number): void {
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const peak = this.peaks[direction];
      const previous = this.previousPeaks[direction];
      previous.power_W = peak.power_W;
      previous.end_s = peak.end_s;
      this.cumulative_W[direction] += peak.power_W;
      peak.power_W = 0;
      peak.end_s = 0;
    }
    this.resets++;
    this.lastReset_s = Math.floor(utc_ms / 1000);
    const sinceBoundary_ms = utc_ms - (this.#end_ms - this.subinterval_ms);
    this.#run = sinceBoundary_ms <= TOLERANCE_ms ? Math.min(this.#run, 0) : -1;
  }

  /** Writes {@link DEMAND_BYTES}. The window under way is not in it: it begins anew after a restart. */
  save(w: Writer): void {
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      savePeak(w, this.peaks[direction]);
      savePeak(w, this.previousPeaks[direction]);
      w.u64(this.cumulative_W[direction]);
    }
    w.u32(this.resets);
    w.u32(this.lastReset_s);
  }

  load(r: Reader): void {
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      loadPeak(r, this.peaks[direction]);
      loadPeak(r, this.previousPeaks[direction]);
      this.cumulative_W[direction] = r.u64();
    }
    this.resets = r.u32();
    this.lastReset_s = r.u32();
  }

  private get subinterval_ms(): number {
    return (this.#window_min / this.#subintervals) * MINUTE_ms;
  }

  /** A window that ends at `end_s` is whole. The earlier of two equal peaks stays. */
  private offer(direction: number, energy_mWh: number, end_s: number): void {
    const power_W = this.power_W(energy_mWh - this.mark(direction, this.#subintervals));
    const peak = this.peaks[direction];
    if (power_W <= peak.power_W) return;
    peak.power_W = power_W;
    peak.end_s = end_s;
  }

  /** The register at the boundary so many before the latest one. */
  private mark(direction: number, back: number): number {
    const places = this.#subintervals + 1;
    return this.#marks[direction * MAX_MARKS + ((this.#place - back + places) % places)];
  }

  /** Mean power of a window with this energy, rounded down. */
  private power_W(energy_mWh: number): number {
    return Math.min(MAX_POWER_W, Math.floor((energy_mWh * 60) / (this.#window_min * 1000)));
  }
}

function savePeak(w: Writer, peak: Peak): void {
  w.u32(peak.power_W);
  w.u32(peak.end_s);
}

function loadPeak(r: Reader, peak: Peak): void {
  peak.power_W = r.u32();
  peak.end_s = r.u32();
}
