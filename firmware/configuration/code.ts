/**
 * Why a configuration is refused. A number keeps its meaning for ever; {@link configurationSlug} names it for people.
 */
export const ConfigurationCode = Object.freeze({
  ok: 0,
  /** Not of the form of docs/cddl/cfg.cddl: no deterministic CBOR, another key, a number out of its range. */
  malformed: 1,
  /** More bytes than a storage record holds. */
  tooLarge: 2,
  /** The storage did not take it. */
  notStored: 3,
  /** An interval that divides neither an hour nor, in whole hours, a day. */
  intervalLength: 16,
  /** A demand window that is no multiple of its subintervals: whole minutes that divide an hour. */
  demandWindow: 17,
  /** Daylight saving that begins and ends in the same month. */
  daylightRule: 18,
  /** Seasons overlap: each begins after the one before. */
  seasonOrder: 32,
  /** A month has no such day. */
  noSuchDate: 33,
  /** A season speaks of a day type that is not there. */
  unknownDayType: 34,
  /** A day type that does not begin at midnight. */
  noFirstSwitch: 35,
  /** The switches of a day type do not rise. */
  switchOrder: 36,
  /** A switch, or the default, speaks of a tier that is not there. */
  unknownTier: 37,
  /** More switches than there is room for. */
  tooManySwitches: 38,
  /** A holiday is there twice. */
  holidayTwice: 48,
});

export function configurationSlug(code: number): string {
  switch (code) {
    case ConfigurationCode.ok:
      return "ok";
    case ConfigurationCode.tooLarge:
      return "too-large";
    case ConfigurationCode.notStored:
      return "not-stored";
    case ConfigurationCode.intervalLength:
      return "interval-length";
    case ConfigurationCode.demandWindow:
      return "demand-window";
    case ConfigurationCode.daylightRule:
      return "daylight-rule";
    case ConfigurationCode.seasonOrder:
      return "season-order";
    case ConfigurationCode.noSuchDate:
      return "no-such-date";
    case ConfigurationCode.unknownDayType:
      return "unknown-day-type";
    case ConfigurationCode.noFirstSwitch:
      return "no-first-switch";
    case ConfigurationCode.switchOrder:
      return "switch-order";
    case ConfigurationCode.unknownTier:
      return "unknown-tier";
    case ConfigurationCode.tooManySwitches:
      return "too-many-switches";
    case ConfigurationCode.holidayTwice:
      return "holiday-twice";
    default:
      return "malformed";
  }
}
