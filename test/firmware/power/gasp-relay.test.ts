import { describe, expect, it } from "vitest";
import { Code } from "firmware/coap/resource";
import { exchange } from "../../support/exchange";
import { COLLECT_MS, FAILED_S, gaspRig, gaspsOf } from "./gasp-rig";

const FULL_GASPS = 32;
const KNOWN_MS = 300_000;

const upTo = (count: number, first = 1) => Array.from({ length: count }, (_, index) => first + index);
const sorted = (nodes: readonly number[]) => [...nodes].sort((a, b) => a - b);

describe("a node that is handed last gasps", () => {
  it("passes on in one message what comes within a while, its own among them", () => {
    const { clock, hand, relay, sent } = gaspRig();
    relay.gasp(FAILED_S, 0);
    hand(1, 2);
    hand(3);
    expect(sent).toEqual([]);
    clock.advance(COLLECT_MS);
    expect(sent.map(({ nodes }) => sorted(nodes))).toEqual([[0, 1, 2, 3]]);
    sent[0].end(true);
    expect(relay).toMatchObject({ forwarded: 4, ownSent: 1, dropped: 0 });
  });

  it("waits for its own turn, unless a message is full before", () => {
    const { clock, hand, relay, sent } = gaspRig();
    relay.gasp(FAILED_S, 8_000);
    hand(1, 2, 3);
    clock.advance(7_000);
    expect(sent).toEqual([]);
    hand(...upTo(FULL_GASPS, 10));
    clock.advance(0);
    expect(sent).toHaveLength(1);
    expect(sent[0].nodes.length).toBeGreaterThanOrEqual(FULL_GASPS);
    sent[0].end(true);
    hand(...upTo(20, 100));
    clock.advance(999);
    expect(sent).toHaveLength(1);
    clock.advance(1 + COLLECT_MS);
    expect(sent).toHaveLength(2);
  });

  it("sends one message at a time, each as full as can be, until all are passed on", () => {
    const { clock, hand, sent } = gaspRig();
    for (let first = 1; first <= 81; first += 20) {
      hand(...upTo(20, first));
      clock.advance(COLLECT_MS);
    }
    expect(sent).toHaveLength(1);
    for (let messages = 1; sent.flatMap(({ nodes }) => nodes).length < 100; messages++) {
      clock.advance(10 * COLLECT_MS);
      expect(sent).toHaveLength(messages);
      sent[messages - 1].end(true);
    }
    clock.advance(10 * COLLECT_MS);
    expect(sorted(sent.flatMap(({ nodes }) => nodes))).toEqual(upTo(100));
    expect(sent.length).toBeLessThanOrEqual(5);
  });

  it("passes on each gasp once, however often it is handed over meanwhile, and a later outage of a meter anew", () => {
    const { clock, hand, hear, sent } = gaspRig();
    for (let second = 0; second < 100; second++) {
      hand(1, 2);
      clock.advance(1_000);
    }
    expect(sent).toHaveLength(1);
    sent[0].end(true);
    hear(gaspsOf([1], FAILED_S + 60));
    clock.advance(COLLECT_MS);
    expect(sent.slice(1).map(({ nodes }) => nodes)).toEqual([[1]]);
  });

  it("owes what comes back after a circle of nodes that took each other for nearer, twice and no more", () => {
    const { clock, hand, sent, relay } = gaspRig();
    relay.gasp(FAILED_S, 0);
    clock.advance(COLLECT_MS);
    for (let message = 0; message < 5; message++) {
      sent.at(message)?.end(true);
      hand(0);
      clock.advance(COLLECT_MS);
    }
    expect(sent.map(({ nodes }) => nodes)).toEqual([[0], [0], [0]]);
    expect(relay.ownSent).toBe(3);
  });

  it("tries again what nobody has taken, three times in all, with what has come meanwhile", () => {
    const { clock, relay, hand, sent } = gaspRig();
    relay.gasp(FAILED_S, 0);
    for (let messages = 1; messages <= 3; messages++) {
      clock.advance(COLLECT_MS);
      expect(sent).toHaveLength(messages);
      hand(messages);
      sent[messages - 1].end(false);
    }
    expect(sent.map(({ nodes }) => sorted(nodes))).toEqual([[0], [0, 1], [0, 1, 2]]);
    clock.advance(COLLECT_MS);
    // The first three are given up.
    expect(sent.slice(3).map(({ nodes }) => nodes)).toEqual([[3]]);
    expect(relay.ownSent).toBe(3);
    for (let messages = 4; messages <= 6; messages++) {
      expect(sent).toHaveLength(messages);
      sent[messages - 1].end(false);
      clock.advance(2 * COLLECT_MS);
    }
    expect(sent).toHaveLength(6);
  });

  it("does so without haste, a full message too", () => {
    const { clock, hand, sent } = gaspRig();
    hand(...upTo(FULL_GASPS));
    clock.advance(0);
    sent[0].end(false);
    clock.advance(0);
    expect(sent).toHaveLength(1);
    clock.advance(COLLECT_MS);
    expect(sent).toHaveLength(2);
  });

  it("waits as long as the link takes nothing, however long that is", () => {
    const { clock, hand, relay, sent, rig } = gaspRig();
    rig.canSend = false;
    relay.gasp(FAILED_S, 0);
    hand(...upTo(FULL_GASPS));
    clock.advance(20 * COLLECT_MS);
    rig.canSend = true;
    expect(sent).toEqual([]);
    expect(relay.ownSent).toBe(0);
    clock.advance(COLLECT_MS);
    expect(sent.map(({ nodes }) => sorted(nodes))).toEqual([[0, ...upTo(FULL_GASPS)]]);
    expect(relay.ownSent).toBe(1);
  });

  it("remembers what it has passed on as long as there is room, and drops what there is none for", () => {
    const { clock, hand, pass, sent, relay } = gaspRig({ capacity: 3 });
    hand(1, 2, 3, 4);
    expect(relay.dropped).toBe(1);
    clock.advance(COLLECT_MS);
    hand(5);
    expect(relay.dropped).toBe(2);
    sent[0].end(true);
    expect([pass(3), pass(3), pass(3)]).toEqual([[3], [3], undefined]);
    // The rows of the oldest two are these nodes' now.
    expect([pass(6), pass(7), pass(3)]).toEqual([[6], [7], undefined]);
    // And that of the third is node 8's.
    expect([pass(8), pass(3)]).toEqual([[8], [3]]);
    expect(relay.dropped).toBe(2);
  });

  it("forgets all when nothing was heard for 5 minutes", () => {
    const { clock, pass } = gaspRig();
    expect([pass(1), pass(1), pass(1), pass(1)]).toEqual([[1], [1], [1], undefined]);
    clock.advance(KNOWN_MS - COLLECT_MS - 1);
    expect(pass(1)).toBeUndefined();
    clock.advance(KNOWN_MS);
    expect(pass(1)).toEqual([1]);
  });

  it("hears nothing but well-formed messages of neighbours", () => {
    const { clock, hear, relay, sent } = gaspRig();
    const body = gaspsOf([1]);
    const far = Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
    expect(exchange(relay, "post", { body, from: far }).code).toBe(Code.badRequest);
    expect(exchange(relay, "post", { body, contentFormat: 0 }).code).toBe(Code.unsupportedContentFormat);
    for (let length = 0; length < body.length; length++)
      expect(hear(body.slice(0, length))).toBe(Code.badRequest);
    expect(hear(Uint8Array.of(...body, 0))).toBe(Code.badRequest);
    expect(relay.refused).toBe(2 + body.length);
    clock.advance(COLLECT_MS);
    expect(sent).toEqual([]);
  });

  it("never throws for a flipped bit, nor lets one mislead it beyond the message", () => {
    const body = gaspsOf([1, 2]);
    for (let bit = 0; bit < 8 * body.length; bit++) {
      const { clock, hear, sent } = gaspRig();
      const flipped = body.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      hear(flipped);
      clock.advance(COLLECT_MS);
      for (const { nodes } of sent) expect(nodes.length).toBeLessThanOrEqual(2);
    }
  });
});
