import { describe, expect, it } from "vitest";
import { Cause } from "firmware/mesh/mac/frame";
import { Haste } from "firmware/mesh/mac/queue";
import { CHANNEL, macStreet, PAN, send } from "../../../support/mac-street";
import { OPEN_STREET } from "../../../../host-sim/radio/medium";
import { OpenAir } from "../../../../host-sim/radio/open-air";
import { IDEAL } from "../../../../host-sim/radio/timing";
import { Random } from "../../../../host-sim/random";

describe("one frame", () => {
  it("arrives once and is acknowledged", () => {
    const { world, macs } = macStreet(3);
    const received: number[][] = [];
    const sent: boolean[] = [];
    macs[1].onFrame = (source, buffer, offset, length, broadcast) => {
      expect([...source]).toEqual([...macs[0].eui64]);
      expect(broadcast).toBe(false);
      received.push([...buffer.slice(offset, offset + length)]);
    };
    macs[0].onSent = (destination, _attempts, delivered) => {
      expect([...destination]).toEqual([...macs[1].eui64]);
      sent.push(delivered);
    };
    expect(send(macs[0], macs[1].eui64, [1, 2, 3])).toBe(true);
    world.runUntil(1e6);
    expect(received).toEqual([[1, 2, 3]]);
    expect(sent).toEqual([true]);
    expect(macs[0].counters).toMatchObject({ sent: 1, acknowledged: 1, retries: 0, failures: 0 });
    expect(macs[1].counters).toMatchObject({ received: 1, acksSent: 1 });
    expect(macs[2].counters.dropped[Cause.notForUs]).toBe(2);
  });

  it("is acknowledged and not handed up when it comes again under its number", () => {
    const { world, macs } = macStreet(2);
    let received = 0;
    macs[1].onFrame = () => received++;
    const number = macs[0].newSequence();
    for (const sequence of [number, number, macs[0].newSequence()]) {
      macs[0].prepare(macs[1].eui64, 0, Haste.some, sequence)!.u8(7);
      expect(macs[0].submit()).toBe(true);
      world.runUntil(world.now_us + 10e6);
    }
    expect(macs[0].counters).toMatchObject({ acknowledged: 3, retries: 0 });
    expect(macs[1].counters.dropped[Cause.duplicate]).toBe(1);
    expect(received).toBe(2);
  });

  it("without a payload asks, and the answer comes with its acknowledgement, each time that it is sent", () => {
    const { world, macs } = macStreet(2);
    let [asked, handedUp] = [0, 0];
    const answers: number[][] = [];
    macs[1].onFrame = () => handedUp++;
    macs[1].onAsked = (writer) => {
      asked++;
      writer.u16(0x1234);
    };
    macs[0].onAnswered = (source, buffer, offset, length) => {
      expect([...source]).toEqual([...macs[1].eui64]);
      answers.push([...buffer.slice(offset, offset + length)]);
    };
    const number = macs[0].newSequence();
    for (let n = 0; n < 2; n++) {
      macs[0].prepare(macs[1].eui64, 0, Haste.some, number);
      expect(macs[0].submit()).toBe(true);
      world.runUntil(world.now_us + 1e6);
    }
    expect(send(macs[0], macs[1].eui64, [1])).toBe(true);
    world.runUntil(world.now_us + 1e6);
    expect(asked).toBe(2);
    expect(answers).toEqual([
      [0x12, 0x34],
      [0x12, 0x34],
    ]);
    expect(handedUp).toBe(1);
  });

  it("goes to all when it is a broadcast, unacknowledged", () => {
    const { world, macs } = macStreet(4);
    let heard = 0;
    for (const mac of macs)
      mac.onFrame = (_source, _buffer, _offset, _length, broadcast) => (heard += +broadcast);
    send(macs[0], undefined, [9]);
    world.runUntil(1e6);
    expect(heard).toBe(3);
    expect(macs.map((mac) => mac.counters.acksSent)).toEqual([0, 0, 0, 0]);
  });

  it("is given up after five retries, each heard by nobody", () => {
    const { world, macs, medium } = macStreet(1);
    const sent: boolean[] = [];
    macs[0].onSent = (_destination, _attempts, delivered) => sent.push(delivered);
    send(macs[0], new Uint8Array(8).fill(5), [1]);
    world.runUntil(5e6);
    expect(sent).toEqual([false]);
    expect(medium.radios[0].airtime.frames).toBe(6);
    expect(macs[0].counters).toMatchObject({ sent: 6, retries: 5, failures: 1 });
  });

  for (const hopping of [false, true]) {
    it(`is held back for half a second to one after a word of congestion, ${hopping ? "hopping" : "on one channel"}`, () => {
      const { world, macs } = macStreet(2, 1, {}, undefined, { hopping });
      // Broadcasts, so that nodes that hop know each other.
      for (const mac of macs) {
        send(mac, undefined, [0]);
        world.runUntil(world.now_us + 10e6);
      }
      const times_ms: number[] = [];
      macs[1].onFrame = () => times_ms.push(world.now_us / 1000);
      for (const congested of [false, true, true, true]) {
        send(macs[0], macs[1].eui64, [1]);
        world.runUntil(world.now_us + 50e3);
        macs[1].congested = congested;
      }
      world.runUntil(world.now_us + 20e6);
      expect(times_ms.length).toBe(4);
      const gaps_ms = times_ms.slice(1).map((at_ms, i) => at_ms - times_ms[i]);
      expect(gaps_ms[2]).toBeGreaterThan(499);
      expect(macs[0].counters.heldBack).toBeGreaterThan(1);
      if (!hopping) expect(Math.max(...gaps_ms)).toBeLessThan(1100);
    });
  }

  it("is refused when its payload does not fit, or the queue is full", () => {
    const { macs } = macStreet(1);
    expect(send(macs[0], undefined, new Uint8Array(237))).toBe(false);
    expect(send(macs[0], undefined, new Uint8Array(236))).toBe(true);
    expect([1, 2, 3].map(() => send(macs[0], undefined, [1]))).toEqual([true, true, true]);
    expect(send(macs[0], undefined, [1])).toBe(false);
  });
});

