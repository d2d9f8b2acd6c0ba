/** What may happen; a number keeps its meaning for ever. docs/events.md has the table with all arguments. */
export const EventCode = Object.freeze({
  /** The software started after the power had been off. Argument: see {@link startArgument}. */
  powerUp: 1,
  /** The time was set for the first time, or was off by more than a second. Argument: by how many ms. */
  clockSet: 2,
  /** The software started again while the power was on. Argument: see {@link startArgument}. */
  restarted: 3,
  /** The log could not take events. Argument: how many. */
  eventsLost: 4,
  configurationChanged: 5,
  /** A time was refused that was too far off. Argument: by how many ms. */
  clockRefused: 6,
  /** The metering chip does not answer. */
  chipSilent: 16,
  /** The chip's counts did not balance and wait for the next poll. */
  countsHeld: 17,
  /** Counts were lost, or refused as implausible. */
  countsLost: 18,
  chipRestarted: 19,
  /** The chip's configuration had changed and was written again. */
  configurationRepaired: 20,
  /** A register of the chip came near its full scale. */
  chipOverflow: 21,
  /** Noise on the chip's bus, corrected. */
  busNoise: 22,
  /** The flash did not take an interval, which stays open. Argument: its start, s. */
  storageFailed: 32,
  /** A store was found with records of another format, or under another key, and begins anew. Argument: which. */
  storageForeign: 33,
  /** The supply has failed, at the time of the event, and was not back after the shortest outage. */
  powerFailed: 48,
  /** The supply is back, at the time of the event. Argument: how long it was away, s. */
  outage: 49,
  /** Voltage below the sag threshold began on phases; bits of the argument: 1 A, 2 B, 4 C. */
  sagBegan: 50,
  /** All phases are out of the sag. Argument: how long it lasted, ms. */
  sagEnded: 51,
  /** Voltage above the swell threshold, likewise. */
  swellBegan: 52,
  swellEnded: 53,
  /** A phase has next to no voltage, likewise. */
  phaseLost: 54,
  phaseReturned: 55,
  /** Phases follow each other in the wrong order: wired wrongly, or exchanged. */
  phaseSequenceWrong: 56,
  phaseSequenceRight: 57,
  /** Energy was received where none is expected. Argument: how much within an hour, Wh. */
  reverseFlow: 64,
  coverOpened: 65,
  coverClosed: 66,
  magnetFound: 67,
  magnetGone: 68,
  /** A phase counted what is received while the whole did not: wired the wrong way round. Argument: phases. */
  phaseInverted: 69,
  /** Current flows on a phase that has lost its voltage. Argument: phases. */
  currentWithoutVoltage: 70,
  /** The billing date has come: registers were read, and demand reset. */
  selfRead: 80,
  /** Demand was reset by hand. Argument: which reset it was. */
  demandReset: 81,
  /** The chip's energy pulses and the registers do not agree. Argument: what the registers have more, mWh. */
  auditFailed: 82,
});

/** Its name in {@link EventCode}, for people. */
export function eventName(code: number): string {
  const names = Object.keys(EventCode) as (keyof typeof EventCode)[];
  for (let i = 0; i < names.length; i++) if (EventCode[names[i]] === code) return names[i];
  return `event ${code}`;
}

const START_SHIFT = 256;

/** The argument of a start's event. @param start its number over the meter's life, from 1 on @param reason `ResetReason` */
export function startArgument(start: number, reason: number): number {
  return start * START_SHIFT + reason;
}

/** The number of a start, from its event's argument. */
export function startNumber(argument: number): number {
  return Math.floor(argument / START_SHIFT);
}
