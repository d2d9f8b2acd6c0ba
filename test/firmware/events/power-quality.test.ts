import { describe, expect, it } from "vitest";
import { EventCode, QUIET_ms } from "firmware/events/log";
import { PowerQuality } from "firmware/events/power-quality";
import { PollStatus, Supply } from "hal/metering-chip";
import { eventsOf } from "../../support/event-log";
import { ScriptedChip, ScriptedMeter } from "../../support/scripted-meter";

const UTC_MS = 1_772_323_200_000;
const POLL_MS = 5_000;

function make(phases = 2) {
  const meter = new ScriptedMeter(new ScriptedChip(phases));
  const { registers, events, utc, chip, clock } = meter;
  registers.listen(new PowerQuality(registers.sample, phases, events));
  utc.set(UTC_MS);
  registers.start();
  clock.advance(POLL_MS);
  return {
    chip,
    clock,
    /** So many polls with `supply`. */
    polls(supply: number, count = 1): void {
      chip.supply = supply;
      clock.advance(count * POLL_MS);
    },
    /** Code, time since UTC_MS in s, argument. */
    events: () =>
      eventsOf(events).map(({ code, utc_ms, argument }) => [code, (utc_ms - UTC_MS) / 1000, argument]),
  };
}

const A = 1;
const B = 2;
const QUIET_POLLS = QUIET_ms / POLL_MS;

describe("the quality of the supply", () => {
  it("is an event when a sag begins, with its phases, and one when it has ended, with its time and length", () => {
    const { polls, events } = make();
    polls((A | B) << Supply.sag, 3);
    expect(events()).toEqual([[EventCode.sagBegan, 10, A | B]]);
    polls(0, QUIET_POLLS + 1);
    expect(events()).toEqual([
      [EventCode.sagBegan, 10, A | B],
      [EventCode.sagEnded, 25, 15_000],
    ]);
  });

  it("makes two events of what comes and goes, however often", () => {
    const { polls, events } = make();
    for (let i = 0; i < 100; i++) {
      polls(A << Supply.swell);
      polls(0, 1 + (i % 100));
    }
    polls(0, QUIET_POLLS + 1);
    expect(events().map(([code]) => code)).toEqual([EventCode.swellBegan, EventCode.swellEnded]);
    const [[, began_s], [, ended_s, length_ms]] = events();
    expect(length_ms).toBe((ended_s - began_s) * 1000);
    polls(B << Supply.swell);
    expect(events().at(-1)).toEqual([EventCode.swellBegan, expect.any(Number), B]);
  });

  it("tells a lost phase from a sag, and both from each other", () => {
    const { polls, events } = make();
    polls((A << Supply.phaseLoss) | ((A | B) << Supply.sag));
    expect(events()).toEqual([
      [EventCode.phaseLost, 10, A],
      [EventCode.sagBegan, 10, B],
    ]);
    polls(A << Supply.phaseLoss, QUIET_POLLS + 1);
    expect(events()).toHaveLength(3);
    expect(events()[2]).toEqual([EventCode.sagEnded, 15, 5_000]);
  });

  it("leaves the loss of all phases to the outage that it is", () => {
    const { polls, events } = make();
    polls((3 << Supply.phaseLoss) | (3 << Supply.sag), 10);
    polls(0, QUIET_POLLS + 1);
    expect(events()).toEqual([]);
  });

  it("knows the order of three phases", () => {
    const { polls, events } = make(3);
    polls(1 << Supply.sequence, 2);
    polls(0, QUIET_POLLS + 1);
    expect(events()).toEqual([
      [EventCode.phaseSequenceWrong, 10, 0],
      [EventCode.phaseSequenceRight, 20, 10_000],
    ]);
  });

  it("concludes nothing from a chip that does not answer", () => {
    const { chip, polls, events } = make();
    polls(A << Supply.sag);
    chip.status = PollStatus.noAnswer;
    polls(0, 2 * QUIET_POLLS);
    chip.status = PollStatus.ok;
    polls(A << Supply.sag, 1);
    expect(events().filter(([code]) => code !== EventCode.chipSilent)).toEqual([[EventCode.sagBegan, 10, A]]);
  });
});
