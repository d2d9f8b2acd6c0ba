import type { UtcClock } from "firmware/clock/utc";
import { EventLog, EventRecord } from "firmware/events/log";
import { RecordBytes, Store } from "firmware/storage/partitions";
import { RecordBuffer } from "firmware/storage/record-buffer";
import type { Flash } from "hal/flash";
import { NorFlash } from "../../host-sim/flash";
import { testRing } from "./ring";

/** An event log of its own. */
export function eventLog(
  utc: UtcClock,
  flash: Flash = new NorFlash({ size: 16 * 1024 }),
  supply?: { failing: boolean },
): EventLog {
  return new EventLog(utc, testRing(flash, RecordBytes.events, Store.events, supply), new RecordBuffer());
}

/** All events that the log gives. */
export function eventsOf(log: EventLog): EventRecord[] {
  const events: EventRecord[] = [];
  for (let sequence = log.first; sequence < log.next; sequence++) {
    const event = new EventRecord();
    if (log.read(sequence, event)) events.push(event);
  }
  return events;
}
