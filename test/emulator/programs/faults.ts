/** What may go wrong in the meter of faulty-meter.ts. */
export const Fault = Object.freeze({
  none: 0,
  /** An exception in a timer. */
  exception: 1,
  /** And in what hears the radio. */
  exceptionOfRadio: 2,
  /** A task that allocates without end. */
  allocation: 3,
  recursion: 4,
  nativeRecursion: 5,
  /** A task without end. */
  loop: 6,
  /** The metering chip's bus does not come back. */
  hungBus: 7,
  /** The clock does not ring any more. */
  lostAlarm: 8,
});

/** First bytes of messages to it, beside those of `Callback`: a fault of {@link Fault} follows; nothing follows. */
export const PLANT = 100;
export const STATE = 101;

/** What it answers to {@link STATE}, as JSON. */
export interface State {
  starts: number;
  reason: number;
  /** Arguments of the events that say so. */
  restarts: number[];
  delivered_mWh: number;
}
