import { describe, expect, it } from "vitest";
import { GeneralConfiguration } from "firmware/configuration/general";
import { EventCode, QUIET_ms } from "firmware/events/log";
import { Tamper } from "firmware/events/tamper";
import type { DigitalInput } from "hal/digital-pin";
import { countIndex, Quantity, Supply } from "hal/metering-chip";
import { eventsOf } from "../../support/event-log";
import { ScriptedMeter } from "../../support/scripted-meter";

const POLL_MS = 5_000;
const POLLS_AN_HOUR = 720;
const HOURS = 3_600_000 / POLL_MS;
const COUNTS_A_WH = 320;

class Pin implements DigitalInput {
  onReadable: () => void = () => {};
  level = 0;

  read(): number {
    return this.level;
  }

  /** The level changes; `isHeard` where its edge does, too. */
  set(level: number, isHeard = true): void {
    this.level = level;
    if (isHeard) this.onReadable();
  }
}

function make(reverseLimit_Wh = 10) {
  const { registers, events, chip, clock } = new ScriptedMeter();
  const configuration = new GeneralConfiguration();
  configuration.reverseLimit_Wh = reverseLimit_Wh;
  const cover = new Pin();
  const magnet = new Pin();
  magnet.level = 1;
  const { sample, measurements } = registers;
  registers.listen(new Tamper({ chip, sample, measurements, events, configuration, cover, magnet }));
  registers.start();
  return {
    chip,
    clock,
    cover,
    magnet,
    /** So many polls, each with what was received on total, A and B, in Wh. */
    receive(each_Wh: [number, number, number], polls: number): void {
      for (let i = 0; i < polls; i++) {
        for (let channel = 0; channel < 3; channel++)
          chip.pending[countIndex(Quantity.activeReceived, channel)] += each_Wh[channel] * COUNTS_A_WH;
        clock.advance(POLL_MS);
      }
    },
    events: () => eventsOf(events).map(({ code, argument }) => [code, argument]),
  };
}

describe("energy that runs backwards", () => {
  it("is reverse flow beyond the limit, once while it goes on, and says by how much", () => {
    const meter = make();
    meter.receive([1, 1, 0], 10);
    expect(meter.events()).toEqual([]);
    meter.receive([1, 1, 0], 600);
    expect(meter.events()).toEqual([[EventCode.reverseFlow, 11]]);
  });

  it("is none where noise sums up to the limit over hours", () => {
    const meter = make();
    meter.receive([0.01, 0.01, 0.01], 24 * POLLS_AN_HOUR);
    expect(meter.events()).toEqual([]);
  });

  it("is expected of a customer who produces", () => {
    const meter = make(0);
    meter.receive([5, 5, 5], HOURS);
    expect(meter.events()).toEqual([]);
  });

  it("on one phase alone is a phase that is wired the wrong way round", () => {
    const meter = make();
    meter.receive([0, 0, 1], 100);
    expect(meter.events()).toEqual([[EventCode.phaseInverted, 2]]);
  });
});

describe("current without voltage", () => {
  it("is an event with its phases, once while it lasts", () => {
    const { chip, clock, events } = make();
    chip.current_mA[0] = 5_000;
    clock.advance(POLL_MS);
    expect(events()).toEqual([]);
    chip.supply = 1 << Supply.phaseLoss;
    clock.advance(100 * POLL_MS);
    expect(events()).toEqual([[EventCode.currentWithoutVoltage, 1]]);
  });

  it("is none where nothing flows, or where all is lost", () => {
    const { chip, clock, events } = make();
    chip.current_mA[1] = 5_000;
    chip.current_mA[0] = 100;
    chip.supply = 1 << Supply.phaseLoss;
    clock.advance(10 * POLL_MS);
    chip.supply = 3 << Supply.phaseLoss;
    clock.advance(10 * POLL_MS);
    expect(events()).toEqual([]);
  });
});

describe("cover and magnet", () => {
  it("are heard at once, and when it is over for good", () => {
    const { clock, cover, magnet, events } = make();
    clock.advance(1234);
    cover.set(1);
    magnet.set(0);
    expect(events()).toEqual([
      [EventCode.coverOpened, 0],
      [EventCode.magnetFound, 0],
    ]);
    clock.advance(1000);
    cover.set(0);
    clock.advance(QUIET_ms + POLL_MS);
    expect(events().at(-1)).toEqual([EventCode.coverClosed, 1000]);
    magnet.set(1);
    clock.advance(QUIET_ms + POLL_MS);
    expect(events().at(-1)![0]).toBe(EventCode.magnetGone);
  });

  it("are seen at the next poll where the edge was not heard, or the meter was off", () => {
    const { clock, cover, events } = make();
    cover.set(1, false);
    expect(events()).toEqual([]);
    clock.advance(POLL_MS);
    expect(events()).toEqual([[EventCode.coverOpened, 0]]);
  });
});
