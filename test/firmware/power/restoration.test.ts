import { describe, expect, it } from "vitest";
import { UtcClock } from "firmware/clock/utc";
import { Kernel } from "firmware/kernel/kernel";
import { PowerNotice, type NoticeSender } from "firmware/power/notice";
import { Outage } from "firmware/power/outage";
import { Restoration, RESTORATION_SPREAD_ms } from "firmware/power/restoration";
import { SeededEntropy } from "../../../host-sim/node";
import { Random } from "../../../host-sim/random";
import { eventLog } from "../../support/event-log";
import { ManualClock } from "../../support/scripted-meter";

/** Writes down what is sent, and when. */
class Recorder implements NoticeSender {
  readonly sent: { at_ms: number; notice: PowerNotice }[] = [];
  /** What becomes of the notices that are sent until there is an answer; undefined: none can be begun. */
  answers: boolean | undefined = true;

  constructor(private readonly clock: ManualClock) {}

  send(notice: PowerNotice, onEnd: (answered: boolean) => void): boolean {
    this.sent.push({ at_ms: this.clock.now_ms(), notice: Object.assign(new PowerNotice(), notice) });
    if (this.answers === undefined) return false;
    onEnd(this.answers);
    return true;
  }
}

function make(seed: number) {
  const clock = new ManualClock();
  const kernel = new Kernel(clock);
  const sender = new Recorder(clock);
  const entropy = new SeededEntropy(new Random(seed, "power"));
  const utc = new UtcClock(clock);
  const outage = new Outage({
    kernel,
    utc,
    events: eventLog(utc),
    minimum_s: 0,
    lastSeen_ms: 0,
    isPowerUp: true,
  });
  const restoration = new Restoration({ kernel, entropy, sender, notice: new PowerNotice(), outage });
  return { clock, sender, restoration };
}

describe("the notice of a restoration", () => {
  it("is sent within two minutes after joining, at random, and says how long ago the supply was back", () => {
    const times = new Set<number>();
    for (let seed = 0; seed < 50; seed++) {
      const { clock, sender, restoration } = make(seed);
      restoration.announce();
      clock.advance(500_000);
      expect(sender.sent).toEqual([]);
      restoration.joined();
      clock.advance(RESTORATION_SPREAD_ms);
      expect(sender.sent).toHaveLength(1);
      const [{ at_ms, notice }] = sender.sent;
      expect(notice.restored_ms).toBe(at_ms);
      times.add(at_ms);
      clock.advance(1e6);
      expect(sender.sent).toHaveLength(1);
    }
    expect(times.size).toBeGreaterThan(40);
  });

  it("is sent again without an answer, five times at most", () => {
    for (const answers of [false, undefined]) {
      const { clock, sender, restoration } = make(3);
      sender.answers = answers;
      restoration.announce();
      restoration.joined();
      clock.advance(1e7);
      expect(sender.sent).toHaveLength(5);
    }
  });

  it("waits while the supply fails again", () => {
    const { clock, sender, restoration } = make(4);
    restoration.announce();
    restoration.joined();
    restoration.pause();
    clock.advance(1e6);
    expect(sender.sent).toEqual([]);
    restoration.resume();
    clock.advance(RESTORATION_SPREAD_ms);
    expect(sender.sent).toHaveLength(1);
  });

  it("is not sent where there is nothing to tell", () => {
    const { clock, sender, restoration } = make(5);
    restoration.joined();
    restoration.resume();
    clock.advance(1e6);
    expect(sender.sent).toEqual([]);
  });
});
