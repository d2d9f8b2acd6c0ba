import { UtcClock } from "firmware/clock/utc";
import { EventLog, EventRecord } from "firmware/events/log";
import { RecordBytes, Store } from "firmware/storage/partitions";
import { AppendRing } from "firmware/storage/ring";
import type { Flash } from "hal/flash";
import { NodeCipher } from "../../host-sim/cipher";
import { NorFlash } from "../../host-sim/flash";
import { SeededEntropy } from "../../host-sim/node";
import { Random } from "../../host-sim/random";

/** The ring of an event log over `flash`. */
export function eventRing(
  flash: Flash = new NorFlash({ size: 16 * 1024 }),
  supply?: { failing: boolean },
): AppendRing {
  return new AppendRing({
    flash,
    supply,
    cipher: new NodeCipher().aesCcm(new Uint8Array(16)),
    entropy: new SeededEntropy(new Random(1, "event ring")),
    store: Store.events,
    recordBytes: RecordBytes.events,
  });
}

/** An event log of its own. */
export function eventLog(utc: UtcClock, flash?: Flash, supply?: { failing: boolean }): EventLog {
  return new EventLog(utc, eventRing(flash, supply));
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
