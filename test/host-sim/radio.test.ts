import { describe, expect, it } from "vitest";
import { Medium, type MediumOptions, OPEN_STREET } from "../../host-sim/radio/medium";
import { OpenAir } from "../../host-sim/radio/open-air";
import { IDEAL } from "../../host-sim/radio/timing";
import { Random } from "../../host-sim/random";
import { World } from "../../host-sim/world";
import { radioContract } from "../hal/radio.contract";

const CHANNEL = 4;
/** As an SX1262 takes it, and nothing else. */
const TURNAROUND = { ...IDEAL, turnaround_us: 250 };

/** Strengths by sender and receiver. */
function strengths(rssi_dBm: (from: number, to: number) => number): Partial<MediumOptions> {
  return { air: new OpenAir(OPEN_STREET.bitRate, rssi_dBm) };
}

function street(nodes: number, options: Partial<MediumOptions> = {}) {
  const world = new World();
  const medium = new Medium({
    ...OPEN_STREET,
    timing: { ...IDEAL, turnaround_us: 0 },
    world,
    random: new Random(1, "air"),
    ...options,
  });
  const received: string[] = [];
  const radios = Array.from({ length: nodes }, (_, n) => {
    const radio = medium.addRadio();
    radio.listen(CHANNEL);
    radio.onReceive = (frame, length) => received.push(`${frame[0]}>${n}:${length}`);
    return radio;
  });
  /** Sends a frame of 89 bytes, 8 ms on the air, that begins with the sender's number. */
  const sendAt = (at_ms: number, from: number, channel = CHANNEL) => {
    const frame = new Uint8Array(89).fill(from);
    world.at(at_ms * 1000, () => radios[from].transmit(frame, frame.length, channel));
  };
  return { world, medium, radios, received, sendAt };
}

radioContract("the simulated radio", () => {
  const { world, radios } = street(2, { timing: TURNAROUND });
  return {
    a: radios[0],
    b: radios[1],
    run: (delay_ms) => world.runUntil(world.now_us + delay_ms * 1000),
    now_ms: () => Math.floor(world.now_us / 1000),
  };
});