/** Every node sends numbered frames to random others; answers what each saw. */
function exchange(nodes: number, frames: number, seed: number, frameLoss: number, interval_us: number) {
  const { world, macs, medium } = macStreet(nodes, seed, { frameLoss });
  const random = new Random(seed, "exchange");
  const addresses = new Map(macs.map((mac, n) => [mac.eui64.join(), n]));
  const received = new Map<string, number>();
  const reported = new Map<number, boolean[]>();
  const wanted = new Map<number, string[]>();
  macs.forEach((mac, n) => {
    reported.set(n, []);
    wanted.set(n, []);
    mac.onSent = (_destination, _attempts, delivered) => reported.get(n)!.push(delivered);
    mac.onFrame = (source, buffer, offset, length) => {
      expect(length).toBe(40);
      const key = `${addresses.get(source.join())}>${n}#${buffer[offset] * 256 + buffer[offset + 1]}`;
      received.set(key, (received.get(key) ?? 0) + 1);
    };
    for (let k = 0; k < frames; k++) {
      world.at(random.below(frames * interval_us), () => {
        const to = (n + 1 + random.below(nodes - 1)) % nodes;
        const payload = new Uint8Array(40);
        payload.set([k >> 8, k & 0xff]);
        if (send(mac, macs[to].eui64, payload)) wanted.get(n)!.push(`${n}>${to}#${k}`);
      });
    }
  });
  world.runUntil(frames * interval_us + 60e6);
  return { macs, medium, received, reported, wanted };
}

describe("many frames over a lossy channel", () => {
  for (const frameLoss of [0, 0.1, 0.3]) {
    it(`are delivered once or reported failed at ${frameLoss * 100} % loss`, () => {
      let accepted = 0;
      let delivered = 0;
      for (let seed = 1; seed <= 3; seed++) {
        const run = exchange(6, 200, seed, frameLoss, 400_000);
        run.wanted.forEach((keys, n) => {
          const reports = run.reported.get(n)!;
          expect(reports.length).toBe(keys.length);
          accepted += keys.length;
          keys.forEach((key, i) => {
            const times = run.received.get(key) ?? 0;
            expect(times).toBeLessThanOrEqual(1);
            if (reports[i]) {
              expect(times).toBe(1);
              delivered++;
            }
          });
        });
        expect([...run.received.values()].every((times) => times === 1)).toBe(true);
      }
      const share = delivered / accepted;
      console.log(`${frameLoss * 100} % loss: ${delivered} of ${accepted} acknowledged`);
      expect(share).toBeGreaterThan(frameLoss === 0.3 ? 0.95 : 0.999);
    });
  }
});

describe("a shared channel", () => {
  it("serves two nodes that send at once", () => {
    const { world, macs } = macStreet(3);
    let received = 0;
    macs[2].onFrame = () => received++;
    for (let k = 0; k < 100; k++) {
      world.at(k * 500_000, () => {
        send(macs[0], macs[2].eui64, [k, 0]);
        send(macs[1], macs[2].eui64, [k, 1]);
      });
    }
    world.runUntil(60e6);
    expect(received).toBe(200);
  });

  it("serves nodes that do not hear each other", () => {
    const hidden = (from: number, to: number) => (from + to === 1 ? -Infinity : -60);
    const { world, macs } = macStreet(3, 1, { air: new OpenAir(OPEN_STREET.bitRate, hidden) });
    let received = 0;
    macs[2].onFrame = () => received++;
    for (let k = 0; k < 100; k++) {
      world.at(k * 500_000, () => {
        send(macs[0], macs[2].eui64, [k, 0]);
        send(macs[1], macs[2].eui64, [k, 1]);
      });
    }
    world.runUntil(60e6);
    expect(macs[0].counters.retries + macs[1].counters.retries).toBeGreaterThan(20);
    expect(received).toBe(200);
  });

  it("keeps quiet while an acknowledgement is on its way", () => {
    // The slowest receiver allowed: the channel is silent for 10 ms before its acknowledgement.
    const { world, macs } = macStreet(5, 1, { timing: { ...IDEAL, turnaround_us: 10_000 } });
    let received = 0;
    macs[4].onFrame = () => received++;
    for (let k = 0; k < 50; k++) {
      world.at(k * 1e6, () => {
        for (let n = 0; n < 4; n++) send(macs[n], macs[4].eui64, [k, n]);
      });
    }
    world.runUntil(60e6);
    expect(received).toBe(200);
    // Had an acknowledgement been lost, the frame would have come again.
    expect(macs[4].counters.dropped[Cause.duplicate]).toBe(0);
  });

  it("uses the channel it is told", () => {
    const { medium, macs, world } = macStreet(2);
    const channels: number[] = [];
    medium.onFrame = (_at, _from, channel, bytes) => {
      channels.push(channel);
      if (channels.length === 1) expect(bytes[3] | (bytes[4] << 8)).toBe(PAN);
    };
    send(macs[0], macs[1].eui64, [1]);
    world.runUntil(1e6);
    expect(channels).toEqual([CHANNEL, CHANNEL]);
  });
});
