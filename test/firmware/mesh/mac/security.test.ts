import { describe, expect, it } from "vitest";
import { Writer } from "firmware/codec/cursor";
import { Cause, writeDataHeader, writeFcs } from "firmware/mesh/mac/frame";
import { COUNTER_BLOCK, LinkSecurity, Reserved } from "firmware/mesh/mac/security";
import { NodeCipher } from "../../../../host-sim/cipher";
import { KEY, macStreet, PAN, RamCounterStore, send } from "../../../support/mac-street";
import { joinedStreet, Recorder } from "../../../support/secured-street";

const OTHER_KEY = KEY.map((byte) => byte ^ 0xff);

describe("frame counters", () => {
  it("never come twice, however often a node restarts", () => {
    const store = new RamCounterStore();
    const seen = new Set<number>();
    for (let boot = 0; boot < 5; boot++) {
      const counters = new Reserved(store);
      for (let i = 0; i < 5000; i++) seen.add(counters.next());
    }
    expect(seen.size).toBe(25_000);
    expect(store.next % COUNTER_BLOCK).toBe(0);
  });

  it("end with their 32 bits, and where the flash takes none: then nothing is sent", () => {
    for (const store of [new RamCounterStore(2 ** 32), { reserve: () => -1 }]) {
      const security = new LinkSecurity(new NodeCipher(), store);
      expect(security.nextCounter()).toBe(-1);
      const { macs, medium, world } = macStreet(1, 1, {}, undefined, { security: true, store });
      send(macs[0], undefined, [1]);
      world.runUntil(5e6);
      expect(medium.radios[0].airtime.frames).toBe(0);
      expect(macs[0].counters.noCounter).toBeGreaterThan(0);
      expect(macs[0].queued(undefined)).toBe(0);
    }
  });
});