describe("the air", () => {
  it("holds a frame as long as preamble, sync word, length and bytes take", () => {
    for (const [length, airtime_us] of [
      [120, 10_480],
      [220, 18_480],
    ] as const) {
      const { world, radios } = street(2, { timing: TURNAROUND });
      let sent_us = 0;
      radios[0].onSent = () => (sent_us = world.now_us);
      radios[0].transmit(new Uint8Array(length), length, CHANNEL);
      world.runUntil(1e6);
      expect(sent_us).toBe(250 + airtime_us);
      expect(radios[0].airtime).toMatchObject({ frames: 1, bytes: length, total_us: airtime_us });
    }
  });

  it("brings a frame to all others", () => {
    const { world, received, sendAt } = street(4);
    sendAt(1, 0);
    world.runUntil(1e6);
    expect(received).toEqual(["0>1:89", "0>2:89", "0>3:89"]);
  });

  it("loses frames that overlap, if only for a few bytes", () => {
    for (const [second_ms, expected] of [
      [1, []],
      [8.5, []],
      [9, ["0>2:89", "1>2:89"]],
    ] as const) {
      const { world, received, sendAt } = street(3);
      sendAt(1, 0);
      sendAt(second_ms, 1);
      world.runUntil(1e6);
      expect(received.filter((text) => text.includes(">2"))).toEqual(expected);
    }
  });

  it("keeps the earlier frame where it is stronger by 10 dB", () => {
    const sent_dBm = [-60, -70, -70, -65];
    const pairs = [
      [0, 1, "0>2:89"],
      [1, 0, undefined],
      [0, 3, undefined],
    ] as const;
    for (const [first, second, expected] of pairs) {
      const { world, received, sendAt } = street(
        4,
        strengths((from) => sent_dBm[from] ?? 0),
      );
      sendAt(1, first);
      sendAt(2, second);
      world.runUntil(1e6);
      expect(received.filter((text) => text.includes(">2"))[0]).toBe(expected);
    }
  });

  it("does not let frames of other channels disturb", () => {
    const { world, received, sendAt } = street(3);
    sendAt(1, 0);
    sendAt(2, 1, CHANNEL + 1);
    world.runUntil(1e6);
    expect(received).toEqual(["0>2:89"]);
  });

  it("brings nothing out of range, neither frames nor collisions nor energy", () => {
    const inLine = (from: number, to: number) => (Math.abs(from - to) > 1 ? -Infinity : -60);
    const { world, radios, received, sendAt } = street(4, strengths(inLine));
    sendAt(1, 0);
    sendAt(2, 3);
    const clear: boolean[] = [];
    world.at(5000, () => clear.push(...radios.map((radio) => radio.channelClear(CHANNEL))));
    world.at(5000, () => expect(received).toEqual([]));
    world.runUntil(1e6);
    expect(received).toEqual(["0>1:89", "3>2:89"]);
    expect(clear).toEqual([false, false, false, false]);
  });

  it("brings nothing to who sent, or came, in the middle of a frame", () => {
    const { world, radios, received, sendAt } = street(4);
    world.at(0, () => radios[2].listen(CHANNEL + 1));
    sendAt(1, 0);
    sendAt(2, 1, CHANNEL + 1);
    world.at(3000, () => radios[2].listen(CHANNEL));
    world.runUntil(1e6);
    expect(received).toEqual(["0>3:89"]);
  });

  it("hears energy from the first bit of preamble on", () => {
    const { world, radios, sendAt } = street(2, { timing: TURNAROUND });
    sendAt(1, 0);
    const clear: boolean[] = [];
    for (const at_us of [1249, 1251, 9249, 9251]) {
      world.at(at_us, () => clear.push(radios[1].channelClear(CHANNEL)));
    }
    world.runUntil(1e6);
    expect(clear).toEqual([true, false, false, true]);
  });

  it("loses the share of frames that it is told, at each receiver apart", () => {
    const { world, received, sendAt } = street(3, { frameLoss: 0.3 });
    for (let k = 0; k < 2000; k++) sendAt(k * 10, 0);
    world.runUntil(30e6);
    for (const to of [1, 2]) {
      const share = received.filter((text) => text.includes(`>${to}`)).length / 2000;
      expect(share).toBeGreaterThan(0.66);
      expect(share).toBeLessThan(0.74);
    }
  });

  it("shows each frame once, as it starts", () => {
    const { world, medium, sendAt } = street(3, { frameLoss: 1 });
    const seen: number[][] = [];
    medium.onFrame = (at_us, from, channel, bytes, length, rssi_dBm) =>
      seen.push([at_us, from, channel, bytes[0], length, rssi_dBm]);
    sendAt(1, 2);
    sendAt(3, 1, 9);
    world.runUntil(1e6);
    expect(seen).toEqual([
      [1000, 2, CHANNEL, 2, 89, -60],
      [3000, 1, 9, 1, 89, -60],
    ]);
  });
});

describe("the account of a node's time on the air", () => {
  it("gives the greatest time on one channel in any 20 s", () => {
    const { world, radios, sendAt } = street(1);
    // 8 ms each: two in one window of channel 4, then three that span 20 s exactly, and one on another channel.
    for (const at_ms of [0, 19_000, 60_000, 70_000, 79_992]) sendAt(at_ms, 0);
    sendAt(75_000, 0, CHANNEL + 1);
    world.runUntil(200e6);
    expect(radios[0].airtime).toMatchObject({ frames: 6, total_us: 48_000, channelDwellMax_us: 24_000 });
  });

  it("keeps the channels apart, each with its own time and its own 20 s", () => {
    const { world, radios, sendAt } = street(1);
    // 16 ms apart over 100 channels in turn: each comes again after 1.6 s.
    for (let k = 0; k < 2600; k++) sendAt(16 * k, 0, k % 100);
    world.runUntil(60e6);
    const { byChannel_us, channelDwellMax_us } = radios[0].airtime;
    expect([...byChannel_us]).toEqual(
      Array.from({ length: 129 }, (_, channel) => (channel < 100 ? 26 * 8000 : 0)),
    );
    expect(channelDwellMax_us).toBe(13 * 8000);
  });

  it("forgets what lies more than 20 s back", () => {
    const { world, radios, sendAt } = street(1);
    for (let k = 0; k < 10; k++) sendAt(k * 20_000, 0);
    world.runUntil(300e6);
    expect(radios[0].airtime.channelDwellMax_us).toBe(8000);
  });
});
