/** Sequence counters, section 7.2, start here, go up to 255 once, and then around below {@link LOLLIPOP_LINEAR}. */
export const FIRST_SEQUENCE = 240;
const LOLLIPOP_LINEAR = 128;
/** SEQUENCE_WINDOW: how far apart two values may be to be told apart by age. */
const SEQUENCE_WINDOW = 16;

/** The value after `sequence`. */
export function nextSequence(sequence: number): number {
  return (sequence + 1) & (sequence < LOLLIPOP_LINEAR ? LOLLIPOP_LINEAR - 1 : 0xff);
}

/** Whether `a` is newer than `b`; false also where they are too far apart to tell. */
export function isNewer(a: number, b: number): boolean {
  if (a >= LOLLIPOP_LINEAR !== b >= LOLLIPOP_LINEAR) {
    const linear = Math.max(a, b);
    const circular = Math.min(a, b);
    const circularIsNewer = 256 + circular - linear <= SEQUENCE_WINDOW;
    return (a === circular) === circularIsNewer;
  }
  const ahead = a >= LOLLIPOP_LINEAR ? a - b : (a - b) & (LOLLIPOP_LINEAR - 1);
  return ahead > 0 && ahead <= SEQUENCE_WINDOW;
}
