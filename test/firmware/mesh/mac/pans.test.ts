import { describe, expect, it } from "vitest";
import { Cause, MacFrame } from "firmware/mesh/mac/frame";
import type { Pan } from "firmware/mesh/mac/pan";
import { LinkSecurity } from "firmware/mesh/mac/security";
import { NodeCipher } from "../../../../host-sim/cipher";
import { KEY, macStreet, PAN, RamCounterStore, send } from "../../../support/mac-street";
import { Recorder } from "../../../support/secured-street";

const keyOf = (n: number) => KEY.map((byte) => byte ^ n);
/** The same indices, so that only the keys tell one PAN's frames from the other's. */
const HERE: Pan = {
  id: PAN,
  keys: [
    { index: 2, key: keyOf(2) },
    { index: 1, key: keyOf(1) },
  ],
};
const THERE: Pan = {
  id: PAN + 1,
  keys: [
    { index: 2, key: keyOf(12) },
    { index: 1, key: keyOf(11) },
  ],
};
const [COORDINATOR, OTHER_COORDINATOR, NEIGHBOUR, MOVING] = [0, 1, 2, 3];

/** Two coordinators, a node that stays with the first of them, and one that may go to either. */
function twoPans(hopping: boolean, security = true) {
  const pans = [[HERE], [THERE], [HERE], [HERE, THERE]];
  const street = macStreet(4, 1, {}, undefined, { hopping, security, coordinators: 2, pans });
  const { world, macs, medium, securities } = street;
  const air = new Recorder(medium);
  air.watch(macs);
  const run = (s: number) => world.runUntil(world.now_us + s * 1e6);
  /** A broadcast of each node. */
  const talk = (byte: number) => {
    for (let n = 0; n < macs.length; n++) {
      send(macs[n], undefined, [byte + n]);
      run(15);
    }
  };
  const move = (mac = macs[MOVING]) => mac.moveOn();
  return { world, medium, macs, securities, air, run, talk, move };
}

/** What one node was handed up from another, of the broadcasts of a {@link twoPans} that talks. */
const heard = (received: number[], byte: number) =>
  received.filter((each) => each >= byte && each < byte + 4);

describe.each([
  ["over all channels", true, true],
  ["on one channel", false, true],
  ["on one channel without link security", false, false],
])("a node that goes from one PAN to another, %s", (_name, hopping, security) => {
  it("hears and is heard in the PAN that it is in, and in no other", () => {
    const { macs, air, talk, move } = twoPans(hopping, security);
    talk(10);
    talk(20);
    expect(heard(air.received[MOVING], 20)).toEqual([20, 22]);
    expect(heard(air.received[OTHER_COORDINATOR], 20)).toEqual([]);
    move();
    expect(macs[MOVING].panId).toBe(THERE.id);
    expect(macs[MOVING].synced).toBe(!(hopping || security));
    talk(30);
    talk(40);
    expect(heard(air.received[MOVING], 40)).toEqual([41]);
    expect(heard(air.received[OTHER_COORDINATOR], 40)).toEqual([43]);
    expect(heard(air.received[COORDINATOR], 40)).toEqual([42]);
    move();
    expect(macs[MOVING].panId).toBe(HERE.id);
    talk(50);
    talk(60);
    expect(heard(air.received[MOVING], 60)).toEqual([60, 62]);
  });
});

