import { Writer } from "firmware/codec/cursor";
import { ALL_CHANNELS, BlockEncoder } from "firmware/intervals/codec";
import { IntervalLog } from "firmware/intervals/log";
import { RecordBytes } from "firmware/storage/partitions";
import { RecordBuffer } from "firmware/storage/record-buffer";
import { PollStatus } from "hal/metering-chip";
import { NorFlash } from "../../../host-sim/flash";
import { Random } from "../../../host-sim/random";
import { ScriptedMeter } from "../../support/scripted-meter";
import { testRing } from "../../support/ring";
import { Transcript } from "../transcript";

const START_UTC_MS = 1_767_571_200_000;
const HOURS = 6;
const POLLS = (HOURS * 3600) / 5;

/** Registers and intervals over a chip with random counts, some polls without an answer, and a step of the clock. */
export function run(): string {
  const transcript = new Transcript();
  const random = new Random(1, "metering");
  const { clock, utc, events, chip, registers } = new ScriptedMeter();
  const flash = new NorFlash({ size: 64 * 1024 });
  const intervals = new IntervalLog({
    registers,
    utc,
    events,
    ring: testRing(flash, RecordBytes.intervals),
    buffer: new RecordBuffer(),
    interval_min: 15,
  });
  registers.start();
  utc.set(START_UTC_MS);
  for (let poll = 0; poll < POLLS; poll++) {
    for (let i = 0; i < chip.pending.length; i++) chip.pending[i] += random.below(400);
    chip.voltage_mV[0] = 118_000 + random.below(4000);
    chip.temperature_dC = random.below(900) - 400;
    chip.status = random.chance(0.01) ? PollStatus.noAnswer : PollStatus.ok;
    if (poll === POLLS / 2) utc.set(utc.utc_ms() + 60_000);
    clock.advance(5000);
  }
  for (let i = 0; i < registers.energy.length; i++) transcript.value(`register ${i}`, registers.energy[i]);

  const writer = new Writer(new Uint8Array(2048));
  const encoder = new BlockEncoder(intervals);
  for (let since = 0; since < intervals.next - 1;) {
    writer.reset(writer.bytes, 0, writer.bytes.length);
    const count = encoder.encode(writer, since, 96, ALL_CHANNELS);
    transcript.bytes(`intervals after ${since}`, writer.bytes, 0, writer.at);
    since += Math.max(1, count);
  }
  return transcript.toString();
}
