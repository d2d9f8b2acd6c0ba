import { beforeEach, describe, expect, it } from "vitest";
import { isMulticast, writeAddress, writeLinkLocal } from "firmware/ip/address";
import { Peer } from "firmware/ip/socket";
import { RoutingHeader } from "firmware/mesh/forwarding/routing-header";
import { Dao, DaoAck, Dio, INFINITE_RANK, RplCode } from "firmware/mesh/rpl/messages";
import { FIRST_SEQUENCE } from "firmware/mesh/rpl/sequence";
import { meshStreet, parentOf, PREFIX } from "../../../support/mesh-street";
import { PAN } from "../../../support/mac-street";
import { rplPacket } from "../../../support/rpl-packet";

type Street = ReturnType<typeof meshStreet>;

const NEIGHBOUR = Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 9);
const neighbour = new Uint8Array(16);
writeLinkLocal(NEIGHBOUR, neighbour);

/** A DIO of a good neighbour, changed by `change`. */
function dio(change: Partial<Dio> = {}): Dio {
  const message = new Dio();
  message.dodagId.set(PREFIX);
  message.prefix.set(PREFIX);
  return Object.assign(message, {
    ...{ rank: 512, hasConfiguration: true, defaultLifetime: 120, lifetimeUnit_s: 60 },
    ...{ minHopRankIncrease: 128, objective: 1, intervalMin: 11, intervalDoublings: 9, redundancy: 10 },
    ...{ hasPrefix: true, autonomous: true, prefixBits: 64 },
    ...change,
  });
}

