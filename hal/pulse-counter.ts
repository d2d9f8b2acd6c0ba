/**
 * Counts the pulses of a metering chip's energy output (CF), in hardware or by interrupts. Nothing blocks. At a power
 * loss the count is lost.
 */
export interface PulseCounter {
  /** Pulses so far, modulo 2^32: an integer that otherwise only grows. */
  count(): number;
}
