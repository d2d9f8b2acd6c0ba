import { Writer } from "firmware/codec/cursor";
import { CONFIGURATION_KINDS } from "firmware/configuration/configuration";
import { BILLING_BYTES } from "firmware/registers/billing";
import { SELF_READ_BYTES } from "firmware/registers/self-read";
import { TIER_REGISTERS_BYTES } from "firmware/registers/tariff";
import { Random } from "../../../host-sim/random";
import { BilledMeter, MemoryObjects } from "../../support/billed-meter";
import { Transcript } from "../transcript";

/** Objects of docs/cddl/cfg.cddl: Pacific time, 15 minutes as 3 x 5, billing day 1; three tiers; two holidays. */
const OBJECTS = [
  Uint8Array.of(
    0xa9,
    0x00,
    0x0f,
    0x01,
    0x03,
    0x02,
    0x0f,
    0x03,
    0x03,
    0x04,
    0x0a,
    0x05,
    0x00,
    0x06,
    0x01,
    0x07,
    0x84,
    0x39,
    0x01,
    0xdf,
    0x18,
    0x3c,
    0x84,
    0x03,
    0x02,
    0x00,
    0x18,
    0x78,
    0x84,
    0x0b,
    0x01,
    0x00,
    0x18,
    0x78,
    0x08,
    0x19,
    0x0c,
    0x80,
  ),
  Uint8Array.of(
    0xa4,
    0x00,
    0x03,
    0x01,
    0x02,
    0x02,
    0x81,
    0x83,
    0x06,
    0x01,
    0x88,
    0x01,
    0x00,
    0x00,
    0x00,
    0x00,
    0x00,
    0x01,
    0x01,
    0x03,
    0x82,
    0x86,
    0x00,
    0x01,
    0x19,
    0x03,
    0xc0,
    0x03,
    0x19,
    0x04,
    0xec,
    0x01,
    0x84,
    0x00,
    0x02,
    0x19,
    0x02,
    0x58,
    0x03,
  ),
  Uint8Array.of(0x82, 0x83, 0x00, 0x07, 0x04, 0x83, 0x19, 0x07, 0xea, 0x0a, 0x18, 0x1f),
];
/** Two days around the end of daylight saving, on a billing date: from 2026-10-31T06:00Z on. */
const START_UTC_MS = 1_793_426_400_000;
const POLL_MS = 60_000;
const POLLS = 2 * 1440;

/** A configuration, demand and tiers around a change of daylight saving, and a self-read. */
export function run(): string {
  const transcript = new Transcript();
  const random = new Random(1, "billing");
  const objects = new MemoryObjects();
  const meter = new BilledMeter(POLL_MS, () => {}, objects);
  const { clock, utc, registers, billing, configuration } = meter;
  const writer = new Writer(new Uint8Array(256));
  const written = (label: string): void => {
    transcript.bytes(label, writer.bytes, 0, writer.at);
    writer.reset(writer.bytes, 0, writer.bytes.length);
  };
  for (let kind = 0; kind < CONFIGURATION_KINDS; kind++) {
    const object = OBJECTS[kind];
    transcript.value(`replaced ${kind}`, configuration.replace(kind, object, 0, object.length));
    configuration.encode(kind, writer);
    written(`object ${kind}`);
  }
  billing.demand.restored(0);
  registers.start();
  utc.set(START_UTC_MS);
  billing.onSelfRead = () => {
    transcript.bytes(`self-read of ${SELF_READ_BYTES}`, objects.latest, 0, objects.latest.length);
  };
  for (let poll = 0; poll < POLLS; poll++) {
    meter.flow(random.below(200_000), random.below(50_000));
    clock.advance(POLL_MS);
    if (poll % 360 === 0) transcript.value(`running ${poll}`, billing.running_W(0));
  }
  billing.save(writer);
  written(`billing of ${BILLING_BYTES}`);
  billing.tiers.save(writer);
  written(`tiers of ${TIER_REGISTERS_BYTES}`);
  return transcript.toString();
}
