import { monthLength } from "firmware/clock/calendar-date";
import { MINUTES_A_DAY } from "firmware/clock/local-time";
import { readArrayHead, writeArrayHead, writeMapHead, writeUint } from "firmware/codec/cbor";
import type { Reader, Writer } from "firmware/codec/cursor";
import { ConfigurationCode } from "firmware/configuration/code";
import { expectKey, expectMap, readField, readItems, readRange } from "firmware/configuration/fields";

/** Keys of the tariff object (docs/cddl/cfg.cddl). */
const Key = Object.freeze({ tiers: 0, defaultTier: 1, seasons: 2, dayTypes: 3 });
const KEYS = 4;

export const MAX_TIERS = 6;
export const MAX_SEASONS = 4;
export const MAX_DAY_TYPES = 8;
/** Switches of all day types together. */
export const MAX_SWITCHES = 32;
/** Day types of a season: Sunday to Saturday, then holidays. */
export const SEASON_DAYS = 8;
export const HOLIDAY = 7;
const SEASON_ITEMS = 3;
/** A year in which every day of a month is there. */
const LEAP_YEAR = 2024;

/**
 * Time of use: the year's seasons give each day of the week, and holidays, a day type; a day type is a table of the
 * minutes of the local day at which a tier begins. Without configuration all is tier 1.
 */
export class TariffConfiguration {
  tiers = 1;
  /** From 1 on: where energy goes while the time is not known. */
  defaultTier = 1;
  seasons = 1;
  /** By season: its first day. The last one runs on into the next year. */
  readonly seasonMonth = new Uint8Array(MAX_SEASONS).fill(1);
  readonly seasonDay = new Uint8Array(MAX_SEASONS).fill(1);
  /** By season x {@link SEASON_DAYS}: indices of day types. */
  readonly dayTypeOf = new Uint8Array(MAX_SEASONS * SEASON_DAYS);
  dayTypes = 1;
  /** Where the switches of each day type begin; those of the last end where one more would begin. */
  readonly firstSwitch = Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0);
  readonly switchMinute = new Uint16Array(MAX_SWITCHES);
  /** From 1 on. */
  readonly switchTier = new Uint8Array(MAX_SWITCHES).fill(1);

  encode(w: Writer): void {
    writeMapHead(w, KEYS);
    writeUint(w, Key.tiers);
    writeUint(w, this.tiers);
    writeUint(w, Key.defaultTier);
    writeUint(w, this.defaultTier);
    writeUint(w, Key.seasons);
    writeArrayHead(w, this.seasons);
    for (let season = 0; season < this.seasons; season++) {
      writeArrayHead(w, SEASON_ITEMS);
      writeUint(w, this.seasonMonth[season]);
      writeUint(w, this.seasonDay[season]);
      writeArrayHead(w, SEASON_DAYS);
      for (let day = 0; day < SEASON_DAYS; day++) writeUint(w, this.dayTypeOf[season * SEASON_DAYS + day]);
    }
    writeUint(w, Key.dayTypes);
    writeArrayHead(w, this.dayTypes);
    for (let dayType = 0; dayType < this.dayTypes; dayType++) {
      const end = this.firstSwitch[dayType + 1];
      writeArrayHead(w, 2 * (end - this.firstSwitch[dayType]));
      for (let at = this.firstSwitch[dayType]; at < end; at++) {
        writeUint(w, this.switchMinute[at]);
        writeUint(w, this.switchTier[at]);
      }
    }
  }

  /** Answers a {@link ConfigurationCode}; where it is not `ok`, what was read so far stands in the fields. */
  decode(r: Reader): number {
    expectMap(r, KEYS);
    this.tiers = readField(r, Key.tiers, 1, MAX_TIERS);
    this.defaultTier = readField(r, Key.defaultTier, 1, MAX_TIERS);
    expectKey(r, Key.seasons);
    this.seasons = readItems(r, 1, MAX_SEASONS);
    for (let season = 0; season < this.seasons; season++) this.readSeason(r, season);
    expectKey(r, Key.dayTypes);
    this.dayTypes = readItems(r, 1, MAX_DAY_TYPES);
    for (let dayType = 0; dayType < this.dayTypes; dayType++)
      if (!this.readDayType(r, dayType)) return ConfigurationCode.tooManySwitches;
    if (!r.ok) return ConfigurationCode.malformed;
    if (this.defaultTier > this.tiers) return ConfigurationCode.unknownTier;
    const code = this.checkSeasons();
    return code === ConfigurationCode.ok ? this.checkSwitches() : code;
  }

  private readSeason(r: Reader, season: number): void {
    readItems(r, SEASON_ITEMS, SEASON_ITEMS);
    this.seasonMonth[season] = readRange(r, 1, 12);
    this.seasonDay[season] = readRange(r, 1, 31);
    readItems(r, SEASON_DAYS, SEASON_DAYS);
    for (let day = 0; day < SEASON_DAYS; day++)
      this.dayTypeOf[season * SEASON_DAYS + day] = readRange(r, 0, MAX_DAY_TYPES - 1);
  }

  /** False: there is no room for its switches. */
  private readDayType(r: Reader, dayType: number): boolean {
    const items = readArrayHead(r);
    if (items === 0 || items % 2 !== 0) r.ok = false;
    const first = this.firstSwitch[dayType];
    const end = first + items / 2;
    if (end > MAX_SWITCHES) return false;
    for (let at = first; at < end; at++) {
      this.switchMinute[at] = readRange(r, 0, MINUTES_A_DAY - 1);
      this.switchTier[at] = readRange(r, 1, MAX_TIERS);
    }
    this.firstSwitch[dayType + 1] = end;
    return true;
  }

  private checkSeasons(): number {
    for (let season = 0; season < this.seasons; season++) {
      const month = this.seasonMonth[season];
      const day = this.seasonDay[season];
      if (day > monthLength(LEAP_YEAR, month)) return ConfigurationCode.noSuchDate;
      if (season > 0) {
        const earlier = this.seasonMonth[season - 1];
        if (month < earlier || (month === earlier && day <= this.seasonDay[season - 1]))
          return ConfigurationCode.seasonOrder;
      }
      for (let at = season * SEASON_DAYS; at < (season + 1) * SEASON_DAYS; at++)
        if (this.dayTypeOf[at] >= this.dayTypes) return ConfigurationCode.unknownDayType;
    }
    return ConfigurationCode.ok;
  }

  private checkSwitches(): number {
    for (let dayType = 0; dayType < this.dayTypes; dayType++) {
      const first = this.firstSwitch[dayType];
      if (this.switchMinute[first] !== 0) return ConfigurationCode.noFirstSwitch;
      for (let at = first; at < this.firstSwitch[dayType + 1]; at++) {
        if (this.switchTier[at] > this.tiers) return ConfigurationCode.unknownTier;
        if (at > first && this.switchMinute[at] <= this.switchMinute[at - 1])
          return ConfigurationCode.switchOrder;
      }
    }
    return ConfigurationCode.ok;
  }
}