describe("a meter that hears a DIO", () => {
  let street: Street;
  let meter: Street["meters"][0];
  const hear = (message: Dio, from = neighbour) =>
    meter.stack.receive(rplPacket(from, meter.stack.linkLocal, RplCode.dio, message));
  beforeEach(() => {
    street = meshStreet(1, 1);
    [meter] = street.meters as [Street["meters"][0]];
  });

  it("takes its sender as parent", () => {
    hear(dio());
    expect(parentOf(meter)).toEqual(NEIGHBOUR);
    expect(meter.join.rank).toBe(512 + 128);
    const address = new Uint8Array(16);
    writeAddress(PREFIX, meter.eui64, address);
    expect(meter.stack.address).toEqual(address);
  });

  const unfit: [string, Partial<Dio>][] = [
    ["is of another mode of operation", { mode: 2 }],
    ["lacks the configuration", { hasConfiguration: false }],
    ["has routes that last no time", { defaultLifetime: 0 }],
    ["counts lifetimes in units of nothing", { lifetimeUnit_s: 0 }],
    ["has an infinite rank", { rank: INFINITE_RANK }],
    ["has another objective function", { objective: 0 }],
    ["counts ranks otherwise", { minHopRankIncrease: 256 }],
    ["beacons more often than the air bears", { intervalMin: 6 }],
    ["beacons less often than 32 bits of milliseconds", { intervalDoublings: 21 }],
    ["lacks a prefix", { hasPrefix: false }],
    ["has a prefix that is not for addresses", { autonomous: false }],
    ["has a prefix of another length", { prefixBits: 48 }],
  ];
  for (const [name, change] of unfit) {
    it(`does not when it ${name}`, () => {
      hear(dio(change));
      expect(meter.join.rank).toBe(INFINITE_RANK);
      expect(parentOf(meter)).toBeUndefined();
    });
  }

  it("does not from farther away than a link", () => {
    hear(dio(), meter.stack.address);
    const global = new Uint8Array(16);
    writeAddress(PREFIX, NEIGHBOUR, global);
    hear(dio(), global);
    expect(meter.join.rank).toBe(INFINITE_RANK);
    expect(meter.join.ignored).toBeGreaterThan(0);
  });

  it("changes to another parent only for a path that is 1.5 transmissions shorter (RFC 6719, section 3.2.2)", () => {
    const other = new Uint8Array(16);
    writeLinkLocal(NEIGHBOUR.with(7, 10), other);
    const measured = () => meter.join.onSent(NEIGHBOUR.with(7, 10), 1, true);
    hear(dio());
    hear(dio({ rank: 512 - 191 }), other);
    measured();
    expect(parentOf(meter)).toEqual(NEIGHBOUR);
    hear(dio({ rank: 512 - 192 }), other);
    expect(parentOf(meter)).toEqual(NEIGHBOUR.with(7, 10));
    expect(meter.join.rank).toBe(512 - 192 + 128);
  });

  it("believes no link that it has not measured, where it has one that works", () => {
    const other = new Uint8Array(16);
    writeLinkLocal(NEIGHBOUR.with(7, 10), other);
    hear(dio());
    hear(dio({ rank: 128 }), other);
    expect(parentOf(meter)).toEqual(NEIGHBOUR);
    meter.join.onSent(NEIGHBOUR.with(7, 10), 1, true);
    expect(parentOf(meter)).toEqual(NEIGHBOUR.with(7, 10));
  });

  it("leaves a parent that announces an infinite rank, and believes it again a while later", () => {
    hear(dio());
    hear(dio({ rank: INFINITE_RANK }));
    expect(meter.join.rank).toBe(INFINITE_RANK);
    hear(dio());
    expect(parentOf(meter)).toBeUndefined();
    street.world.runUntil(5e6);
    hear(dio());
    expect(parentOf(meter)).toEqual(NEIGHBOUR);
  });

  it("takes an alternate at once where the parent is lost", () => {
    const other = new Uint8Array(16);
    writeLinkLocal(NEIGHBOUR.with(7, 10), other);
    hear(dio());
    hear(dio(), other);
    hear(dio({ rank: INFINITE_RANK }));
    expect(parentOf(meter)).toEqual(NEIGHBOUR.with(7, 10));
  });

  it("believes no acknowledgement but that of its last registration", () => {
    const acknowledge = (change: Partial<DaoAck>) => {
      const ack = Object.assign(new DaoAck(), change);
      meter.stack.receive(rplPacket(neighbour, meter.stack.address, RplCode.daoAck, ack));
    };
    const sent: Dao[] = [];
    street.collector.stack.onRpl = (packet) => {
      expect(packet.payload[1]).toBe(RplCode.dao);
      sent.push(Object.assign(new Dao(), { sequence: packet.payload[7] }));
    };
    // The collector stands in for the parent, so that the registration reaches it.
    const collector = new Uint8Array(16);
    writeLinkLocal(street.collector.eui64, collector);
    const message = dio({ rank: 256 });
    message.dodagId.set(street.collector.stack.address);
    hear(message, collector);
    street.world.runUntil(4.1e6);
    expect(sent.length).toBe(1);
    const { sequence } = sent[0];
    acknowledge({ sequence: sequence - 1 });
    acknowledge({ sequence, instance: 7 });
    acknowledge({ sequence, status: 128 });
    expect(meter.join.joined).toBe(false);
    acknowledge({ sequence, status: 1 });
    expect(meter.join.joined).toBe(true);
  });

  it("registers 12 times, ever more rarely, and then looks for another parent", () => {
    const sent_s: number[] = [];
    const codes: number[] = [];
    const numbers: number[] = [];
    street.collector.stack.onRpl = (packet) => {
      codes.push(packet.payload[1]);
      numbers.push(packet.payload[7]);
      sent_s.push(street.world.now_us / 1e6);
    };
    const collector = new Uint8Array(16);
    writeLinkLocal(street.collector.eui64, collector);
    const message = dio();
    message.dodagId.set(street.collector.stack.address);
    hear(message, collector);
    street.world.runUntil(1200e6);
    const { dao, dis } = RplCode;
    expect(codes.slice(0, 13)).toEqual([...Array<number>(12).fill(dao), dis]);
    // So that an answer counts, whichever of them it is to.
    expect(new Set(numbers.slice(0, 12)).size).toBe(1);
    const waits_s = sent_s.slice(1, 12).map((at_s, k) => at_s - sent_s[k]);
    waits_s.forEach((wait_s, k) => {
      const least_s = Math.min(15 * 2 ** k, 60);
      expect(wait_s).toBeGreaterThan(least_s - 0.1);
      expect(wait_s).toBeLessThan(1.5 * least_s + 0.1);
    });
    expect(meter.join.rank).toBe(INFINITE_RANK);
  });

  it.each([
    ["goes back to a root that has not answered", [], 512 + 128],
    ["does not, where there is another PAN", [{ id: PAN + 1 }], INFINITE_RANK],
  ])("%s", (_name, others, rank) => {
    street = meshStreet(1, 1, { pans: [{ id: PAN }, ...others] });
    [meter] = street.meters as [Street["meters"][0]];
    // The collector stands in for the parent: it acknowledges what it is sent.
    street.collector.stack.onRpl = () => {};
    const collector = new Uint8Array(16);
    writeLinkLocal(street.collector.eui64, collector);
    hear(dio(), collector);
    while (meter.join.rank !== INFINITE_RANK) street.world.runUntil(street.world.now_us + 1e6);
    street.world.runUntil(street.world.now_us + 5e6);
    hear(dio(), collector);
    expect(meter.join.rank).toBe(rank);
    hear(dio({ dodagId: neighbour }));
    expect(meter.join.rank).toBe(512 + 128);
  });

  it("asks in its next PAN where it has asked three times, and then in the one after that each time", () => {
    street = meshStreet(1, 1, { pans: [{ id: PAN }, { id: PAN + 1 }, { id: PAN + 2 }] });
    const asked: number[] = [];
    street.collector.radio.powerOff();
    street.medium.onFrame = (_at_us, _from, _channel, bytes) => asked.push(bytes[3] + 256 * bytes[4] - PAN);
    street.meters[0].join.start();
    street.world.runUntil(1800e6);
    expect(asked.slice(0, 8)).toEqual([0, 0, 0, 1, 2, 0, 1, 2]);
  });

  it("denies a child that has not heard that it gave up its place, in a frame that is acknowledged", () => {
    const ranks: number[] = [];
    street.collector.stack.onRpl = ({ payload, destination }) => {
      if (payload[1] === RplCode.dio && !isMulticast(destination)) ranks.push((payload[6] << 8) | payload[7]);
    };
    hear(dio());
    meter.join.onRankError(street.collector.eui64);
    street.world.runUntil(1e6);
    expect(ranks).toEqual([INFINITE_RANK]);
    expect(meter.join.rank).toBe(512 + 128);
  });

  it("takes its parent for none where a packet of its own comes back up", () => {
    street = meshStreet(2, 1);
    const [upper, lower] = street.meters as [Street["meters"][0], Street["meters"][0]];
    // Old ranks, by which each goes up through the other.
    upper.stack.receive(
      rplPacket(lower.stack.linkLocal, upper.stack.linkLocal, RplCode.dio, dio({ rank: 300 })),
    );
    lower.stack.receive(
      rplPacket(upper.stack.linkLocal, lower.stack.linkLocal, RplCode.dio, dio({ rank: 512 })),
    );
    expect([parentOf(upper), parentOf(lower)]).toEqual([lower.eui64, upper.eui64]);
    const peer = new Peer();
    peer.address.set(lower.join.root);
    peer.port = 9;
    lower.stack.bind(9).send(peer, new Uint8Array(4), 4);
    street.world.runUntil(1e6);
    expect(parentOf(lower)).toBeUndefined();
    expect(lower.join.loops).toBeGreaterThan(0);
  });

  it("registers anew where its parent's DTSN changes (RFC 6550, section 9.6), not where another parent has another", () => {
    const dtsns: number[] = [];
    let daos = 0;
    const { collector, world } = street;
    const receive = collector.stack.onRpl;
    collector.stack.onRpl = (packet) => {
      if (packet.payload[1] === RplCode.dio) dtsns.push(packet.payload[9]);
      if (packet.payload[1] === RplCode.dao) daos++;
      receive(packet);
    };
    street.start();
    world.runUntil(30e6);
    expect(meter.join.joined).toBe(true);
    const of = { version: FIRST_SEQUENCE, rank: 200, dodagId: collector.stack.address.slice() };
    const told = (dtsn: number) => Object.assign(dio({ dtsn }), of);
    hear(told(7));
    meter.join.onSent(NEIGHBOUR, 1, true);
    meter.join.onSent(collector.eui64, 6, false);
    meter.join.onSent(collector.eui64, 6, false);
    expect(parentOf(meter)).toEqual(NEIGHBOUR);
    const before = daos;
    hear(told(7));
    world.runUntil(40e6);
    expect(daos).toBe(before);
    expect(new Set(dtsns).size).toBe(1);
    hear(told(8));
    world.runUntil(60e6);
    expect(daos).toBeGreaterThan(before);
    expect(dtsns.at(-1)).toBe(dtsns[0] + 1);
  });
});

