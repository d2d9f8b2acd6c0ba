import { UtcClock } from "firmware/clock/utc";
import { Writer } from "firmware/codec/cursor";
import { EventCode } from "firmware/events/codes";
import { encodeEvents } from "firmware/events/codec";
import type { EventLog } from "firmware/events/log";
import { EventChain, EventRecord } from "firmware/events/record";
import { ResetReason } from "hal/reset";
import { NorFlash } from "../../../host-sim/flash";
import { Random } from "../../../host-sim/random";
import { eventLog } from "../../support/event-log";
import { ManualClock } from "../../support/scripted-meter";
import { Transcript } from "../transcript";

const START_UTC_MS = 1_767_571_200_000;
const FLASH_BYTES = 3 * 4096;
/** Around the flash, with a restart now and then. */
const EVENTS = 700;
const ANSWER_BYTES = 700;

/** The event log on flash: appended to, mounted again over restarts, with its chain and what `/ev` answers of it. */
export function run(): string {
  const transcript = new Transcript();
  const random = new Random(1, "events");
  const flash = new NorFlash({ size: FLASH_BYTES });
  let { clock, log } = start(flash, 0);
  for (let i = 0; i < EVENTS; i++) {
    clock.advance(random.below(60_000));
    if (random.chance(0.02)) ({ clock, log } = start(flash, i));
    if (random.chance(0.3)) log.fault(EventCode.busNoise, i);
    else log.record(EventCode.sagEnded, random.below(2 ** 32) - 2 ** 31);
    transcript.value("next", log.next);
  }
  const chain = new EventChain();
  const event = new EventRecord();
  transcript.value("first", log.first);
  for (let sequence = log.first; sequence < log.next; sequence++) {
    transcript.value(`read ${sequence}`, log.read(sequence, event));
    transcript.value(`at ${event.time_ms}, code ${event.code}, argument`, event.argument);
    transcript.value("chained", log.readChain(sequence, chain));
    transcript.bytes("chain", chain.value);
  }
  const writer = new Writer(new Uint8Array(ANSWER_BYTES));
  encodeEvents(writer, log, log.next - 20, Infinity);
  transcript.bytes("/ev", writer.bytes, 0, writer.length);
  return transcript.toString();
}

/** The software starts over `flash`; every other time it knows the time of day. */
function start(flash: NorFlash, i: number): { clock: ManualClock; log: EventLog } {
  const clock = new ManualClock();
  const utc = new UtcClock(clock);
  const log = eventLog(utc, flash);
  log.start(i % 2 === 0 ? ResetReason.powerUp : ResetReason.watchdog);
  if (i % 2 === 0) utc.set(START_UTC_MS + i * 60_000);
  return { clock, log };
}
