import { describe, expect, it } from "vitest";
import { BIT_RATE } from "hal/channel-plan";
import type { Air } from "../../../host-sim/radio/air";
import { Draws } from "../../../host-sim/radio/draws";
import { countHops } from "../../../host-sim/radio/hops";
import { Medium, OPEN_STREET } from "../../../host-sim/radio/medium";
import { outsideLoss } from "../../../host-sim/radio/outside";
import { Town } from "../../../host-sim/radio/town";
import { TownAir } from "../../../host-sim/radio/town-air";
import { Random } from "../../../host-sim/random";
import { World } from "../../../host-sim/world";

const drawsOf = (seed: number) => new Draws(new Random(seed, "air"));
const townOf = (meters: number, density = 1100, collectors = 1, seed = 1) =>
  new Town(meters, density, collectors, drawsOf(seed));
const airOf = (meters: number, density = 1100, seed = 1) =>
  new TownAir(townOf(meters, density, 1, seed), BIT_RATE, drawsOf(seed));

describe("a town", () => {
  it.each([
    [2750, 1100],
    [1000, 300],
    [7, 1100],
    [1, 1100],
  ])("has %d meters at %d a square kilometre, all within its square and none twice", (meters, density) => {
    const town = townOf(meters, density);
    expect(town.nodes).toBe(meters + 1);
    expect(town.side_m ** 2 * density).toBeCloseTo(meters * 1e6, 3);
    const places = new Set<string>();
    for (let node = 1; node <= meters; node++) {
      places.add(`${town.x_m[node]} ${town.y_m[node]}`);
      expect(town.x_m[node]).toBeGreaterThan(0);
      expect(town.x_m[node]).toBeLessThan(town.side_m);
      expect(Math.abs(town.y_m[node] - town.side_m / 2)).toBeLessThan(town.side_m / 2 + 16);
    }
    expect(places.size).toBe(meters);
  });

  it("spreads them evenly, and has its collector in the middle", () => {
    const town = townOf(2750);
    const quarters = [0, 0, 0, 0];
    for (let node = 1; node < town.nodes; node++)
      quarters[+(town.x_m[node] > town.side_m / 2) + 2 * +(town.y_m[node] > town.side_m / 2)]++;
    for (const count of quarters) expect(Math.abs(count - 2750 / 4)).toBeLessThan(120);
    expect(town.x_m[0]).toBe(town.side_m / 2);
    expect(Math.abs(town.y_m[0] - town.side_m / 2)).toBeLessThan(60);
  });

  it("gives each of several collectors a part of its own", () => {
    const town = townOf(5000, 1100, 5);
    expect(town.nodes).toBe(5005);
    for (let a = 0; a < 5; a++) {
      for (let b = 0; b < a; b++) expect(town.distance_m(a, b)).toBeGreaterThan(town.side_m / 4);
    }
  });

  it("is several hops deep: at least 3 on average and 5 for every tenth of 2,750 meters", () => {
    const { mean, p90, most, unreached, neighbours } = countHops(airOf(2750));
    console.log(
      `2,750 meters at 1,100 a square kilometre: ${mean.toFixed(2)} hops on average, 90 % within ${p90}, ` +
        `${most} at most; ${unreached} without a path; ${neighbours.toFixed(0)} usable links a node`,
    );
    expect(mean).toBeGreaterThanOrEqual(3);
    expect(p90).toBeGreaterThanOrEqual(5);
    expect(unreached).toBe(0);
  });
});

describe("the air of a town", () => {
  it("does not depend on who asks first", () => {
    const [one, other] = [airOf(60), airOf(60)];
    const strengths = (air: TownAir, nodes: number[]) =>
      new Map(nodes.map((node) => [node, air.strength_dBm(node, (node + 7) % 61, 64, 3e8)]));
    const nodes = Array.from({ length: 61 }, (_, node) => node);
    const backwards = strengths(other, [...nodes].reverse());
    for (const [node, strength_dBm] of strengths(one, nodes)) expect(backwards.get(node)).toBe(strength_dBm);
    expect(airOf(60, 1100, 2).mean_dBm(1, 9)).not.toBe(one.mean_dBm(1, 9));
  });

  it("has all that may hear a node in its audience", () => {
    const air = airOf(300);
    for (const from of [0, 17, 150]) {
      const audience = new Set(air.audience(from));
      expect(audience.has(from)).toBe(false);
      for (let to = 0; to < 301; to++) {
        if (to !== from && !audience.has(to)) expect(air.meanRatio_dB(from, to)).toBeLessThan(3);
      }
    }
  });
});

