import { Kernel } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import { Writer } from "firmware/codec/cursor";
import { DaoAck } from "firmware/mesh/rpl/messages";
import { Preference } from "firmware/mesh/rpl/preference";
import { Registration } from "firmware/mesh/rpl/registration";
import type { RplSender } from "firmware/mesh/rpl/sender";
import { describe, expect, it } from "vitest";
import { TrueClock } from "../../../../host-sim/clock";
import { seededEntropy } from "../../coap/network";
import { World } from "../../../../host-sim/world";

const SECOND_us = 1e6;
const HOUR_us = 3600e6;
const PARENT = Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 1]);

/** A node's registration with a root that answers each DAO after `answer_s`; when DAOs were sent, in seconds. */
function registrationWith(
  answer_s: number,
  seed: number,
): { registered: Registration; daos_s: number[]; world: World } {
  const world = new World();
  const kernel = new Kernel(new TrueClock(world));
  const daos_s: number[] = [];
  const ack = new DaoAck();
  const sender = {
    begin: () => new Writer(new Uint8Array(200)),
    send: () => {
      daos_s.push(world.now_us / 1e6);
      const { sequence } = registered.dao;
      world.in(answer_s * SECOND_us, () => {
        ack.sequence = sequence;
        registered.answer(ack);
      });
      return true;
    },
  } as unknown as RplSender;
  const random = new RandomBelow(seededEntropy(seed, "registration"));
  const registered = new Registration(kernel, random, sender, new Uint8Array(16));
  registered.lifetime_ms = 100 * 3_600_000;
  const preference = new Preference();
  preference.begin(PARENT, 128, -60, 0);
  registered.of(preference, new Uint8Array(8));
  registered.startWithin(1000);
  world.runUntil(HOUR_us);
  daos_s.length = 0;
  return { registered, daos_s, world };
}

/** How long a root that answers after `answer_s` waits to hear of a better parent, over several seeds. */
function waits_s(answer_s: number): number[] {
  return Array.from({ length: 20 }, (_, seed) => {
    const { registered, daos_s, world } = registrationWith(answer_s, seed + 1);
    registered.renew();
    world.runUntil(3 * HOUR_us);
    return daos_s[0] - HOUR_us / SECOND_us;
  });
}

describe("a better parent", () => {
  it.each([
    ["within minutes where the root answers at once", 0.5, 200],
    ["later where that takes longer", 2, 800],
    ["within an hour where it is busy", 40, 3600],
  ])("is told %s", (_, answer_s, most_s) => {
    const waits = waits_s(answer_s);
    expect(Math.max(...waits)).toBeLessThanOrEqual(most_s);
    expect(Math.max(...waits)).toBeGreaterThan(most_s / 2);
    expect(Math.min(...waits)).toBeLessThan(most_s / 2);
  });
});
