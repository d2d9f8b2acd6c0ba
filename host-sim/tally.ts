import { RegisterQuantity, registerIndex } from "firmware/registers/obis";
import type { Read } from "../head-end/read";
import type { MeterRecord, StoredInterval } from "../head-end/store";
import type { SimulatedMeter } from "./meter";
import type { StreetOptions } from "./options";
import { quantile } from "./quantile";
import { withoutPath } from "./radio/hops";
import type { EnergyResult, StreetResult } from "./result";
import { BOOT_US, EPOCH_MS, type Street } from "./street";
import type { TrafficResult } from "./traffic";

export const DAY_S = 86_400;
const EPOCH_S = EPOCH_MS / 1000;
const READ_PERIOD_S = 4 * 3600;
const PROMPT_MS = 30 * 60_000;
/** Registers and truth are read in whole ones. */
const UNIT_MWH = 1;
/**
 * Counts a phase by which a direction may be off for each turn of a chip that counts net: each accumulator stands up to
 * one count below what flowed, where it turns up and where it turns down, and the total lags behind by up to one more.
 */
const COUNTS_PER_TURN = 4;

/** What a street's meters, its head end and the truth say of one direction of energy. */
const DELIVERED = {
  register: registerIndex(RegisterQuantity.activeDelivered, 0),
  truth_mWh: (meter: SimulatedMeter): number => meter.truth.energy_mWh(RegisterQuantity.activeDelivered, 0),
  interval_mWh: (interval: StoredInterval): number => interval.delivered_mWh,
};
const RECEIVED: typeof DELIVERED = {
  register: registerIndex(RegisterQuantity.activeReceived, 0),
  truth_mWh: (meter) => meter.truth.energy_mWh(RegisterQuantity.activeReceived, 0),
  interval_mWh: (interval) => interval.received_mWh,
};

/** The figures of a run that has come to its end, its truth brought up to that. */
export function tally(street: Street, wallSeconds: number, traffic?: TrafficResult): StreetResult {
  const { options, meters } = street;
  const records = meters.map((meter) => recordOf(street, meter));
  const pathless = metersWithoutPath(street);
  return {
    seed: options.seed,
    meters: options.meters,
    collectors: options.collectors,
    simulatedSeconds: options.days * DAY_S,
    wallSeconds: Math.round(wallSeconds * 1000) / 1000,
    traceHash: traceHash(street, records),
    intervals: countIntervals(street, records),
    energy: {
      ...energy(meters, records, DELIVERED),
      received: energy(meters, records, RECEIVED),
      turnedWh: wattHours(sumOf(meters, cancelled_mWh)),
      netOffWh: wattHours(sumOf(meters, netOff_mWh)),
    },
    reads: countReads(street, records, pathless),
    mesh: describeMesh(street, pathless),
    ...(traffic && { traffic }),
    power: powerOf(street, records),
  };
}

export function recordOf(street: Street, meter: SimulatedMeter): MeterRecord | undefined {
  return street.headEnd.store.meter(meter.meter.stack.address);
}

/** UTC starts of the intervals that close by the last day's end. */
export function dueStarts_s({ options }: Street): number[] {
  const cadence_s = options.interval_min * 60;
  const count = (options.days * DAY_S) / cadence_s;
  return Array.from({ length: count }, (_, index) => EPOCH_S + index * cadence_s);
}

/** Reads that fell due by the last day's end. */
export function dueReads(street: Street): Read[] {
  const end_ms = EPOCH_MS + street.options.days * DAY_S * 1000;
  return street.reads.filter((read) => read.due_ms > EPOCH_MS && read.due_ms <= end_ms);
}

