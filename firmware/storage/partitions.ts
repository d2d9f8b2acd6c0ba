/** Numbers of the stores, part of every nonce: never given to another store. */
export const Store = Object.freeze({ registers: 1, intervals: 2, events: 3, configuration: 4, keys: 5 });

/** Bytes of a record of each store, tag included. */
export const RecordBytes = Object.freeze({
  registers: 256,
  intervals: 64,
  events: 32,
  configuration: 256,
  keys: 256,
});
export const LONGEST_RECORD_BYTES = 256;

/**
 * Where everything lies in flash, in bytes; manifests/partitions.csv and partitions-8mb.csv say the same to the
 * platform. Below `slotA` are the boot loader and what the platform keeps.
 */
export const PARTITIONS_4MB = Object.freeze({
  slotA: Object.freeze({ offset: 0x010000, size: 0x180000 }),
  slotB: Object.freeze({ offset: 0x190000, size: 0x180000 }),
  registers: Object.freeze({ offset: 0x310000, size: 0x020000 }),
  events: Object.freeze({ offset: 0x330000, size: 0x020000 }),
  configuration: Object.freeze({ offset: 0x350000, size: 0x004000 }),
  keys: Object.freeze({ offset: 0x354000, size: 0x004000 }),
  intervals: Object.freeze({ offset: 0x358000, size: 0x0a0000 }),
});

export const PARTITIONS_8MB = Object.freeze({
  slotA: Object.freeze({ offset: 0x010000, size: 0x1e0000 }),
  slotB: Object.freeze({ offset: 0x1f0000, size: 0x1e0000 }),
  registers: Object.freeze({ offset: 0x3d0000, size: 0x020000 }),
  events: Object.freeze({ offset: 0x3f0000, size: 0x020000 }),
  configuration: Object.freeze({ offset: 0x410000, size: 0x004000 }),
  keys: Object.freeze({ offset: 0x414000, size: 0x004000 }),
  intervals: Object.freeze({ offset: 0x418000, size: 0x2a0000 }),
});
