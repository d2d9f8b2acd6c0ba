import type { UtcClock } from "firmware/clock/utc";
import type { EventLog } from "firmware/events/log";
import type { Kernel } from "firmware/kernel/kernel";
import type { GaspRelay } from "firmware/power/gasp-relay";
import { LastGasp, type LastGaspOptions } from "firmware/power/last-gasp";
import { type NoticeSender, PowerNotice } from "firmware/power/notice";
import { Outage } from "firmware/power/outage";
import { Restoration } from "firmware/power/restoration";
import type { Registers } from "firmware/registers/registers";
import type { Entropy } from "hal/entropy";
import type { PowerMonitor } from "hal/power-monitor";
import { ResetReason } from "hal/reset";

export interface PowerOptions {
  kernel: Kernel;
  entropy: Entropy;
  utc: UtcClock;
  /** As the start before left it: this start is not recorded yet. */
  events: EventLog;
  registers: Registers;
  /** Where absent, power goes without a warning. */
  monitor?: PowerMonitor;
  sender: NoticeSender;
  relay: GaspRelay;
  /** See {@link LastGasp}. */
  place: LastGaspOptions["place"];
  /** See {@link Outage}. */
  minimumOutage_s: number;
  /** See {@link Outage}. */
  lastSeen_ms: number;
  /** Why the software started, a {@link ResetReason}. */
  reason: number;
}

/**
 * What happens when the supply fails and when it is back: first all is saved that must not be lost, then come events,
 * the last gasp and the notice of the restoration. The mesh goes on until the capacitor is empty.
 */
export class Power {
  /** The supply has just failed: saves what must not be lost, without an erase. Set once. */
  onSave: () => void = () => {};
  /** And after that: the node runs on what its capacitor holds, or not any more. Set once. */
  onHoldUp: (isHeldUp: boolean) => void = () => {};
  readonly outage: Outage;
  readonly gasp: LastGasp;
  readonly restoration: Restoration;

  /** Records the start, too. */
  constructor(options: PowerOptions) {
    const { kernel, entropy, events, registers, monitor, sender, relay, place, minimumOutage_s, reason } =
      options;
    const isPowerUp = reason === ResetReason.powerUp;
    const isFirst = events.starts === 0;
    this.outage = new Outage({ ...options, minimum_s: minimumOutage_s, isPowerUp });
    events.start(reason);
    const notice = new PowerNotice();
    notice.start = events.starts;
    notice.reason = reason;
    this.gasp = new LastGasp({ kernel, entropy, relay, place, holdUp_ms: monitor?.holdUp_ms ?? 0 });
    this.restoration = new Restoration({ kernel, entropy, sender, notice, outage: this.outage });
    registers.listen(this.outage);
    if (!isFirst) this.restoration.announce();
    if (monitor === undefined) return;
    monitor.onFailing = () => this.fail();
    monitor.onRestored = () => this.restore();
    if (monitor.failing) this.fail();
  }

  private fail(): void {
    this.onSave();
    this.outage.begin();
    this.gasp.begin(this.outage.failed_ms);
    this.restoration.pause();
    this.onHoldUp(true);
  }

  private restore(): void {
    const wasTold = this.gasp.begun;
    this.outage.end();
    this.gasp.end();
    this.onHoldUp(false);
    if (wasTold) this.restoration.announce();
    else this.restoration.resume();
  }
}
