import { UtcClock } from "firmware/clock/utc";
import { EventRecord } from "firmware/events/log";
import { Kernel } from "firmware/kernel/kernel";
import { Registers } from "firmware/registers/registers";
import type { Clock } from "hal/clock";
import {
  CHANNELS,
  PollStatus,
  QUANTITIES,
  type Measurements,
  type MeteringChip,
  type PollSample,
} from "hal/metering-chip";
import { eventLog } from "./event-log";

/** A clock that a test turns by hand. */
export class ManualClock implements Clock {
  onAlarm: () => void = () => {};
  #now_ms = 0;
  #alarm_ms = Infinity;

  now_ms(): number {
    return this.#now_ms;
  }

  setAlarm(at_ms: number): void {
    this.#alarm_ms = at_ms;
  }

  /** Lets time pass, with every alarm at its time. */
  advance(by_ms: number): void {
    const until_ms = this.#now_ms + by_ms;
    while (this.#alarm_ms <= until_ms) {
      this.#now_ms = Math.max(this.#now_ms, this.#alarm_ms);
      this.#alarm_ms = Infinity;
      this.onAlarm();
    }
    this.#now_ms = until_ms;
  }

  /** Lets time pass while the node is held up: alarms come late, at the end. */
  stall(by_ms: number): void {
    this.#now_ms += by_ms;
    this.advance(0);
  }
}

/** A metering chip that reports what the test tells it to. */
export class ScriptedChip implements MeteringChip {
  readonly countNumerator: number = 25;
  readonly countDenominator: number = 8;
  readonly phases: number;
  /** Counts that the next poll takes away, by countIndex. */
  readonly pending = new Float64Array(QUANTITIES * CHANNELS);
  /** Counts taken so far. */
  readonly taken = new Float64Array(QUANTITIES * CHANNELS);
  readonly voltage_mV = [240_000, 240_000, 240_000];
  /** Bits of Supply. */
  supply = 0;
  readonly current_mA = [0, 0, 0];
  status: number = PollStatus.ok;
  temperature_dC = 250;
  /** Called at the start of each poll, to count what has flowed by then. */
  onPoll: () => void = () => {};

  constructor(phases = 2) {
    this.phases = phases;
  }

  initialize(): number {
    return PollStatus.ok;
  }

  poll(sample: PollSample): number {
    this.onPoll();
    const isSilent = (this.status & (PollStatus.noAnswer | PollStatus.held)) !== 0;
    for (let i = 0; i < this.pending.length; i++) {
      sample.counts[i] = isSilent ? 0 : this.pending[i];
      if (isSilent) continue;
      this.taken[i] += this.pending[i];
      this.pending[i] = 0;
    }
    for (let phase = 0; phase < 3; phase++)
      sample.voltage_mV[phase] = phase < this.phases && !isSilent ? this.voltage_mV[phase] : 0;
    sample.supply = isSilent ? 0 : this.supply;
    return this.status;
  }

  measure(into: Measurements): number {
    into.temperature_dC = this.temperature_dC;
    into.voltage_mV.set(this.voltage_mV);
    into.current_mA.set(this.current_mA);
    into.frequency_mHz = 60_000;
    return this.status;
  }
}

/** What a meter runs on, made for tests. */
export class ScriptedPlatform {
  readonly clock = new ManualClock();
  readonly kernel = new Kernel(this.clock);
  readonly utc = new UtcClock(this.clock);

  constructor(readonly chip = new ScriptedChip()) {}
}

/** Registers and events on a clock and a chip made for tests. */
export class ScriptedMeter extends ScriptedPlatform {
  readonly events = eventLog(this.utc);
  readonly registers: Registers;

  constructor(chip = new ScriptedChip()) {
    super(chip);
    this.registers = new Registers({ kernel: this.kernel, chip, utc: this.utc, events: this.events });
  }

  /** Codes of all events kept. */
  codes(): number[] {
    const codes: number[] = [];
    const record = new EventRecord();
    for (let sequence = this.events.first; this.events.read(sequence, record); sequence++)
      codes.push(record.code);
    return codes;
  }
}
