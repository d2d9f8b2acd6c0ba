import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Writer } from "firmware/codec/cursor";
import { writeAddress } from "firmware/ip/address";
import { Root } from "firmware/mesh/rpl/root";
import { RplCode } from "firmware/mesh/rpl/messages";
import {
  countMessages,
  countQuestions,
  joinedStreet,
  meshStreet,
  parentOf,
  PREFIX,
} from "../../../support/mesh-street";
import { rplPacket } from "../../../support/rpl-packet";

type Street = ReturnType<typeof meshStreet>;
const HOUR_us = 3600e6;
const ALL_RPL_NODES = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1a);

const joined = (street: Street) => street.meters.filter((meter) => meter.join.joined).length;

describe("a street that boots at once", () => {
  for (const frameLoss of [0, 0.1, 0.3]) {
    it(`joins whole at ${frameLoss * 100} % loss`, () => {
      for (let seed = 1; seed <= 10; seed++) {
        const street = meshStreet(24, seed, { frameLoss });
        const { world, medium, collector, meters } = street;
        const registered: string[] = [];
        collector.root.onRegistered = (address) => registered.push(address.join());
        const joined_s: number[] = [];
        for (const meter of meters) meter.join.onJoined = () => joined_s.push(world.now_us / 1e6);
        street.start();
        world.runUntil(120e6);
        expect(joined(street)).toBe(24);
        expect(joined_s.length).toBe(24);
        expect(collector.root.count).toBe(24);
        expect(new Set(registered)).toEqual(new Set(meters.map((meter) => meter.stack.address.join())));
        expect(registered.length).toBe(24);
        for (const meter of meters) {
          const address = new Uint8Array(16);
          writeAddress(PREFIX, meter.eui64, address);
          expect(meter.stack.address).toEqual(address);
          expect(collector.root.has(address)).toBe(true);
          expect(parentOf(meter)).toBeDefined();
          expect(meter.join.rank).toBeGreaterThanOrEqual(256);
        }
        const sum = (key: "frames" | "bytes") =>
          medium.radios.reduce((n, { airtime }) => n + airtime[key], 0);
        if (seed > 1) continue;
        const [p50_s, last_s] = [joined_s[11].toFixed(1), joined_s[23].toFixed(1)];
        console.log(
          `${frameLoss * 100} %: P50 ${p50_s} s, last ${last_s} s, ${sum("frames")} frames, ${sum("bytes")} B`,
        );
      }
    });
  }

  it("does the same again with the same seed, and something else with another", () => {
    const hash = (seed: number) => {
      const street = meshStreet(10, seed, { frameLoss: 0.1 });
      const sha = createHash("sha256");
      street.medium.onFrame = (at_us, _from, _channel, bytes, length) =>
        sha.update(`${at_us} ${bytes.slice(0, length).join()}`);
      street.start();
      street.world.runUntil(60e6);
      return sha.digest("hex");
    };
    expect(hash(1)).toBe(hash(1));
    expect(hash(1)).not.toBe(hash(2));
  });
});

describe("a meter that boots", () => {
  it("alone in a running street is registered within seven seconds", () => {
    let last_s = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const { world, collector, meters } = meshStreet(12, seed);
      const [meter, ...others] = meters as [Street["meters"][0], ...Street["meters"]];
      const receive = meter.radio.onReceive;
      meter.radio.onReceive = () => {};
      collector.root.start();
      for (const { join } of others) join.start();
      world.runUntil(HOUR_us);
      expect(collector.root.count).toBe(11);
      meter.radio.onReceive = receive;
      meter.join.onJoined = () => (last_s = Math.max(last_s, (world.now_us - HOUR_us) / 1e6));
      meter.join.start();
      world.runUntil(HOUR_us + 10e6);
      expect(meter.join.joined).toBe(true);
    }
    console.log(`alone in a running street: registered after ${last_s.toFixed(2)} s at most`);
    expect(last_s).toBeLessThan(7);
  });

  it("waits for the answer where another has asked, and leaves it the first turn to register", () => {
    const street = meshStreet(50, 1);
    const messages = countMessages(street.collector);
    street.start();
    street.world.runUntil(1e6);
    expect(messages[RplCode.dis]).toBeGreaterThan(0);
    expect(messages[RplCode.dis]).toBeLessThan(5);
    street.world.runUntil(3e6);
    expect(joined(street)).toBeLessThan(25);
    street.world.runUntil(30e6);
    expect(joined(street)).toBe(50);
  });
});

