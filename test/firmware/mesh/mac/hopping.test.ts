import { describe, expect, it } from "vitest";
import { DEVICE } from "../../../../host-sim/radio/timing";
import { macStreet, send } from "../../../support/mac-street";

const NODES = 6;

/** Nodes that have all sent a broadcast, after which they know the PAN's time. */
function joined(seed: number, frameLoss = 0) {
  const options = { timing: DEVICE, frameLoss };
  const street = macStreet(NODES, seed, options, undefined, { hopping: true, security: true });
  const { world, macs } = street;
  const heard = macs.map(() => 0);
  macs.forEach((mac, n) => (mac.onFrame = (_source, _buffer, _offset, _length, all) => (heard[n] += +all)));
  for (let n = 1; n < NODES; n++) world.at(n * 100_000, () => send(macs[n], undefined, [n]));
  world.runUntil(30e6);
  for (let n = 0; n < NODES; n++) world.at(30e6 + n * 300_000, () => send(macs[n], undefined, [n]));
  world.runUntil(60e6);
  return { ...street, heard };
}

describe("nodes that hop", () => {
  it.each([1, 2, 3])("find the PAN, and hear each other's broadcasts (seed %d)", (seed) => {
    const { macs, heard } = joined(seed);
    expect(macs.every((mac) => mac.synced)).toBe(true);
    for (const count of heard) expect(count).toBeGreaterThanOrEqual(NODES - 1);
  });
});
