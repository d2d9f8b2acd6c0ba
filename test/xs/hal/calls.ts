/**
 * What the two sides of a served HAL say to each other. A message is a number of {@link Call} or {@link Callback}
 * and its arguments: numbers in network order, times in 4 bytes (49 days), bytes last and without a length.
 */
export const Call = Object.freeze({
  now: 0,
  setAlarm: 1,
  transfer: 2,
  listen: 3,
  transmit: 4,
  channelClear: 5,
  flashRead: 6,
  flashProgram: 7,
  flashErase: 8,
  serialWrite: 9,
  serialRead: 10,
  fill: 11,
  /** Asked once, when a client is made: what the interfaces hold as constants. */
  constants: 12,
  retainedRead: 13,
  retainedWrite: 14,
  /** The program waits, as a driver does for its chip. */
  delay: 15,
  feed: 16,
});

export const Callback = Object.freeze({ alarm: 0, receive: 1, sent: 2, readable: 3, writable: 4 });

/** Room for the largest message: a flash page, a radio frame, a console's output. */
export const MAX_MESSAGE_BYTES = 1024;