describe("a street that has joined", () => {
  it("stays so for a day, each meter registering again before four hours are over", () => {
    const street = joinedStreet(8, { frameLoss: 0.1 });
    const messages = countMessages(street.collector);
    for (let hour = 1; hour <= 24; hour++) {
      street.world.runUntil(hour * HOUR_us);
      expect(joined(street)).toBe(8);
      expect(street.collector.root.count).toBe(8);
    }
    // Every two hours to three.
    expect(messages[RplCode.dao]).toBeGreaterThan((8 * 23) / 3 - 8);
    expect(messages[RplCode.dao]).toBeLessThan(8 * 15);
    expect(messages[RplCode.dis]).toBe(0);
  });

  it("hears a DIO every two hours and twenty minutes (RFC 6550, section 17)", () => {
    const street = joinedStreet(1);
    street.world.runUntil(5 * HOUR_us);
    const messages = countMessages(street.meters[0]);
    street.world.runUntil(75 * HOUR_us);
    expect(messages[RplCode.dio]).toBeGreaterThanOrEqual(29);
    expect(messages[RplCode.dio]).toBeLessThanOrEqual(31);
  });

  it("is forgotten by the root when it falls silent", () => {
    const street = joinedStreet(3);
    street.medium.radios[2].onReceive = () => {};
    street.medium.radios[2].transmit = () => false;
    street.world.runUntil(3.9 * HOUR_us);
    expect(street.collector.root.count).toBe(3);
    street.world.runUntil(7.1 * HOUR_us);
    expect(street.collector.root.count).toBe(2);
    expect(street.collector.root.has(street.meters[1].stack.address)).toBe(false);
  });

  it("starts over when its parent does not answer, and joins again when it does", () => {
    const street = joinedStreet(1);
    const [meter] = street.meters as [Street["meters"][0]];
    const radio = street.collector.radio;
    const receive = radio.onReceive;
    radio.onReceive = () => {};
    const send = () => meter.stack.ping(street.collector.stack.address, 8, () => {});
    send();
    street.world.runUntil(120.3e6);
    expect(meter.join.joined).toBe(true);
    street.world.runUntil(125e6);
    expect(meter.join.joined).toBe(false);
    radio.onReceive = receive;
    street.world.runUntil(200e6);
    expect(meter.join.joined).toBe(true);
  });

  it("learns within minutes of the first silence that its parent is gone, though it has nothing to send", () => {
    const street = joinedStreet(1);
    const [{ join, mac }] = street.meters;
    const { world } = street;
    // It registers again in its third hour.
    world.runUntil(HOUR_us);
    street.collector.radio.onReceive = () => {};
    while (mac.counters.failures === 0) world.runUntil(world.now_us + 1e6);
    expect(world.now_us).toBeLessThan(HOUR_us + 32 * 60e6);
    expect(join.joined).toBe(true);
    world.runUntil(world.now_us + 120e6);
    expect(join.joined).toBe(false);
  });

  it("does not ask a parent anew that has answered since", () => {
    const street = joinedStreet(1);
    const [meter] = street.meters;
    const { radio, stack } = street.collector;
    const ping = (seconds: number) => {
      meter.stack.ping(stack.address, 8, () => {});
      street.world.runUntil(street.world.now_us + seconds * 1e6);
    };
    street.world.runUntil(3 * HOUR_us);
    const count = countQuestions(street.collector);
    const receive = radio.onReceive;
    for (let n = 0; n < 5; n++) {
      radio.onReceive = () => {};
      ping(0.5);
      radio.onReceive = receive;
      expect(meter.mac.counters.failures).toBeGreaterThan(n);
      ping(90);
    }
    // It does so every 11 to 21 minutes.
    expect(count.asked).toBeLessThanOrEqual(1);
  });

  it("keeps a parent that fails now and then", () => {
    const street = joinedStreet(1);
    const [meter] = street.meters as [Street["meters"][0]];
    const radio = street.collector.radio;
    const receive = radio.onReceive;
    for (let k = 0; k < 9; k++) {
      radio.onReceive = () => {};
      meter.stack.ping(street.collector.stack.address, 8, () => {});
      street.world.runUntil((125 + 5 * k) * 1e6 - 4_600_000);
      radio.onReceive = receive;
      street.world.runUntil((125 + 5 * k) * 1e6);
    }
    expect(meter.mac.counters.failures).toBeGreaterThan(3);
    expect(meter.join.joined).toBe(true);
  });

  it("registers again with a root that has restarted", () => {
    const street = joinedStreet(6);
    const { collector, world } = street;
    const root = new Root({ ...collector, prefix: PREFIX, capacity: 6 });
    root.start();
    world.runUntil(150e6);
    expect(root.count).toBe(6);
    expect(joined(street)).toBe(6);
  });

  it("reaches and is reached at its address", () => {
    const street = joinedStreet(2);
    const answers: number[] = [];
    const [meter] = street.meters as [Street["meters"][0]];
    street.collector.stack.ping(meter.stack.address, 32, (delay_ms) => answers.push(delay_ms));
    street.world.runUntil(121e6);
    meter.stack.ping(street.collector.stack.address, 32, (delay_ms) => answers.push(delay_ms));
    street.world.runUntil(122e6);
    expect(answers.length).toBe(2);
    expect(Math.max(...answers)).toBeLessThan(100);
  });
});

