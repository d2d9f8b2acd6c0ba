import { DaylightChange, MINUTES_A_DAY, TimeZone } from "firmware/clock/local-time";
import { writeArrayHead, writeInt, writeMapHead, writeUint } from "firmware/codec/cbor";
import type { Reader, Writer } from "firmware/codec/cursor";
import { ConfigurationCode } from "firmware/configuration/code";
import { expectKey, expectMap, readField, readItems, readRange } from "firmware/configuration/fields";

/** Keys of the general object (docs/cddl/cfg.cddl). */
const Key = Object.freeze({
  interval_min: 0,
  channels: 1,
  demandWindow_min: 2,
  demandSubintervals: 3,
  coldLoadPickup_min: 4,
  minimumOutage_s: 5,
  billingDay: 6,
  zone: 7,
  pulseConstant: 8,
  reverseLimit_Wh: 9,
});
const KEYS = 10;

const MAX_CHANNELS = 1023;
const MIN_DEMAND_WINDOW_min = 5;
const MAX_DEMAND_WINDOW_min = 60;
export const MAX_DEMAND_SUBINTERVALS = 15;
/** The last day that every month has. */
const MAX_BILLING_DAY = 28;
/** Zones run from UTC-12 to UTC+14; a quarter of an hour is the finest in use. */
const MIN_OFFSET_min = -720;
const MAX_OFFSET_min = 840;
const MAX_DAYLIGHT_min = 120;
const MAX_PULSE_CONSTANT = 100_000;
const MAX_REVERSE_LIMIT_Wh = 10_000;
const HOUR_min = 60;

/** All that is configured beside the tariff. Its defaults are a meter in UTC with intervals of 15 minutes. */
export class GeneralConfiguration {
  /** Divides an hour, or is whole hours that divide a day. */
  interval_min = 15;
  /** Bit mask over IntervalChannel: what is sent beside active energy where the reader does not say. */
  channels = 3;
  demandWindow_min = 15;
  /** Of a demand window; 1 is block demand, more is sliding demand. */
  demandSubintervals = 1;
  /** After a restoration, demand does not count for so long. */
  coldLoadPickup_min = 0;
  /** A shorter loss of power is no outage. */
  minimumOutage_s = 0;
  /** Day of the month at whose local midnight the meter reads itself; 0: it does not. */
  billingDay = 0;
  readonly zone = new TimeZone();
  /** Of the pulse output, in imp/kWh. */
  pulseConstant = 3200;
  /** More energy received in an hour is an event, where the customer has nothing that produces; 0: never. */
  reverseLimit_Wh = 0;

  encode(w: Writer): void {
    writeMapHead(w, KEYS);
    writeField(w, Key.interval_min, this.interval_min);
    writeField(w, Key.channels, this.channels);
    writeField(w, Key.demandWindow_min, this.demandWindow_min);
    writeField(w, Key.demandSubintervals, this.demandSubintervals);
    writeField(w, Key.coldLoadPickup_min, this.coldLoadPickup_min);
    writeField(w, Key.minimumOutage_s, this.minimumOutage_s);
    writeField(w, Key.billingDay, this.billingDay);
    writeUint(w, Key.zone);
    writeZone(w, this.zone);
    writeField(w, Key.pulseConstant, this.pulseConstant);
    writeField(w, Key.reverseLimit_Wh, this.reverseLimit_Wh);
  }

  /** Answers a {@link ConfigurationCode}; where it is not `ok`, what was read so far stands in the fields. */
  decode(r: Reader): number {
    expectMap(r, KEYS);
    this.interval_min = readField(r, Key.interval_min, 1, MINUTES_A_DAY);
    this.channels = readField(r, Key.channels, 1, MAX_CHANNELS);
    this.demandWindow_min = readField(r, Key.demandWindow_min, MIN_DEMAND_WINDOW_min, MAX_DEMAND_WINDOW_min);
    this.demandSubintervals = readField(r, Key.demandSubintervals, 1, MAX_DEMAND_SUBINTERVALS);
    this.coldLoadPickup_min = readField(r, Key.coldLoadPickup_min, 0, 255);
    this.minimumOutage_s = readField(r, Key.minimumOutage_s, 0, 255);
    this.billingDay = readField(r, Key.billingDay, 0, MAX_BILLING_DAY);
    expectKey(r, Key.zone);
    readZone(r, this.zone);
    this.pulseConstant = readField(r, Key.pulseConstant, 1, MAX_PULSE_CONSTANT);
    this.reverseLimit_Wh = readField(r, Key.reverseLimit_Wh, 0, MAX_REVERSE_LIMIT_Wh);
    if (!r.ok) return ConfigurationCode.malformed;
    if (!isIntervalLength(this.interval_min)) return ConfigurationCode.intervalLength;
    if (!dividesHour(this.demandWindow_min / this.demandSubintervals)) return ConfigurationCode.demandWindow;
    const zone = this.zone;
    if (zone.daylight_min !== 0 && zone.start.month === zone.end.month) return ConfigurationCode.daylightRule;
    return ConfigurationCode.ok;
  }
}

/** False for what is no whole number of minutes, too. */
function dividesHour(length_min: number): boolean {
  return HOUR_min % length_min === 0 && length_min % 1 === 0;
}

function isIntervalLength(interval_min: number): boolean {
  const dividesDay = interval_min % HOUR_min === 0 && MINUTES_A_DAY % interval_min === 0;
  return dividesHour(interval_min) || dividesDay;
}

function writeField(w: Writer, key: number, value: number): void {
  writeUint(w, key);
  writeUint(w, value);
}

function writeZone(w: Writer, zone: TimeZone): void {
  const hasDaylight = zone.daylight_min !== 0;
  writeArrayHead(w, hasDaylight ? 4 : 1);
  writeInt(w, zone.offset_min);
  if (!hasDaylight) return;
  writeUint(w, zone.daylight_min);
  writeChange(w, zone.start);
  writeChange(w, zone.end);
}

function writeChange(w: Writer, change: DaylightChange): void {
  writeArrayHead(w, 4);
  writeUint(w, change.month);
  writeUint(w, change.week);
  writeUint(w, change.weekday);
  writeUint(w, change.minute);
}

function readZone(r: Reader, zone: TimeZone): void {
  const items = readItems(r, 1, 4);
  zone.offset_min = readRange(r, MIN_OFFSET_min, MAX_OFFSET_min);
  zone.daylight_min = 0;
  if (items === 1) return;
  if (items !== 4) r.ok = false;
  zone.daylight_min = readRange(r, 1, MAX_DAYLIGHT_min);
  readChange(r, zone.start);
  readChange(r, zone.end);
}

function readChange(r: Reader, change: DaylightChange): void {
  readItems(r, 4, 4);
  change.month = readRange(r, 1, 12);
  change.week = readRange(r, 1, 5);
  change.weekday = readRange(r, 0, 6);
  change.minute = readRange(r, 0, MINUTES_A_DAY - 1);
}