function countIntervals(street: Street, records: (MeterRecord | undefined)[]): StreetResult["intervals"] {
  const starts = dueStarts_s(street);
  const count = { due: starts.length * records.length, delivered: 0, missing: 0, corrupt: 0, duplicate: 0 };
  for (const record of records) {
    const seen = new Set<number>();
    for (const interval of record?.intervals.values() ?? []) {
      if (seen.has(interval.start_s)) count.duplicate++;
      seen.add(interval.start_s);
    }
    for (const start_s of starts) if (seen.has(start_s)) count.delivered++;
    count.corrupt += record?.refused ?? 0;
  }
  count.missing = count.due - count.delivered;
  return count;
}

function energy(
  meters: SimulatedMeter[],
  records: (MeterRecord | undefined)[],
  direction: typeof DELIVERED,
): EnergyResult {
  const sum = { truth: 0, registers: 0, intervals: 0, lost: 0, invented: 0 };
  for (const [index, meter] of meters.entries()) {
    const truth_mWh = direction.truth_mWh(meter);
    const register_mWh = meter.meter.registers.energy[direction.register];
    const tolerance_mWh = toleranceOf(meter);
    const told_mWh = truth_mWh - cancelled_mWh(meter);
    sum.truth += truth_mWh;
    sum.registers += register_mWh;
    for (const interval of records[index]?.intervals.values() ?? []) {
      sum.intervals += direction.interval_mWh(interval);
    }
    sum.lost += Math.max(0, told_mWh - register_mWh - tolerance_mWh);
    sum.invented += Math.max(0, register_mWh - told_mWh - tolerance_mWh);
  }
  return {
    truthWh: sum.truth / 1000,
    registersWh: sum.registers / 1000,
    intervalsWh: sum.intervals / 1000,
    lostWh: wattHours(sum.lost),
    inventedWh: wattHours(sum.invented),
  };
}

/** A count a phase, and what the turns of a chip that counts net may add. */
function toleranceOf({ count_mWh, load, turns }: SimulatedMeter): number {
  const phases_mWh = count_mWh * load.phases;
  return Math.max(UNIT_MWH, phases_mWh) + (turns?.turns ?? 0) * COUNTS_PER_TURN * phases_mWh;
}

/** What the chip cannot tell as it flowed both ways between two polls. */
function cancelled_mWh({ turns }: SimulatedMeter): number {
  return turns?.cancelled_mWh ?? 0;
}

/** How far delivered less received is off by more than a count a phase for each of the two, whatever turned. */
function netOff_mWh(meter: SimulatedMeter): number {
  const net = (of: (direction: typeof DELIVERED) => number): number => of(DELIVERED) - of(RECEIVED);
  const off_mWh =
    net(({ register }) => meter.meter.registers.energy[register]) - net(({ truth_mWh }) => truth_mWh(meter));
  const tolerance_mWh = 2 * Math.max(UNIT_MWH, meter.count_mWh * meter.load.phases);
  return Math.max(0, Math.abs(off_mWh) - tolerance_mWh);
}

function sumOf(meters: SimulatedMeter[], figure: (meter: SimulatedMeter) => number): number {
  return meters.reduce((sum, meter) => sum + figure(meter), 0);
}

function powerOf(street: Street, records: (MeterRecord | undefined)[]): StreetResult["power"] {
  const known = records.flatMap((record) => record?.power.outages ?? []);
  return {
    outages: street.outages.count,
    lastGaspSent: sumOf(street.meters, (meter) => meter.gasped),
    lastGaspHeard: known.filter(({ gasps }) => gasps > 0).length,
    restores: known.filter(({ restored_ms }) => restored_ms !== undefined).length,
  };
}

/** Numbers of the meters that the air lets no collector have. */
function metersWithoutPath({ medium, options }: Street): number[] {
  const { meters, collectors } = options;
  return withoutPath(medium.air, collectors + meters, collectors).map((node) => node - collectors + 1);
}