describe("outside interference", () => {
  it("takes up to 5 % on each channel, and more on a third of them", () => {
    const losses = outsideLoss(drawsOf(1), 0.05, 0.2);
    expect(losses.length).toBe(129);
    expect(losses.filter((loss) => loss === 0.2).length).toBe(43);
    const others = losses.filter((loss) => loss < 0.2);
    expect(Math.max(...others)).toBeLessThan(0.05);
    expect(others.reduce((sum, loss) => sum + loss, 0) / others.length).toBeCloseTo(0.025, 2);
  });

  it("costs frames on its channel alone", () => {
    const world = new World();
    const channelLoss = new Float64Array(129);
    channelLoss[3] = 0.2;
    const medium = new Medium({ ...OPEN_STREET, world, channelLoss, random: new Random(1, "air") });
    const [sender, receiver] = [medium.addRadio(), medium.addRadio()];
    let count = 0;
    receiver.onReceive = () => count++;
    const received = (channel: number): number => {
      receiver.listen(channel);
      count = 0;
      for (let k = 0; k < 1000; k++) {
        sender.transmit(new Uint8Array(20), 20, channel);
        world.runUntil(world.now_us + 10_000);
      }
      return count;
    };
    expect(received(3)).toBeGreaterThan(760);
    expect(received(3)).toBeLessThan(840);
    expect(received(4)).toBe(1000);
  });
});

describe("what a frame costs the simulator", () => {
  /** Questions for a strength while one frame is sent on channel 7 of `nodes`, every `th` of which listens there. */
  const questions = (nodes: number, th: number, audience?: Air["audience"]): number => {
    let count = 0;
    const air: Air = {
      audience: audience ?? (() => undefined),
      strength_dBm: () => (count++, -60),
      reception: () => 1,
    };
    const world = new World();
    const medium = new Medium({ ...OPEN_STREET, air, world, random: new Random(1, "air") });
    for (let n = 0; n < nodes; n++) medium.addRadio().listen(n % th === 0 ? 7 : 8);
    medium.radios[1].transmit(new Uint8Array(50), 50, 7);
    world.runUntil(1e6);
    return count;
  };

  it("grows with those that listen to its channel, not with all", () => {
    expect(questions(1000, 100)).toBe(10);
    expect(questions(4000, 400)).toBe(10);
  });

  it("grows with those in range, not with all", () => {
    const inRange = Uint16Array.of(0, 2, 4, 6);
    expect(questions(100, 1, () => inRange)).toBe(4);
    expect(questions(4000, 1, () => inRange)).toBe(4);
  });

  it("is no event for a hop", () => {
    const world = new World();
    const medium = new Medium({ ...OPEN_STREET, world, random: new Random(1, "air") });
    const slot = (at_ms: number) => Math.floor(at_ms / 255);
    const hops = {
      channelAt: (at_ms: number) => slot(at_ms) % 129,
      slotEnd_ms: (at_ms: number) => (slot(at_ms) + 1) * 255,
    };
    for (let n = 0; n < 100; n++)
      medium.addRadio().follow(hops, { now_ms: () => Math.floor(world.now_us / 1000) });
    world.runUntil(3600e6);
    expect(world.events).toBe(0);
  });
});

describe("frames in a town", () => {
  /** Who receives the frames of every fifth node, sent one each 100 ms on a channel of its own; others make noise. */
  const deliveries = (noise: boolean, backwards: boolean): string[] => {
    const world = new World();
    const medium = new Medium({ ...OPEN_STREET, air: airOf(80), world, random: new Random(1, "medium") });
    const received: string[] = [];
    for (let node = 0; node < 81; node++) {
      const radio = medium.addRadio();
      radio.listen(20);
      radio.onReceive = (bytes) => received.push(`${bytes[0]}>${node}`);
    }
    const order = Array.from({ length: 16 }, (_, k) => k);
    for (const k of backwards ? order.reverse() : order) {
      const from = 5 * k;
      world.at((100 + 100 * k) * 1000, () =>
        medium.radios[from].transmit(new Uint8Array(60).fill(from), 60, 20),
      );
      if (noise)
        world.at((60 + 100 * k) * 1000, () => medium.radios[1].transmit(new Uint8Array(200), 200, 80));
    }
    world.runUntil(5e6);
    return received;
  };

  it("reach the same nodes whatever else is sent before, and in whatever order they were planned", () => {
    const alone = deliveries(false, false);
    expect(alone.length).toBeGreaterThan(300);
    expect(alone.length).toBeLessThan(16 * 80);
    expect(deliveries(true, false)).toEqual(alone);
    expect(deliveries(false, true)).toEqual(alone);
  });
});
