import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHANNELS, frameTime_us } from "hal/channel-plan";
import { DwellAccount } from "firmware/mesh/mac/account";

const ALLOWED_us = 200_000;
const WINDOW_ms = 20_000;

describe("the account of the channels", () => {
  it("never lets more than 200 ms through on a channel in any 20 s, and restarts with it do not add up to 400", () => {
    const tries = fc.array(
      fc.record({ wait_ms: fc.nat(400), channel: fc.nat(2), length: fc.integer({ min: 20, max: 255 }) }),
      { minLength: 100, maxLength: 400 },
    );
    fc.assert(
      fc.property(tries, fc.nat(1e6), (list, start_ms) => {
        const account = new DwellAccount();
        const sent: { channel: number; at_ms: number; time_us: number }[] = [];
        let at_ms = start_ms;
        for (const { wait_ms, channel, length } of list) {
          at_ms += wait_ms;
          if (account.enter(channel, length, at_ms))
            sent.push({ channel, at_ms, time_us: frameTime_us(length) });
        }
        for (const last of sent) {
          const window = sent.filter(
            ({ channel, at_ms: then_ms }) =>
              channel === last.channel && then_ms <= last.at_ms && then_ms > last.at_ms - WINDOW_ms,
          );
          expect(window.reduce((sum, { time_us }) => sum + time_us, 0)).toBeLessThanOrEqual(ALLOWED_us);
        }
      }),
    );
  });

  it("lets nearly all of that through, on each channel of its own", () => {
    const account = new DwellAccount();
    for (let channel = 0; channel < CHANNELS; channel++) {
      let sent = 0;
      while (account.enter(channel, 200, 60_000)) sent++;
      expect(sent).toBe(Math.floor(ALLOWED_us / frameTime_us(200)));
    }
  });

  it("opens a channel again once 25 s have passed, and after any longer silence", () => {
    for (const silence_ms of [25_000, 26_000, 61_000, 1e9]) {
      const account = new DwellAccount();
      while (account.enter(3, 255, 1_000));
      expect(account.enter(3, 255, 1_000 + 19_999)).toBe(false);
      expect(account.enter(3, 255, 1_000 + silence_ms)).toBe(true);
    }
  });
});