function countReads(
  street: Street,
  records: (MeterRecord | undefined)[],
  pathless: number[],
): StreetResult["reads"] {
  const { options } = street;
  const due = readsADue(options);
  const lost = new Set(pathless.map((meter) => records[meter - 1]));
  const done = dueReads(street).filter((read) => read.done_ms !== undefined);
  const took_ms = done.map((read) => read.done_ms! - read.started_ms).sort((a, b) => a - b);
  return {
    due: options.meters * due,
    done: done.length,
    doneWithin30Min: done.filter((read) => read.done_ms! - read.due_ms <= PROMPT_MS).length,
    dueWithPath: (options.meters - pathless.length) * due,
    doneWithPath: done.filter(({ meter }) => !lost.has(meter)).length,
    p50Ms: quantile(took_ms, 0.5),
    p95Ms: quantile(took_ms, 0.95),
    maxMs: took_ms.at(-1) ?? 0,
  };
}

function describeMesh(street: Street, pathless: number[]): StreetResult["mesh"] {
  const { meters, medium, options, readAir } = street;
  const reads = dueReads(street);
  const due = readsADue(options);
  const doneBy = new Map<MeterRecord, number>();
  for (const { meter, done_ms } of reads) {
    if (done_ms !== undefined) doneBy.set(meter, (doneBy.get(meter) ?? 0) + 1);
  }
  const shares = meters.map((meter) => {
    const record = recordOf(street, meter);
    return due === 0 ? 1 : ((record && doneBy.get(record)) ?? 0) / due;
  });
  const joined = meters.filter((meter) => meter.meter.join.joined).length;
  const joined_s = [...street.joined_us].sort((a, b) => a - b).map((at_us) => at_us / 1e6);
  const accounts = medium.radios.map((radio) => radio.airtime);
  const elapsed_us = street.world.now_us - BOOT_US;
  const duties = accounts.map((account) => account.total_us / elapsed_us);
  const dutyMax = (from: number, to: number): number => rounded(Math.max(...duties.slice(from, to)), 6);
  return {
    joined,
    joinP50S: quantile(joined_s, 0.5),
    joinLastS: joined_s.at(-1) ?? 0,
    hops: countHops(street),
    delivered: shares.reduce((sum, share) => sum + share, 0) / shares.length,
    worstNode: Math.min(...shares),
    withoutPath: pathless,
    framesSent: accounts.reduce((sum, account) => sum + account.frames, 0),
    framesPerRead: rounded(readAir.frames / Math.max(1, street.reads.length)),
    bytesPerRead: rounded(readAir.dataBytes / Math.max(1, street.reads.length)),
    dutyMax: dutyMax(0, duties.length),
    collectorDutyMax: dutyMax(0, options.collectors),
    relayDutyMax: dutyMax(options.collectors, duties.length),
    channelDwellMaxMs: rounded(Math.max(...accounts.map((account) => account.channelDwellMax_us)) / 1000),
  };
}

/** Of each meter; none fall due where something else is sent instead. */
function readsADue({ traffic, days }: StreetOptions): number {
  return traffic === undefined ? Math.floor((days * DAY_S) / READ_PERIOD_S) : 0;
}

/** Meters by their hops, those without a way left out. */
function countHops(street: Street): Record<string, number> {
  const count: Record<string, number> = {};
  for (const meter of street.meters) {
    const hops = street.hops(meter);
    if (hops > 0) count[hops] = (count[hops] ?? 0) + 1;
  }
  return count;
}

function traceHash(street: Street, records: (MeterRecord | undefined)[]): string {
  const { trace } = street;
  for (const [index, { meter }] of street.meters.entries()) {
    for (const energy_mWh of meter.registers.energy) trace.number(energy_mWh);
    for (const interval of records[index]?.intervals.values() ?? []) {
      trace.number(interval.start_s);
      trace.number(interval.delivered_mWh);
      trace.number(interval.received_mWh);
    }
  }
  return trace.digest();
}

function wattHours(energy_mWh: number): number {
  return rounded(energy_mWh / 1000, 6);
}

function rounded(value: number, digits = 3): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
