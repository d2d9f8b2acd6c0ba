/** What makes an interval other than whole and sound. Bits, kept with the interval and sent with it. */
export const IntervalFlag = Object.freeze({
  /** Covers less time than its length by more than a second. */
  short: 0x001,
  /** Covers more time than its length by more than a second. */
  long: 0x002,
  /** Skipped: nothing was recorded, all values are 0. */
  missing: 0x004,
  /** Does not reach from its beginning to its end. */
  partial: 0x008,
  /** The clock was set in it by more than a second, or for the first time since power-up. */
  clockSet: 0x010,
  /** Power was off in it, or it is the first after power-up. */
  powerFail: 0x020,
  /** A register of the chip came near its full scale, or a value was too large for the record. */
  overflow: 0x040,
  testMode: 0x080,
  /** The metering chip reported a fault: energy may be lacking, or lie in the neighbouring interval. */
  suspect: 0x100,
  /** Counted after a start at a time that was never learnt; it has no start. */
  unknownTime: 0x200,
});

const NAMES = Object.freeze([
  "short",
  "long",
  "missing",
  "partial",
  "clock-set",
  "power-fail",
  "overflow",
  "test-mode",
  "suspect",
  "unknown-time",
]);

/** The names of the flags that are set, for people: `partial,clock-set`, or nothing. */
export function flagNames(flags: number): string {
  let names = "";
  for (let bit = 0; bit < NAMES.length; bit++) {
    if ((flags & (1 << bit)) !== 0) names += names === "" ? NAMES[bit] : `,${NAMES[bit]}`;
  }
  return names;
}
