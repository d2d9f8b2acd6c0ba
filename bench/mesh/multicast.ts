import { existsSync } from "node:fs";
import { COAP_PORT, CoapEndpoint } from "firmware/coap/endpoint";
import { Code } from "firmware/coap/resource";
import { Peer } from "firmware/ip/socket";
import { Kernel } from "firmware/kernel/kernel";
import { MPL_PARAMETERS, type MplParameters } from "firmware/mesh/multicast/forwarder";
import { TrueClock } from "../../host-sim/clock";
import { SeededEntropy } from "../../host-sim/node";
import { Random } from "../../host-sim/random";
import { quantile } from "../../host-sim/quantile";
import { EPOCH_MS, type Street } from "../../host-sim/street";
import { printTable } from "../output";
import { framesOf, townStreet } from "../town/street";
import { edgesStreet, TOPOLOGIES } from "./edges";

const TOWN_METERS = 300;
/** All have joined by then, and announce rarely. */
const SETTLED_S = 3600;
/** From one message to the next, by when the first is gone. */
const PERIOD_US = 120e6;
const MESSAGES = 5;
const STEP_US = 50e3;
/** One request to each meter in turn. */
const UNICAST_SPACING_US = 500e3;

/** RFC 7731's other mode, and what others do: each node tells each message once, whatever it hears. */
const FLOODING: MplParameters = {
  interval_ms: MPL_PARAMETERS.interval_ms,
  redundancy: Infinity,
  intervals: 1,
};

interface Sent {
  /** Of those with a path to the collector, how many a message reached; and after how long each, in seconds. */
  of: number;
  reach: number;
  times_s: number[];
  frames: number;
}

interface Figure {
  name: string;
  way: string;
  messages: number;
  of: number;
  reach: number;
  worst: number;
  half_s: number;
  most_s: number;
  all_s: number;
  frames: number;
}

/** Messages to all meters: by MPL, by flooding, and to one meter after the other. Prints a table, and answers its figures. */
export function multicast(seeds: readonly number[], townMeters = TOWN_METERS): Figure[] {
  const figures: Figure[] = [];
  for (const [name, topology] of cases(townMeters)) {
    if (topology !== undefined && !existsSync(topology)) {
      console.log(`skipped: ${name}: ${topology} is not here`);
      continue;
    }
    const sent = { MPL: [] as Sent[], flooding: [] as Sent[], unicast: [] as Sent[] };
    for (const seed of seeds) {
      const street = topology === undefined ? townStreet(townMeters, seed) : edgesStreet(topology, seed);
      street.run(SETTLED_S);
      sent.MPL.push(...send(street, MPL_PARAMETERS));
      sent.flooding.push(...send(street, FLOODING));
      sent.unicast.push(each(street));
    }
    for (const [way, of] of Object.entries(sent)) figures.push(pool(name, way, of));
  }
  print(figures);
  return figures;
}

/** Edge lists; a town where there is none. */
function cases(townMeters: number): [string, string | undefined][] {
  return [
    ["100, s7", `${TOPOLOGIES}/edges-100-s7.csv`],
    ["100, s11", `${TOPOLOGIES}/edges-100-s11.csv`],
    [`town of ${townMeters}`, undefined],
  ];
}

function registered(street: Street) {
  return street.meters.filter((meter) => street.hops(meter) > 0);
}

function send(street: Street, parameters: MplParameters): Sent[] {
  const { world } = street;
  const forwarders = [street.collector, ...street.meters.map(({ meter }) => meter)].map(({ mpl }) => mpl);
  for (const mpl of forwarders) mpl.parameters = parameters;
  return Array.from({ length: MESSAGES }, () => {
    const start_us = world.now_us;
    const meters = registered(street);
    const before = meters.map(({ meter }) => meter.mpl.counters.taken);
    const framesBefore = forwarders.reduce((sum, { counters }) => sum + counters.sent, 0);
    const times_s: number[] = [];
    const got = meters.map(() => false);
    street.headEnd.everyone.resetDemand(Math.floor((EPOCH_MS + start_us / 1000) / 1000) + 600);
    while (world.now_us < start_us + PERIOD_US) {
      world.runUntil(world.now_us + STEP_US);
      meters.forEach(({ meter }, n) => {
        if (got[n] || meter.mpl.counters.taken === before[n]) return;
        got[n] = true;
        times_s.push((world.now_us - start_us) / 1e6);
      });
    }
    const frames = forwarders.reduce((sum, { counters }) => sum + counters.sent, 0) - framesBefore;
    return { of: meters.length, reach: times_s.length, times_s, frames };
  });
}

/** A request to each meter; what else is on the air meanwhile is measured before, and taken off. */
function each(street: Street): Sent {
  const { world, headEnd } = street;
  const coap = new CoapEndpoint({
    socket: headEnd.openPort(),
    kernel: new Kernel(new TrueClock(world)),
    entropy: new SeededEntropy(new Random(1, "unicast")),
    exchanges: street.meters.length,
    ackTimeout_ms: 4_000,
    maxRetransmit: 2,
  });
  const meters = registered(street);
  const length_us = meters.length * UNICAST_SPACING_US + 30e6;
  const idle = framesOf(street);
  world.runUntil(world.now_us + length_us);
  const before = framesOf(street);
  const start_us = world.now_us;
  const times_s: number[] = [];
  for (const { meter } of meters) {
    const peer = new Peer();
    peer.address.set(meter.stack.address);
    peer.port = COAP_PORT;
    coap.request({ peer, code: Code.put, path: "reset" }, ({ failure }) => {
      if (failure === 0) times_s.push((world.now_us - start_us) / 1e6);
    });
    world.runUntil(world.now_us + UNICAST_SPACING_US);
  }
  world.runUntil(start_us + length_us);
  const frames = framesOf(street) - before - (before - idle);
  return { of: meters.length, reach: times_s.length, times_s, frames };
}

function pool(name: string, way: string, sent: Sent[]): Figure {
  const sum = (of: (each: Sent) => number): number => sent.reduce((total, each) => total + of(each), 0);
  const after = (share: number): number => {
    const times_s = sent.map(({ times_s, of }) => times_s[Math.ceil(of * share) - 1] ?? Infinity);
    return quantile(
      times_s.sort((a, b) => a - b),
      0.5,
    );
  };
  return {
    name,
    way,
    messages: sent.length,
    of: sum(({ of }) => of),
    reach: sum(({ reach }) => reach) / sum(({ of }) => of),
    worst: Math.min(...sent.map(({ reach, of }) => reach / of)),
    half_s: after(0.5),
    most_s: after(0.95),
    all_s: after(1),
    frames: sum(({ frames }) => frames) / sent.length,
  };
}

function print(figures: Figure[]): void {
  printTable(
    ["", "", "messages", "nodes", "reach", "worst", "50 % s", "95 % s", "all s", "frames a message"],
    figures.map(({ name, way, messages, of, reach, worst, half_s, most_s, all_s, frames }) => [
      ...[name, way, messages, of, reach.toFixed(5), worst.toFixed(4)],
      ...[half_s, most_s, all_s].map((time_s) => time_s.toFixed(1)),
      frames.toFixed(0),
    ]),
  );
}
