import { describe, expect, it } from "vitest";
import { INFINITE_RANK } from "firmware/mesh/rpl/messages";
import { NONE } from "firmware/mesh/rpl/parents";
import { Preference } from "firmware/mesh/rpl/preference";
import { Search } from "firmware/mesh/rpl/search";
import type { RplSender } from "firmware/mesh/rpl/sender";
import { meshStreet, parentOf } from "../../../support/mesh-street";

const STRONG_dBm = -60;
const name = (n: number) => Uint8Array.of(2, 0, 0, 0, 0, 0, 0, n);

/** A node that has lost its parent, 1, with others, from 2 on, of ranks 500, 490, … that may be below it. */
function lost(others: number) {
  const preference = new Preference();
  const { parents } = preference;
  preference.begin(name(1), 128, STRONG_dBm, 0);
  preference.told(1000, true);
  for (let n = 2; n < 2 + others; n++) parents.hear(name(n), 520 - 10 * n, 100, STRONG_dBm, 0, 0);
  parents.rank[0] = 0xffff;
  const sent: number[] = [];
  const sender = {
    muted: false,
    room: true,
    ask: (eui64: Uint8Array) => sender.room && sent.push(eui64[7]) > 0,
  };
  return { parents, sender, sent, search: new Search(preference, sender as unknown as RplSender) };
}

it("asks the cheapest first, one after the other, and four at most", () => {
  const { search, sent } = lost(6);
  for (const n of [7, 6, 5, 4]) {
    expect(search.goOn()).toBe(true);
    // Until it has answered nobody else is asked, whatever else was sent.
    expect(search.goOn()).toBe(true);
    search.sent(name(2));
    expect(search.goOn()).toBe(true);
    expect(sent.at(-1)).toBe(n);
    search.sent(name(n));
  }
  expect(search.goOn()).toBe(false);
  expect(sent).toEqual([7, 6, 5, 4]);
  search.end();
  expect(search.goOn()).toBe(true);
  expect(sent).toEqual([7, 6, 5, 4, 7]);
});

it("does not ask those that do not answer, or are below what this node has announced", () => {
  const { search, sent, parents } = lost(3);
  parents.failures[parents.find(name(4))] = 1;
  parents.rank[parents.find(name(3))] = 1000;
  expect(search.goOn()).toBe(true);
  search.sent(name(2));
  expect(search.goOn()).toBe(false);
  expect(sent).toEqual([2]);
});

it("waits for room, and asks nobody while the node says nothing", () => {
  const { search, sent, sender } = lost(1);
  sender.room = false;
  expect(search.goOn()).toBe(true);
  expect(sent).toEqual([]);
  sender.muted = true;
  expect(search.goOn()).toBe(false);
  sender.room = true;
  sender.muted = false;
  expect(search.goOn()).toBe(true);
  expect(sent).toEqual([2]);
});

describe("a meter whose parent is lost, with neighbours that told their rank long ago", () => {
  const LOST_AT_us = 600e6;
  /** The second meter tells the first `rank` where it is asked, and nothing else but acknowledgements. */
  type Meter = ReturnType<typeof meshStreet>["meters"][0];
  function abandoned(
    answer: () => number | undefined,
    then: (meter: Meter, other: Meter) => void = () => {},
  ) {
    const street = meshStreet(2, 1);
    const [meter, other] = street.meters;
    street.start();
    street.world.runUntil(LOST_AT_us);
    const { preference } = meter.join;
    const { parents } = preference;
    const place = parents.find(other.eui64);
    expect(parentOf(meter)).toEqual(street.collector.eui64);
    parents.rank[place] = 200;
    parents.limit[place] = 190;
    expect(parents.nth(1, preference.preferred)).toBe(NONE);
    let asked = 0;
    const { onAsked } = other.mac;
    other.mac.onAsked = (writer) => {
      asked++;
      const rank = answer();
      if (rank === undefined) return;
      onAsked(writer);
      writer.at -= 3;
      writer.u16(rank);
      writer.u8(0);
    };
    street.collector.radio.onReceive = () => {};
    parents.rank[preference.preferred] = INFINITE_RANK;
    meter.join.onSent(street.collector.eui64, 6, false);
    then(meter, other);
    street.world.runUntil(LOST_AT_us + 3e6);
    return { street, meter, other, asked };
  }

  it("asks them where they stand, and takes one that is above it", () => {
    const { meter, other, asked } = abandoned(() => 210);
    expect(asked).toBe(1);
    expect(parentOf(meter)).toEqual(other.eui64);
    expect(meter.join.repairs).toBe(0);
    expect(meter.join.joined).toBe(true);
  });

  it.each([
    ["are below it by now", () => 400],
    ["have no place", () => INFINITE_RANK],
    ["do not say", () => undefined],
  ])("gives up its place where they %s", (_name, answer) => {
    const { meter, asked } = abandoned(answer);
    expect(asked).toBe(1);
    expect(parentOf(meter)).toBeUndefined();
    expect(meter.join.repairs).toBe(1);
  });

  it("gives up its place where it was silenced as it asked, and nobody answers", () => {
    const { street, meter } = abandoned(
      () => undefined,
      ({ join }, { radio }) => {
        radio.onReceive = () => {};
        join.mute(true);
      },
    );
    meter.join.mute(false);
    meter.join.onSent(street.collector.eui64, 6, false);
    expect(meter.join.repairs).toBe(1);
  });
});
