import { RoutingHeader } from "firmware/mesh/forwarding/routing-header";
import { BIT_RATE } from "hal/channel-plan";
import { keyOf } from "../../head-end/address";
import type { SimulatedMeter } from "../../host-sim/meter";
import { meterIdentity } from "../../host-sim/node";
import { defaultOptions, type StreetOptions } from "../../host-sim/options";
import type { Air } from "../../host-sim/radio/air";
import { Draws } from "../../host-sim/radio/draws";
import { withoutPath } from "../../host-sim/radio/hops";
import { Town } from "../../host-sim/radio/town";
import { TownAir } from "../../host-sim/radio/town-air";
import { Random } from "../../host-sim/random";
import { Street } from "../../host-sim/street";

/** Meters a square kilometre: a suburb. */
export const DENSITY = 1100;
/** Of the meters that can be read, those of which it is told when they could. */
const SHARES = [0.5, 0.95, 1];
const STEP_US = 5e6;

/** A town by the model of docs/medium.md, with the simulator's defaults: hopping, link security and a device's times. */
export function townStreet(meters: number, seed: number, changes: Partial<StreetOptions> = {}): Street {
  return new Street({
    ...defaultOptions,
    meters,
    seed,
    density: DENSITY,
    days: 1,
    depth: "model",
    ...changes,
  });
}

/** The air of such a town, with one collector. */
export function townAir(meters: number, seed: number, density = DENSITY): TownAir {
  const draws = new Draws(new Random(seed, "air"));
  return new TownAir(new Town(meters, density, 1, draws), BIT_RATE, draws);
}

/** On the air so far, of all nodes. */
export function framesOf({ medium }: Street): number {
  return medium.radios.reduce((sum, { airtime }) => sum + airtime.frames, 0);
}

/** The meters with power that a chain of usable links between nodes with power joins to a collector. */
export function reachable({ collectors, meters, medium: { air } }: Street): SimulatedMeter[] {
  const nodes = [...collectors, ...meters];
  const living: Air = {
    audience: (from) => air.audience(from),
    rate: (from, to) => (nodes[from].powered && nodes[to].powered ? air.rate!(from, to) : 0),
    strength_dBm: (from, to, channel, at_us) => air.strength_dBm(from, to, channel, at_us),
    reception: (frame, to, strength_dBm, listening_us, least) =>
      air.reception(frame, to, strength_dBm, listening_us, least),
  };
  const cutOff = new Set(withoutPath(living, nodes.length, collectors.length));
  return meters.filter((meter, index) => meter.powered && !cutOff.has(collectors.length + index));
}

/**
 * Runs a street until all of `meters` can be read, or up to `until_us`. Answers the times at which half of them, 95 % and
 * all could, as far as they could.
 */
export function untilReadable(street: Street, meters: readonly SimulatedMeter[], until_us: number): number[] {
  const { world } = street;
  const dead = new Set(
    street.meters.filter(({ powered }) => !powered).map(({ number }) => keyOf(meterIdentity(number).eui64)),
  );
  const times_us: number[] = [];
  while (times_us.length < SHARES.length && world.now_us < until_us) {
    world.runUntil(world.now_us + STEP_US);
    const readable = meters.filter((meter) => isReadable(street, meter, dead));
    while (times_us.length < SHARES.length && readable.length >= SHARES[times_us.length] * meters.length)
      times_us.push(world.now_us);
  }
  return times_us;
}

/** Registered, its parent lives, and a living collector knows a way to it by living routers. */
function isReadable(
  { headEnd, collectors }: Street,
  { meter: { join, stack } }: SimulatedMeter,
  dead: ReadonlySet<string>,
): boolean {
  const line = headEnd.whereabouts.lineOf(stack.address);
  if (!join.joined || line === undefined || !collectors[line].powered) return false;
  const route = new RoutingHeader();
  if (!collectors[line].collector.root.sourceRoute(stack.address, route)) return false;
  const eui64 = new Uint8Array(8);
  for (; route.hops > 0; route.pop()) {
    route.writeNext(eui64);
    if (dead.has(keyOf(eui64))) return false;
  }
  return join.writeParent(eui64) && !dead.has(keyOf(eui64));
}
