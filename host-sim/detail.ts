import { EventCode, EventRecord } from "firmware/events/log";
import { formatAddress } from "firmware/ip/address-text";
import { flagNames } from "firmware/intervals/flags";
import { RegisterQuantity, registerIndex } from "firmware/registers/obis";
import type { StoredInterval } from "../head-end/store";
import type { SimulatedMeter } from "./meter";
import { meterIdentity } from "./node";
import type { IntervalDetail, MeterDetail, ReadDetail } from "./result";
import { EPOCH_MS, type Street } from "./street";
import { dueReads, dueStarts_s, recordOf } from "./tally";

const EVENT_NAMES = new Map(Object.entries(EventCode).map(([name, code]) => [code as number, name]));

/** What the report shows of each meter at the end of a run. */
export function detail(street: Street): MeterDetail[] {
  const starts_s = dueStarts_s(street);
  const reads = dueReads(street);
  return street.meters.map((meter, index) => {
    const record = recordOf(street, meter);
    const byStart = new Map<number, StoredInterval>();
    for (const interval of record?.intervals.values() ?? []) byStart.set(interval.start_s, interval);
    const { registers, stack } = meter.meter;
    return {
      meter: meter.number,
      eui64: Buffer.from(meterIdentity(meter.number).eui64).toString("hex"),
      address: formatAddress(stack.address),
      load: meter.load.kind,
      intervals: starts_s.map((start_s, interval) =>
        intervalDetail(street, index, interval, byStart.get(start_s), start_s),
      ),
      reads: reads.filter((read) => read.meter === record).map(readDetail),
      delivered_mWh: registers.energy[registerIndex(RegisterQuantity.activeDelivered, 0)],
      received_mWh: registers.energy[registerIndex(RegisterQuantity.activeReceived, 0)],
      trueDelivered_mWh: meter.truth.energy_mWh(RegisterQuantity.activeDelivered, 0),
      trueReceived_mWh: meter.truth.energy_mWh(RegisterQuantity.activeReceived, 0),
      events: eventsOf(meter),
    };
  });
}

function intervalDetail(
  street: Street,
  meter: number,
  interval: number,
  stored: StoredInterval | undefined,
  start_s: number,
): IntervalDetail {
  const from = street.truth[interval];
  const to = street.truth[interval + 1];
  return {
    start_s,
    delivered_mWh: stored?.delivered_mWh,
    received_mWh: stored?.received_mWh,
    trueDelivered_mWh: to.delivered_mWh[meter] - from.delivered_mWh[meter],
    trueReceived_mWh: to.received_mWh[meter] - from.received_mWh[meter],
    flags: stored === undefined || stored.flags === 0 ? [] : flagNames(stored.flags).split(","),
  };
}

function readDetail(read: Street["reads"][number]): ReadDetail {
  const { due_ms, done_ms, started_ms } = read;
  return {
    due_s: (due_ms - EPOCH_MS) / 1000,
    done_s: done_ms === undefined ? undefined : (done_ms - EPOCH_MS) / 1000,
    took_ms: done_ms === undefined ? undefined : done_ms - started_ms,
  };
}

function eventsOf({ meter: { events } }: SimulatedMeter): MeterDetail["events"] {
  const record = new EventRecord();
  const list: MeterDetail["events"] = [];
  for (let sequence = events.first; sequence < events.next; sequence++) {
    if (!events.read(sequence, record)) continue;
    list.push({ utc_ms: record.utc_ms, event: EVENT_NAMES.get(record.code) ?? `event ${record.code}` });
  }
  return list;
}
