import { monthLength, packDate, packedDay, packedMonth } from "firmware/clock/calendar-date";
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

/** Where the columns of the table begin, and where it ends. */
const SEASON_STARTS = 0;
const SEASON_DAY_TYPES = SEASON_STARTS + MAX_SEASONS;
const FIRST_SWITCHES = SEASON_DAY_TYPES + MAX_SEASONS * SEASON_DAYS;
const SWITCH_MINUTES = FIRST_SWITCHES + MAX_DAY_TYPES + 1;
const SWITCH_TIERS = SWITCH_MINUTES + MAX_SWITCHES;
const TABLE_END = SWITCH_TIERS + MAX_SWITCHES;

/**
 * Time of use: the year's seasons give each day of the week, and holidays, a day type; a day type is a table of the
 * minutes of the local day at which a tier begins. Without configuration all is tier 1.
 */
export class TariffConfiguration {
  tiers = 1;
  /** From 1 on: where energy goes while the time is not known. */
  defaultTier = 1;
  seasons = 1;
  dayTypes = 1;
  readonly #table = new Uint16Array(TABLE_END);

  constructor() {
    this.#table[SEASON_STARTS] = packDate(0, 1, 1);
    this.#table[FIRST_SWITCHES + 1] = 1;
    this.#table[SWITCH_TIERS] = 1;
  }

  /** The first day of a season, by {@link packDate} in year 0. The last season runs on into the next year. */
  seasonStart(season: number): number {
    return this.#table[SEASON_STARTS + season];
  }

  /** @param day of a season: a weekday, or {@link HOLIDAY} */
  dayTypeOf(season: number, day: number): number {
    return this.#table[SEASON_DAY_TYPES + season * SEASON_DAYS + day];
  }

  /** Where the switches of a day type begin; those of the one before end there. */
  firstSwitch(dayType: number): number {
    return this.#table[FIRST_SWITCHES + dayType];
  }

  switchMinute(at: number): number {
    return this.#table[SWITCH_MINUTES + at];
  }

  /** From 1 on. */
  switchTier(at: number): number {
    return this.#table[SWITCH_TIERS + at];
  }

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
      writeUint(w, packedMonth(this.seasonStart(season)));
      writeUint(w, packedDay(this.seasonStart(season)));
      writeArrayHead(w, SEASON_DAYS);
      for (let day = 0; day < SEASON_DAYS; day++) writeUint(w, this.dayTypeOf(season, day));
    }
    writeUint(w, Key.dayTypes);
    writeArrayHead(w, this.dayTypes);
    for (let dayType = 0; dayType < this.dayTypes; dayType++) {
      const end = this.firstSwitch(dayType + 1);
      writeArrayHead(w, 2 * (end - this.firstSwitch(dayType)));
      for (let at = this.firstSwitch(dayType); at < end; at++) {
        writeUint(w, this.switchMinute(at));
        writeUint(w, this.switchTier(at));
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
    const month = readRange(r, 1, 12);
    this.#table[SEASON_STARTS + season] = packDate(0, month, readRange(r, 1, 31));
    readItems(r, SEASON_DAYS, SEASON_DAYS);
    for (let day = 0; day < SEASON_DAYS; day++)
      this.#table[SEASON_DAY_TYPES + season * SEASON_DAYS + day] = readRange(r, 0, MAX_DAY_TYPES - 1);
  }

  /** False: there is no room for its switches. */
  private readDayType(r: Reader, dayType: number): boolean {
    const items = readArrayHead(r);
    if (items === 0 || items % 2 !== 0) r.ok = false;
    const first = this.firstSwitch(dayType);
    const end = first + items / 2;
    if (end > MAX_SWITCHES) return false;
    for (let at = first; at < end; at++) {
      this.#table[SWITCH_MINUTES + at] = readRange(r, 0, MINUTES_A_DAY - 1);
      this.#table[SWITCH_TIERS + at] = readRange(r, 1, MAX_TIERS);
    }
    this.#table[FIRST_SWITCHES + dayType + 1] = end;
    return true;
  }

  private checkSeasons(): number {
    for (let season = 0; season < this.seasons; season++) {
      const start = this.seasonStart(season);
      if (packedDay(start) > monthLength(LEAP_YEAR, packedMonth(start))) return ConfigurationCode.noSuchDate;
      if (season > 0 && start <= this.seasonStart(season - 1)) return ConfigurationCode.seasonOrder;
      for (let day = 0; day < SEASON_DAYS; day++)
        if (this.dayTypeOf(season, day) >= this.dayTypes) return ConfigurationCode.unknownDayType;
    }
    return ConfigurationCode.ok;
  }

  private checkSwitches(): number {
    for (let dayType = 0; dayType < this.dayTypes; dayType++) {
      const first = this.firstSwitch(dayType);
      if (this.switchMinute(first) !== 0) return ConfigurationCode.noFirstSwitch;
      for (let at = first; at < this.firstSwitch(dayType + 1); at++) {
        if (this.switchTier(at) > this.tiers) return ConfigurationCode.unknownTier;
        if (at > first && this.switchMinute(at) <= this.switchMinute(at - 1))
          return ConfigurationCode.switchOrder;
      }
    }
    return ConfigurationCode.ok;
  }
}
