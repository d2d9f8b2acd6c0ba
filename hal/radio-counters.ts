/** What went wrong between a driver and its radio chip. All but late interrupts end in a restart of the chip. */
export class RadioCounters {
  /** The chip refused a command, failed at it, or stayed busy. */
  commandErrors = 0;
  /** Frames that did not leave in time. */
  timeouts = 0;
  /** The chip was found to have lost its settings. */
  resets = 0;
  /** No chip got ready after a reset. */
  absent = 0;
  /** Events that a driver found by looking before their interrupt came: it was lost, or by chance just under way. */
  lateInterrupts = 0;
  /** Frames cut or lost since their bytes were not moved in time (SX1276, whose FIFO is small). */
  fifoErrors = 0;
}