describe("a root that hears a DAO", () => {
  const address = new Uint8Array(16);
  writeAddress(PREFIX, NEIGHBOUR, address);
  let root: Street["collector"]["root"];
  let hear: (change?: Partial<Dao>, target?: Uint8Array, parent?: Uint8Array) => void;
  let street: Street;
  const registered: number[][] = [];
  beforeEach(() => {
    street = meshStreet(1, 1);
    root = street.collector.root;
    registered.length = 0;
    root.onRegistered = (target) => registered.push([...target]);
    root.start();
    hear = (change = {}, target = address, parent = root.root) => {
      const dao = Object.assign(new Dao(), { pathLifetime: 2, ...change });
      dao.target.set(target);
      dao.parent.set(parent);
      street.collector.stack.receive(rplPacket(address, street.collector.stack.address, RplCode.dao, dao));
    };
  });

  it("knows the node for as many minutes as it says", () => {
    hear();
    hear();
    expect(root.has(address)).toBe(true);
    expect(registered).toEqual([[...address]]);
    street.world.runUntil(119e6);
    expect(root.has(address)).toBe(true);
    street.world.runUntil(181e6);
    expect(root.has(address)).toBe(false);
    hear();
    expect(registered.length).toBe(2);
  });

  it("takes one that comes late for old, and one that comes much later for that of a node that has restarted", () => {
    const routers = (): number => {
      const header = new RoutingHeader();
      expect(root.sourceRoute(address, header)).toBe(true);
      return header.hops;
    };
    street = meshStreet(1, 1, { capacity: 3 });
    root = street.collector.root;
    root.start();
    const relay = Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 8);
    const relayed = new Uint8Array(16);
    writeAddress(PREFIX, relay, relayed);
    hear({ pathLifetime: 100 }, relayed);
    hear({ pathLifetime: 100, pathSequence: FIRST_SEQUENCE + 3 }, address, relayed);
    expect(routers()).toBe(1);
    street.world.runUntil(50e6);
    hear({ pathLifetime: 100, pathSequence: FIRST_SEQUENCE + 1 });
    expect(routers()).toBe(1);
    street.world.runUntil(70e6);
    hear({ pathLifetime: 100, pathSequence: FIRST_SEQUENCE + 1 });
    expect(routers()).toBe(0);
  });

  it("knows it for good where the lifetime is infinite", () => {
    hear({ pathLifetime: 255 });
    street.world.runUntil(300 * 60e6);
    expect(root.has(address)).toBe(true);
  });

  it("forgets it when it withdraws", () => {
    hear();
    hear({ pathLifetime: 0 });
    expect(root.count).toBe(0);
  });

  it("does not take nodes of another prefix or instance", () => {
    hear({}, address.with(7, 1));
    hear({ instance: 1 });
    expect(root.count).toBe(0);
    expect(registered).toEqual([]);
  });
});
