import { describe, expect, it } from "vitest";
import { Code } from "firmware/coap/resource";
import { MAX_GASPS } from "firmware/power/gasp-codec";
import { exchange } from "../../support/exchange";
import { FAILED_MS, gaspRig, gaspsOf } from "./gasp-rig";

const COLLECT_MS = 10_000;
const PATIENCE_MS = 2_000;
const HANDED_MS = 2_000;
const ANSWERED_MS = 5_000;
const KNOWN_MS = 300_000;
const FAINT_dBm = -100;

describe("a node that hears last gasps", () => {
  it("passes on what it has heard in one notice, and tells whom it has taken", () => {
    const { clock, gasp, told, forwarded } = gaspRig();
    gasp(1, 2, 3);
    expect(forwarded).toEqual([]);
    clock.advance(COLLECT_MS);
    expect(forwarded).toHaveLength(1);
    expect([...forwarded[0].nodes].sort()).toEqual([1, 2, 3]);
    expect(told).toEqual([{ at_ms: forwarded[0].at_ms, nodes: forwarded[0].nodes }]);
  });

  it("lets go of what another has taken, also before it has heard the gasp itself", () => {
    const { clock, gasp, hear, forwarded } = gaspRig();
    hear(9, gaspsOf([3]));
    gasp(1, 2, 3);
    hear(9, gaspsOf([2]));
    clock.advance(COLLECT_MS);
    expect(forwarded.map(({ nodes }) => nodes)).toEqual([[1]]);
  });

  it("passes on each meter's gasp once, however often it hears it", () => {
    const { clock, gasp, forwarded } = gaspRig();
    for (let second = 0; second < 100; second++) {
      gasp(1, 2);
      clock.advance(1_000);
      for (const notice of forwarded.splice(1)) expect(notice).toBeUndefined();
      if (second === 30) forwarded[0].end(true);
    }
  });

  it("remembers what it has passed on, whoever else takes it and however many follow", () => {
    const { clock, gasp, hear, forwarded } = gaspRig({ capacity: 3 });
    gasp(1);
    clock.advance(COLLECT_MS);
    forwarded[0].end(true);
    hear(9, gaspsOf([1, 2, 3, 4, 5, 6]));
    gasp(1);
    clock.advance(COLLECT_MS);
    expect(forwarded).toHaveLength(1);
  });

  it("begins no second notice while the first is under way", () => {
    const { clock, gasp, forwarded } = gaspRig();
    gasp(1);
    clock.advance(COLLECT_MS);
    gasp(2);
    clock.advance(5 * COLLECT_MS);
    expect(forwarded).toHaveLength(1);
    forwarded[0].end(true);
    clock.advance(COLLECT_MS);
    expect(forwarded.map(({ nodes }) => nodes)).toEqual([[1], [2]]);
  });

  it("sends one notice at a time, of bounded length, until all are passed on", () => {
    const { clock, gasp, forwarded, relay } = gaspRig();
    const nodes = Array.from({ length: 30 }, (_, index) => index + 1);
    gasp(...nodes);
    const seen: number[] = [];
    for (let notices = 1; notices <= 3; notices++) {
      clock.advance(COLLECT_MS);
      expect(forwarded).toHaveLength(notices);
      const { nodes: taken, end } = forwarded[notices - 1];
      expect(taken.length).toBeLessThanOrEqual(MAX_GASPS);
      seen.push(...taken);
      end(true);
    }
    expect(seen.sort((a, b) => a - b)).toEqual(nodes);
    expect(relay.forwarded).toBe(30);
    clock.advance(10 * COLLECT_MS);
    expect(forwarded).toHaveLength(3);
  });

  it("tries again without an answer, three times in all, and where the exchange is taken until it is not", () => {
    const { clock, gasp, forwarded, rig, told } = gaspRig();
    rig.canForward = false;
    gasp(1);
    clock.advance(3 * COLLECT_MS);
    expect(told).toEqual([]);
    rig.canForward = true;
    for (let notices = 1; notices <= 3; notices++) {
      clock.advance(COLLECT_MS);
      expect(forwarded).toHaveLength(notices);
      forwarded[notices - 1].end(false);
    }
    clock.advance(10 * COLLECT_MS);
    expect(forwarded).toHaveLength(3);
  });

  it("leaves a faint gasp to others until it is repeated", () => {
    const { clock, gasp, air, forwarded } = gaspRig();
    air.rssi_dBm = FAINT_dBm;
    gasp(1);
    clock.advance(2 * COLLECT_MS);
    expect(forwarded).toEqual([]);
    gasp(1);
    clock.advance(COLLECT_MS);
    expect(forwarded.map(({ nodes }) => nodes)).toEqual([[1]]);
  });

  it("waits longer where it has no power itself, for those that have", () => {
    for (let seed = 0; seed < 20; seed++) {
      const at_ms = [false, true].map((failing) => {
        const { clock, gasp, forwarded, handed } = gaspRig({ seed, failing });
        gasp(1);
        clock.advance(COLLECT_MS + PATIENCE_MS);
        return (failing ? handed : forwarded)[0].at_ms;
      });
      expect(at_ms[1] - at_ms[0]).toBe(PATIENCE_MS);
    }
  });

  it("of a hundred that hear the same, few speak early", () => {
    const early = Array.from({ length: 400 }, (_, seed) => {
      const { clock, gasp, forwarded } = gaspRig({ seed });
      gasp(1);
      clock.advance(COLLECT_MS / 2);
      return forwarded.length;
    }).reduce((sum, count) => sum + count, 0);
    expect(early / 400).toBeLessThan(0.2);
    expect(early).toBeGreaterThan(0);
  });

  it("takes a later outage of the same meter for a new one, and forgets all when it is quiet", () => {
    const { clock, gasp, hear, forwarded } = gaspRig();
    gasp(1);
    clock.advance(COLLECT_MS);
    forwarded[0].end(true);
    hear(1, gaspsOf([1], FAILED_MS + 60_000));
    clock.advance(COLLECT_MS);
    expect(forwarded).toHaveLength(2);
    forwarded[1].end(true);
    clock.advance(KNOWN_MS + COLLECT_MS);
    hear(1, gaspsOf([1], FAILED_MS + 60_000));
    clock.advance(COLLECT_MS);
    expect(forwarded).toHaveLength(3);
  });

  it("hands on to its parent without power, and to the next best one where that has not answered in 5 s", () => {
    const { clock, gasp, forwarded, handed, told, rig } = gaspRig({ failing: true });
    gasp(1, 2);
    clock.advance(COLLECT_MS + PATIENCE_MS);
    expect(forwarded).toEqual([]);
    expect(handed.map(({ nodes, failures }) => [[...nodes].sort(), failures])).toEqual([[[1, 2], 0]]);
    expect(told).toHaveLength(1);
    clock.advance(ANSWERED_MS + HANDED_MS);
    expect(rig.abandoned).toBe(1);
    expect(handed.map(({ failures }) => failures)).toEqual([0, 1]);
    handed[1].end(true);
    clock.advance(10 * COLLECT_MS);
    expect(handed).toHaveLength(2);
  });

  it("looks for a parent until it has one, or its power is back", () => {
    const { clock, gasp, forwarded, handed, rig, monitor } = gaspRig({ failing: true });
    rig.hasParent = false;
    gasp(1);
    clock.advance(3 * COLLECT_MS);
    expect(handed).toEqual([]);
    rig.hasParent = true;
    clock.advance(2 * HANDED_MS);
    expect(handed.map(({ nodes }) => nodes)).toEqual([[1]]);
    monitor.failing = false;
    clock.advance(ANSWERED_MS + HANDED_MS);
    expect(forwarded.map(({ nodes }) => nodes)).toEqual([[1]]);
  });

  it("passes on what it was handed within 2 s, whoever else tells of it, and also what it had left to others", () => {
    const { clock, hear, handed } = gaspRig({ failing: true });
    hear(9, gaspsOf([1]));
    expect(hear(9, gaspsOf([1, 2, 3]), false)).toBe(Code.changed);
    hear(9, gaspsOf([1, 2, 3]));
    clock.advance(HANDED_MS);
    expect(handed.map(({ nodes }) => [...nodes].sort())).toEqual([[1, 2, 3]]);
    handed[0].end(true);
    hear(8, gaspsOf([1, 2, 3]), false);
    clock.advance(10 * COLLECT_MS);
    expect(handed).toHaveLength(1);
  });

  it("refuses to be handed more than it has room for, and makes room of what has gone on", () => {
    const { clock, hear, handed } = gaspRig({ failing: true, capacity: 2 });
    expect(hear(9, gaspsOf([1, 2]), false)).toBe(Code.changed);
    expect(hear(9, gaspsOf([3]), false)).toBe(Code.serviceUnavailable);
    clock.advance(HANDED_MS);
    handed[0].end(true);
    expect(hear(9, gaspsOf([3]), false)).toBe(Code.changed);
    clock.advance(HANDED_MS);
    expect(handed.map(({ nodes }) => [...nodes].sort())).toEqual([[1, 2], [3]]);
  });

  it("keeps no more than it has room for, and passes on no more in an outage", () => {
    const { clock, gasp, relay, forwarded } = gaspRig({ capacity: 20 });
    for (let node = 1; node <= 100; node++) {
      gasp(node);
      clock.advance(1_000);
      for (const { end } of forwarded.splice(0)) end(true);
    }
    expect(relay.forwarded).toBe(20);
    expect(relay.dropped).toBe(80);
  });

  it("hears nothing but well-formed messages of neighbours", () => {
    const { clock, hear, relay, forwarded } = gaspRig();
    const body = gaspsOf([1]);
    const far = Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
    expect(exchange(relay, "post", { body, from: far }).code).toBe(Code.badRequest);
    expect(exchange(relay, "post", { body, contentFormat: 0 }).code).toBe(Code.unsupportedContentFormat);
    for (let length = 0; length < body.length; length++)
      expect(hear(1, body.slice(0, length))).toBe(Code.badRequest);
    expect(hear(1, Uint8Array.of(...body, 0))).toBe(Code.badRequest);
    expect(relay.refused).toBe(2 + body.length);
    clock.advance(COLLECT_MS);
    expect(forwarded).toEqual([]);
  });

  it("never throws for a flipped bit, nor lets one mislead it beyond the message", () => {
    const body = gaspsOf([1, 2]);
    for (let bit = 0; bit < 8 * body.length; bit++) {
      const { clock, hear, forwarded } = gaspRig();
      const flipped = body.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      hear(1, flipped);
      clock.advance(COLLECT_MS);
      for (const { nodes } of forwarded) expect(nodes.length).toBeLessThanOrEqual(2);
    }
  });
});