describe.each([
  ["over all channels", true],
  ["on one channel", false],
])("a change of PAN, %s", (_name, hopping) => {
  it("lets in nothing that was recorded before it, there or here, on the way back either", () => {
    const { macs, air, talk, move } = twoPans(hopping);
    const received = air.received[MOVING];
    const replayed = () => {
      const before = received.length;
      for (const frame of [...air.advertisements, ...air.data, ...air.acks]) air.replay(MOVING, frame);
      return received.length - before;
    };
    talk(10);
    expect(replayed()).toBe(0);
    for (let change = 0; change < 4; change++) {
      move();
      // Knows neither anybody nor the time: nothing can prove itself.
      expect(replayed()).toBe(0);
      expect(macs[MOVING].synced).toBe(false);
      talk(10);
      expect(macs[MOVING].synced).toBe(true);
      expect(replayed()).toBe(0);
    }
    expect(air.advertisements.length).toBeGreaterThan(4);
  });

  it("uses no frame counter twice", () => {
    const { macs, medium, air, talk, move } = twoPans(hopping);
    const counters: number[] = [];
    const { onFrame } = medium;
    const frame = new MacFrame();
    medium.onFrame = (at_us, from, channel, bytes, length, rssi_dBm) => {
      onFrame(at_us, from, channel, bytes, length, rssi_dBm);
      if (from === MOVING && frame.parse(bytes, length) === Cause.ok) counters.push(frame.frameCounter);
    };
    for (let change = 0; change < 3; change++) {
      talk(10);
      send(macs[MOVING], macs[COORDINATOR].eui64, [1]);
      move();
    }
    expect(counters.length).toBeGreaterThan(5);
    expect(counters.every((counter, k) => k === 0 || counter > counters[k - 1])).toBe(true);
    expect(air.data.length).toBeGreaterThan(0);
  });

  it("holds both generations of the keys of the PAN that it leads to, and none of the other's", () => {
    const { macs, securities, air, run, talk, move } = twoPans(hopping);
    move();
    talk(10);
    talk(20);
    for (const [index, byte] of [
      [1, 91],
      [2, 92],
    ]) {
      securities[OTHER_COORDINATOR].use(index);
      send(macs[OTHER_COORDINATOR], macs[MOVING].eui64, [byte]);
      run(5);
      expect(air.received[MOVING]).toContain(byte);
    }
    // Whoever has got hold of a key of the first PAN seals with it in the name of the second.
    securities[OTHER_COORDINATOR].hold(HERE.keys);
    for (const index of [1, 2]) {
      const { dropped } = macs[MOVING].counters;
      const before = dropped[Cause.integrity];
      securities[OTHER_COORDINATOR].use(index);
      send(macs[OTHER_COORDINATOR], macs[MOVING].eui64, [90]);
      run(5);
      expect(dropped[Cause.integrity]).toBeGreaterThan(before);
    }
    expect(air.received[MOVING]).not.toContain(90);
  });

  it("ends what was on its way to a neighbour that is left behind: untold it is not", () => {
    const { macs, run, talk, move } = twoPans(hopping);
    talk(10);
    talk(20);
    const ends: [number, boolean][] = [];
    macs[MOVING].onSent = (_destination, _attempts, acked, tag) => ends.push([tag, acked]);
    for (const [tag, n] of [COORDINATOR, NEIGHBOUR].entries()) {
      macs[MOVING].prepare(macs[n].eui64, tag)!.u8(1);
      macs[MOVING].submit();
    }
    move();
    run(20);
    expect(ends.sort()).toEqual([
      [0, false],
      [1, false],
    ]);
    expect(macs[MOVING].queued(undefined)).toBe(0);
  });
});

it("a node stays where it is when it is sent to a PAN that it may not join, or has no other", () => {
  const { macs, talk } = twoPans(true);
  talk(10);
  macs[MOVING].join(0x1234);
  macs[NEIGHBOUR].moveOn();
  macs[NEIGHBOUR].join(THERE.id);
  expect([MOVING, NEIGHBOUR].map((n) => [macs[n].panId, macs[n].synced])).toEqual([
    [HERE.id, true],
    [HERE.id, true],
  ]);
  macs[MOVING].join(THERE.id);
  expect(macs[MOVING].panId).toBe(THERE.id);
});

it("keys of another PAN take the place of all that were held", () => {
  const security = new LinkSecurity(new NodeCipher(), new RamCounterStore());
  security.hold(HERE.keys);
  expect([1, 2].map((index) => security.holds(index))).toEqual([true, true]);
  expect(security.keyIndex).toBe(2);
  security.hold([{ index: 7, key: keyOf(7) }]);
  expect([1, 2, 7].map((index) => security.holds(index))).toEqual([false, false, true]);
  expect(security.keyIndex).toBe(7);
});