for (const hopping of [false, true]) {
  describe(`secured frames ${hopping ? "over all channels" : "on one channel"}`, () => {
    it("are taken once: a replay is neither handed up nor acknowledged", () => {
      const { world, macs, medium } = joinedStreet(3, { hopping });
      const air = new Recorder(medium);
      const { received } = air.watch(macs);
      send(macs[1], macs[0].eui64, [42]);
      world.runUntil(world.now_us + 3e6);
      expect(received[0]).toEqual([42]);
      const { acksSent } = macs[0].counters;
      for (let k = 0; k < 3; k++) air.replay(0, air.data[0]);
      expect(received[0]).toEqual([42]);
      expect(macs[0].counters.acksSent).toBe(acksSent);
      expect(macs[0].counters.dropped[Cause.replay]).toBe(3);
    });

    it("are refused where they come late, after their sender's neighbour forgot it", () => {
      const { world, macs, medium } = joinedStreet(5, { hopping, neighbours: 2 });
      const air = new Recorder(medium);
      const { received } = air.watch(macs);
      // The coordinator has room for two: each of these makes it forget another one.
      const at_us = world.now_us;
      for (let n = 1; n < 5; n++) world.at(at_us + n * 15e6, () => send(macs[n], undefined, [n]));
      world.runUntil(at_us + 80e6);
      expect(received[0]).toEqual([1, 2, 3, 4]);
      const dropped = macs[0].counters.dropped.slice();
      for (const frame of air.data) air.replay(0, frame);
      expect(received[0]).toEqual([1, 2, 3, 4]);
      expect(macs[0].counters.dropped[Cause.stale]).toBeGreaterThan(dropped[Cause.stale]);
      expect(
        macs[0].counters.dropped[Cause.stale] +
          macs[0].counters.dropped[Cause.replay] -
          dropped[Cause.stale] -
          dropped[Cause.replay],
      ).toBe(air.data.length);
    });

    it("do not push out a neighbour heard so lately that its frames would still pass as fresh", () => {
      const { world, macs, medium } = joinedStreet(4, { hopping, neighbours: 1 });
      const { received } = new Recorder(medium).watch(macs);
      const at_us = world.now_us + 20e6;
      for (let n = 1; n < 4; n++) world.at(at_us + n * 1.5e6, () => send(macs[n], undefined, [n]));
      world.runUntil(at_us + 9e6);
      expect(received[0]).toEqual([1]);
      expect(macs[0].counters.dropped[Cause.crowded]).toBeGreaterThanOrEqual(2);
    });

    it("from before a restart are not taken after it", () => {
      const { world, macs, medium, restart } = joinedStreet(3, { hopping });
      const air = new Recorder(medium);
      air.watch(macs);
      for (let n = 0; n < 3; n++) send(macs[n], undefined, [n]);
      world.runUntil(world.now_us + 3e6);
      const old = air.data.slice();
      expect(old.length).toBe(3);
      const mac = restart(1);
      const got: number[] = [];
      mac.onFrame = (_source, bytes, offset) => got.push(bytes[offset]);
      // Knows neither anybody nor the time: nothing can prove itself.
      for (const frame of old) air.replay(1, frame);
      expect(got).toEqual([]);
      expect(mac.synced).toBe(false);
      send(mac, undefined, [9]);
      world.runUntil(world.now_us + 15e6);
      expect(mac.synced).toBe(true);
      for (const frame of old) air.replay(1, frame);
      expect(got).toEqual([]);
      // And the neighbours take what it says now, as its counter has gone on.
      expect(air.received[0]).toContain(9);
      expect(air.received[2]).toContain(9);
    });

    it("of an answer to somebody else's question do not set the time", () => {
      const { world, macs, medium, restart } = joinedStreet(3, { hopping });
      const air = new Recorder(medium);
      restart(2);
      world.runUntil(world.now_us + 1e6);
      const asker = restart(1);
      send(asker, undefined, [1]);
      world.runUntil(world.now_us + 15e6);
      expect(asker.synced).toBe(true);
      expect(air.advertisements.length).toBeGreaterThan(0);
      const again = restart(1);
      for (const frame of air.advertisements) air.replay(1, frame);
      expect(again.synced).toBe(false);
      expect(macs.length).toBe(3);
    });

    it("are not let in again by an answer that was asked for once, after its sender was forgotten", () => {
      const { world, macs, medium, restart } = joinedStreet(5, { hopping, neighbours: 2 });
      const air = new Recorder(medium);
      const asker = restart(1);
      const got: number[] = [];
      asker.onFrame = (_source, bytes, offset) => got.push(bytes[offset]);
      send(asker, undefined, [1]);
      const others = [0, 2, 3, 4];
      others.forEach((n, k) => world.at(world.now_us + (k + 1) * 15e6, () => send(macs[n], undefined, [n])));
      world.runUntil(world.now_us + 80e6);
      expect(air.advertisements.length).toBeGreaterThan(0);
      expect(got).toEqual(others);
      for (const frame of [...air.advertisements, ...air.data]) air.replay(1, frame);
      expect(got).toEqual(others);
    });

    it("follow from one key to the next, and those of a key given up are refused", () => {
      const { world, macs, medium, securities } = joinedStreet(2, { hopping });
      const { received } = new Recorder(medium).watch(macs);
      const say = (byte: number) => {
        send(macs[1], macs[0].eui64, [byte]);
        world.runUntil(world.now_us + 4e6);
      };
      for (const security of securities) security.install(2, OTHER_KEY);
      say(1);
      securities[1].use(2);
      say(2);
      securities[0].use(2);
      say(3);
      securities[0].install(3, KEY);
      securities[1].use(1);
      say(4);
      expect(received[0]).toEqual([1, 2, 3]);
      expect(macs[0].counters.dropped[Cause.key]).toBe(6);
    });

    it("are the only ones that a secured node takes", () => {
      const { macs, medium } = joinedStreet(2, { hopping });
      const air = new Recorder(medium);
      air.watch(macs);
      const writer = new Writer(new Uint8Array(40));
      writeDataHeader(writer, 1, PAN, macs[0].eui64, macs[1].eui64);
      writer.u8(1);
      writeFcs(writer);
      air.replay(0, writer.bytes.slice(0, writer.at));
      expect(macs[0].counters.dropped[Cause.security]).toBe(1);
      expect(air.received[0]).toEqual([]);
    });
  });
}
