import { createDecipheriv } from "node:crypto";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  erasesOf,
  expectKept,
  KEY,
  makeFlash,
  mount,
  PAYLOAD_BYTES,
  payloadOf,
  RECORD_BYTES,
  SECTOR_BYTES,
  SECTORS,
  SLOTS,
  STORE,
} from "./ring-rig";

describe("the append ring", () => {
  it("is a list of which the oldest part is lost, through wraps and starts", () => {
    const step = fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: 1, max: 20 }) },
      { weight: 3, arbitrary: fc.constantFrom("start" as const, "prepare" as const, "urgent" as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const flash = makeFlash();
        const supply = { failing: false };
        let ring = mount(flash, { supply });
        let count = 0;
        for (const step of steps) {
          if (step === "start") ring = mount(flash, { supply });
          else if (step === "prepare") ring.prepare();
          else if (step === "urgent") {
            const erases = erasesOf(flash);
            supply.failing = true;
            if (ring.append(payloadOf(count)) !== 0) count++;
            ring.prepare();
            supply.failing = false;
            expect(erasesOf(flash)).toBe(erases);
          } else {
            for (let i = 0; i < step; i++) {
              const { end } = ring;
              expect(ring.append(payloadOf(count++))).toBeGreaterThanOrEqual(end);
            }
          }
          // A start takes three slots at most, of seven in a sector.
          expectKept(ring, count, 4 * (SECTORS - 2));
        }
      }),
    );
  });

  it("starts empty", () => {
    const ring = mount(makeFlash());
    expect(ring.oldest).toBe(ring.end);
    expect(ring.foreign).toBe(false);
    expect(ring.append(payloadOf(0))).toBeGreaterThan(0);
    expect(ring.oldest).toBeLessThan(ring.end);
  });

  it("keeps all but two sectors full", () => {
    const ring = mount(makeFlash());
    for (let i = 0; i < 200; i++) {
      ring.append(payloadOf(i));
      ring.prepare();
      expectKept(ring, i + 1, (SECTORS - 2) * (SLOTS - 1));
    }
  });

  it("never waits for an erase where the next sector was prepared, and fails rather than to while the supply does", () => {
    const flash = makeFlash();
    const supply = { failing: true };
    const ring = mount(flash, { supply });
    expect(ring.append(payloadOf(0))).toBe(0);
    for (let i = 0; i < 100; i++) {
      supply.failing = false;
      ring.prepare();
      expect(ring.prepared).toBe(true);
      supply.failing = true;
      const erases = erasesOf(flash);
      expect(ring.append(payloadOf(i))).toBeGreaterThan(0);
      expect(erasesOf(flash)).toBe(erases);
    }
    while (ring.append(payloadOf(100)) !== 0);
    expect(ring.prepared).toBe(false);
  });

  it("wears all sectors alike, an erase a round", () => {
    const flash = makeFlash();
    const ring = mount(flash);
    for (let i = 0; i < 20 * SECTORS * (SLOTS - 1); i++) ring.append(payloadOf(i));
    expect(Math.max(...flash.erases) - Math.min(...flash.erases)).toBeLessThanOrEqual(1);
    expect(Math.max(...flash.erases)).toBeLessThanOrEqual(21);
  });

  it("writes nothing at a start after a start, however often", () => {
    const flash = makeFlash();
    const ring = mount(flash);
    for (let i = 0; i < 30; i++) ring.append(payloadOf(i));
    mount(flash);
    const { programs } = flash;
    const erases = erasesOf(flash);
    for (let i = 0; i < 300; i++) expectKept(mount(flash), 30, 14);
    expect([flash.programs, erasesOf(flash)]).toEqual([programs, erases]);
  });

  it("mounts within a header a sector and two sectors of slots", () => {
    const flash = makeFlash(40);
    let ring = mount(flash);
    for (let i = 0; i < 500; i++) {
      ring.append(payloadOf(i));
      if (i % 3 === 0) ring.prepare();
      const reads = flash.reads;
      if (i % 20 === 19) ring = mount(flash);
      expect(flash.reads - reads).toBeLessThanOrEqual(40 + 2 * SLOTS + 16);
    }
  });
});

describe("the format of docs/storage-format.md", () => {
  const flash = makeFlash();
  const ring = mount(flash);
  for (let i = 0; i < 10 + SECTORS * (SLOTS - 1); i++) ring.append(payloadOf(i));
  const sector = new Uint8Array(SECTOR_BYTES);
  flash.read(SECTOR_BYTES, sector, SECTOR_BYTES);
  const view = new DataView(sector.buffer);

  it("has a header of 28 bytes", () => {
    expect(new TextDecoder().decode(sector.subarray(0, 3))).toBe("WMR");
    expect(sector[3]).toBe(2);
    expect([view.getUint16(4), view.getUint16(6), view.getUint16(8)]).toEqual([STORE, RECORD_BYTES, SECTORS]);
    // The sector is in its second round.
    expect([view.getUint32(16), view.getUint32(20)]).toEqual([SECTORS + 1, 2]);
    expect(view.getUint32(24)).toBe(crc32(sector.subarray(0, 24)));
    expect(sector.subarray(28, 32)).toEqual(new Uint8Array(4).fill(0xff));
  });

  it("has records in AES-CCM with a tag of 8 bytes and a nonce of 13", () => {
    const slot = 2;
    const nonce = new Uint8Array(13);
    nonce[0] = STORE;
    nonce.set(sector.subarray(10, 16), 1);
    nonce.set(sector.subarray(16, 20), 7);
    nonce[12] = slot;
    const record = sector.subarray(slot * RECORD_BYTES, (slot + 1) * RECORD_BYTES);
    const decipher = createDecipheriv("aes-128-ccm", KEY, nonce, { authTagLength: 8 });
    decipher.setAuthTag(record.subarray(PAYLOAD_BYTES));
    const payload = new Uint8Array(decipher.update(record.subarray(0, PAYLOAD_BYTES)));
    decipher.final();
    expect(payload).toEqual(payloadOf((SECTORS + 1) * (SLOTS - 1) + slot - 1));
  });
});
