import { expect, it } from "vitest";
import { Preference } from "firmware/mesh/rpl/preference";
import { Search } from "firmware/mesh/rpl/search";
import type { RplSender } from "firmware/mesh/rpl/sender";

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
