import type { Stores } from "firmware/app/stores";
import { UtcClock } from "firmware/clock/utc";
import { CONFIGURATION_KINDS, Configuration } from "firmware/configuration/configuration";
import { Boot } from "firmware/events/boot";
import { EventCode } from "firmware/events/codes";
import { EventLog } from "firmware/events/log";
import { PowerQuality } from "firmware/events/power-quality";
import { Tamper } from "firmware/events/tamper";
import { IntervalLog } from "firmware/intervals/log";
import type { Kernel } from "firmware/kernel/kernel";
import { Billing } from "firmware/registers/billing";
import { BillingStore } from "firmware/registers/billing-store";
import { Checkpoint } from "firmware/registers/checkpoint";
import { PulseAudit } from "firmware/registers/pulse-audit";
import { Registers } from "firmware/registers/registers";
import { SelfReads } from "firmware/registers/self-read";
import { RetainedRecords } from "firmware/storage/retained";
import type { Clock } from "hal/clock";
import type { DigitalInput } from "hal/digital-pin";
import type { MeteringChip } from "hal/metering-chip";
import type { PulseCounter } from "hal/pulse-counter";
import { ResetReason, type Reset } from "hal/reset";
import type { RetainedMemory } from "hal/retained-memory";
import type { Watchdog } from "hal/watchdog";

export interface MeteringHal {
  clock: Clock;
  chip: MeteringChip;
  /** Of the metering chip's energy output, where it is wired. */
  pulses?: PulseCounter;
  /** See {@link Tamper}. */
  cover?: DigitalInput;
  magnet?: DigitalInput;
  retained: RetainedMemory;
  reset: Reset;
  watchdog: Watchdog;
}

export interface MeteringOptions {
  /** Where no other is configured. */
  interval_min: number;
  /** 5,000 where absent. */
  pollPeriod_ms?: number;
}

/** What a meter measures, and keeps of that: registers, intervals, billing and events. */
export class Metering {
  readonly boot: Boot;
  readonly utc: UtcClock;
  readonly events: EventLog;
  readonly configuration: Configuration;
  readonly registers: Registers;
  readonly intervals: IntervalLog;
  readonly billing: Billing;
  readonly #billingStore: BillingStore;

  constructor(hal: MeteringHal, kernel: Kernel, stores: Stores, options: MeteringOptions) {
    const { chip, cover, magnet, pulses, watchdog } = hal;
    const { objects, buffer } = stores;
    const retained = new RetainedRecords(hal.retained);
    const boot = new Boot(retained, hal.reset);
    const utc = new UtcClock(hal.clock);
    const events = new EventLog(utc, stores.events, buffer);
    const configuration = new Configuration(objects);
    const { general } = configuration;
    general.interval_min = options.interval_min;
    configuration.load();
    const checkpoint = new Checkpoint(stores.checkpoints, buffer);
    const registers = new Registers({
      kernel,
      chip,
      utc,
      events,
      retained,
      checkpoint,
      watchdog,
      ...(options.pollPeriod_ms && { pollPeriod_ms: options.pollPeriod_ms }),
    });
    const { sample, measurements } = registers;
    registers.listen(new PowerQuality(sample, chip.phases, events));
    registers.listen(
      new Tamper({ chip, sample, measurements, events, configuration: general, cover, magnet }),
    );
    const intervals = new IntervalLog({
      registers,
      utc,
      events,
      ring: stores.intervals,
      buffer,
      interval_min: general.interval_min,
      minimumOutage_s: general.minimumOutage_s,
    });
    const selfReads = new SelfReads(objects, CONFIGURATION_KINDS + 1, buffer);
    const billing = new Billing(registers, configuration, selfReads);
    checkpoint.attach(billing.tiers);
    const billingStore = new BillingStore(objects, CONFIGURATION_KINDS, registers, billing, buffer);
    if (boot.reason === ResetReason.powerUp) billing.demand.restored(utc.uptime_ms());

    utc.onRefused = (error_ms) => events.fault(EventCode.clockRefused, error_ms);
    billing.onSelfRead = (isKept) => {
      if (!isKept) events.fault(EventCode.storageFailed);
      billingStore.save();
      events.record(EventCode.selfRead);
    };
    billing.onReset = () => {
      billingStore.save();
      events.record(EventCode.demandReset, billing.demand.resets);
    };
    configuration.onChanged = (kind) => {
      events.record(EventCode.configurationChanged, kind);
      billing.configured();
    };
    if (pulses !== undefined) {
      const audit = new PulseAudit(registers, pulses, general);
      audit.onFailed = (excess_mWh) => events.record(EventCode.auditFailed, excess_mWh);
    }

    this.boot = boot;
    this.utc = utc;
    this.events = events;
    this.configuration = configuration;
    this.registers = registers;
    this.intervals = intervals;
    this.billing = billing;
    this.#billingStore = billingStore;
  }

  /** The supply fails: keeps what was measured up to now. Nothing is erased for it. */
  save(): void {
    this.registers.poll();
    this.registers.save();
    this.#billingStore.save();
  }
}