describe("the root", () => {
  it("takes as many as it has room for, and none more", () => {
    const street = meshStreet(5, 1, { capacity: 3 });
    street.start();
    street.world.runUntil(600e6);
    expect(street.collector.root.count).toBe(3);
    expect(joined(street)).toBe(3);
  });

  /** Sends an RPL message from a meter to the root; answers the messages that the meter got in the next 100 ms. */
  const ask = (to: "all" | "root", code: number, body: number[]) => {
    const street = meshStreet(1, 1);
    const [meter] = street.meters as [Street["meters"][0]];
    const messages = countMessages(meter);
    const { linkLocal } = street.collector.stack;
    const destination = to === "root" ? linkLocal : ALL_RPL_NODES;
    const write = (writer: Writer) => writer.copy(Uint8Array.from(body), 0, body.length);
    const packet = rplPacket(meter.stack.linkLocal, destination, code, { write });
    meter.link.send(packet);
    street.world.runUntil(100e3);
    return { street, messages };
  };

  it("answers a DIS to itself at once, and one to all when Trickle says so", () => {
    expect(ask("root", RplCode.dis, [0, 0]).messages[RplCode.dio]).toBe(1);
    const { street, messages } = ask("all", RplCode.dis, [0, 0]);
    expect(messages[RplCode.dio]).toBe(0);
    street.world.runUntil(2.1e6);
    expect(messages[RplCode.dio]).toBe(1);
  });

  it("ignores and counts what it cannot read", () => {
    for (const [code, body] of [
      [RplCode.dao, [0, 0x80, 0, 1]],
      [RplCode.dao, [9]],
      [RplCode.daoAck, [0, 0, 1, 0]],
      [77, []],
    ] as const) {
      const { street, messages } = ask("root", code, [...body]);
      expect(street.collector.root.ignored).toBe(1);
      expect(street.collector.root.count).toBe(0);
      expect(messages).toEqual([0, 0, 0, 0]);
    }
  });
});
