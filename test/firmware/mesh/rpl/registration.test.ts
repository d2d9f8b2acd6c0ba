import { Writer } from "firmware/codec/cursor";
import { Kernel } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import { DaoAck, INFINITE_RANK } from "firmware/mesh/rpl/messages";
import { Preference } from "firmware/mesh/rpl/preference";
import { Registration, REGISTRATION_SPREAD_ms } from "firmware/mesh/rpl/registration";
import type { RplSender } from "firmware/mesh/rpl/sender";
import { describe, expect, it } from "vitest";
import { TrueClock } from "../../../../host-sim/clock";
import { World } from "../../../../host-sim/world";
import { seededEntropy } from "../../coap/network";

const SECOND_us = 1e6;
const HOUR_us = 3600e6;
const STRONG_dBm = -60;
const RANK = 128;
const PARENT = Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 1);
const BETTER = Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 2);

/** A node whose root has answered that it knows {@link PARENT}, and which has found a better one since. */
function nodeWithBetterParent(seed: number) {
  const world = new World();
  const kernel = new Kernel(new TrueClock(world));
  const ack = new DaoAck();
  let daos = 0;
  const sender = {
    begin: () => new Writer(new Uint8Array(200)),
    send: () => {
      daos++;
      const { sequence } = registration.dao;
      world.in(SECOND_us, () => {
        ack.sequence = sequence;
        registration.answer(ack);
      });
      return true;
    },
  } as unknown as RplSender;
  const random = new RandomBelow(seededEntropy(seed, "registration"));
  const registration = new Registration(kernel, random, sender, new Uint8Array(16));
  registration.lifetime_ms = 100 * 3_600_000;
  const preference = new Preference();
  const { parents } = preference;
  preference.begin(PARENT, RANK, STRONG_dBm, 0);
  const prefix = new Uint8Array(8);
  registration.of(preference, prefix);
  registration.startWithin(1000);
  world.runUntil(HOUR_us);

  preference.preferred = parents.hear(BETTER, RANK - 1, INFINITE_RANK, STRONG_dBm, 0, preference.preferred);
  registration.of(preference, prefix);
  registration.renew();
  const before = daos;
  const run = (ms: number) => world.runUntil(world.now_us + ms * 1000);
  return { registration, parents, run, registered: () => daos > before };
}

describe("a better parent", () => {
  it("is told to the root within an hour, as until then it knows one that works", () => {
    const early = Array.from({ length: 20 }, (_, seed) => {
      const { registration, parents, run, registered } = nodeWithBetterParent(seed + 1);
      registration.check(parents);
      run(REGISTRATION_SPREAD_ms);
      const soon = registered();
      run(3_600_000);
      expect(registered()).toBe(true);
      return soon;
    });
    expect(early.filter(Boolean).length).toBeLessThan(3);
  });

  it("is told within seconds where the one that the root knows is lost", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { registration, parents, run, registered } = nodeWithBetterParent(seed);
      parents.rank[parents.find(PARENT)] = INFINITE_RANK;
      registration.check(parents);
      run(REGISTRATION_SPREAD_ms);
      expect(registered()).toBe(true);
    }
  });
});
