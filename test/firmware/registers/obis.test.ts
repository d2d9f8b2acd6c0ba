import { describe, expect, it } from "vitest";
import { Writer } from "firmware/codec/cursor";
import { RegisterQuantity, writeObis } from "firmware/registers/obis";

function code(quantity: number, channel: number): string {
  const w = new Writer(new Uint8Array(3));
  writeObis(w, quantity, channel);
  return `1-0:${w.bytes.join(".")}`;
}

/** As the public lists of OBIS codes for electricity have them (IEC 62056-6-1, tables of value groups C and D). */
const LIST: [string, number, number][] = [
  ["1-0:1.8.0", RegisterQuantity.activeDelivered, 0],
  ["1-0:2.8.0", RegisterQuantity.activeReceived, 0],
  ["1-0:5.8.0", RegisterQuantity.quadrant1, 0],
  ["1-0:6.8.0", RegisterQuantity.quadrant2, 0],
  ["1-0:7.8.0", RegisterQuantity.quadrant3, 0],
  ["1-0:8.8.0", RegisterQuantity.quadrant4, 0],
  ["1-0:9.8.0", RegisterQuantity.apparent, 0],
  ["1-0:21.8.0", RegisterQuantity.activeDelivered, 1],
  ["1-0:22.8.0", RegisterQuantity.activeReceived, 1],
  ["1-0:25.8.0", RegisterQuantity.quadrant1, 1],
  ["1-0:29.8.0", RegisterQuantity.apparent, 1],
  ["1-0:41.8.0", RegisterQuantity.activeDelivered, 2],
  ["1-0:42.8.0", RegisterQuantity.activeReceived, 2],
  ["1-0:48.8.0", RegisterQuantity.quadrant4, 2],
  ["1-0:61.8.0", RegisterQuantity.activeDelivered, 3],
  ["1-0:62.8.0", RegisterQuantity.activeReceived, 3],
  ["1-0:69.8.0", RegisterQuantity.apparent, 3],
];

describe("OBIS codes", () => {
  for (const [obis, quantity, channel] of LIST) it(obis, () => expect(code(quantity, channel)).toBe(obis));
});
