import { describe, expect, it } from "vitest";
import {
  gain,
  phaseAngle,
  powerGain,
  powerOffset,
  rmsOffset,
  UNCALIBRATED,
  type PhaseCalibration,
} from "hal/drivers/atm90e32/calibration";
import { LOW_WORD, Register } from "hal/drivers/atm90e32/registers";
import { Measurements, PollStatus, Quantity } from "hal/metering-chip";
import { NO_ERRORS, type SensorErrors } from "../../../../host-sim/chips/sensor-errors";
import { Rig, SECOND_US, steadyLoad } from "../../metering-rig";

describe("calibration words", () => {
  it("offsets are the negated reading's bits from 7 up", () => {
    expect(rmsOffset(0x0000_1900)).toBe(0xffce);
    expect(rmsOffset(0)).toBe(0);
  });

  it("gains are scaled by reference over measured, and end at 16 bits", () => {
    expect(gain(0x8000, 240, 230)).toBe(34193);
    expect(gain(0x8000, 480, 100)).toBe(0xffff);
  });

  it("power offsets are the negated low word", () => {
    expect(powerOffset(100)).toBe(0xff9c);
    expect(powerOffset(-100)).toBe(100);
  });

  it("power gain is -e / (1 + e) in parts of 2^15", () => {
    expect(powerGain(0.01)).toBe(0x10000 - 324);
    expect(powerGain(-0.01)).toBe(331);
  });

  it("phase angle is e times the steps of the line frequency, sign and magnitude", () => {
    expect(phaseAngle(0.01, 60)).toBe(31);
    expect(phaseAngle(0.01, 50)).toBe(38);
    expect(phaseAngle(-0.01, 60)).toBe(0x8000 | 31);
    expect(phaseAngle(1, 60)).toBe(0x3ff);
  });
});

describe("a meter with sensors that are off", () => {
  const errors: SensorErrors = {
    voltage: -0.04,
    current: 0.03,
    lead_rad: 0.012,
    leak_mW: 900,
    voltageOffset_mV: 0,
    currentOffset_mA: 12,
  };

  function started(words: PhaseCalibration, active_W: number, reactive_var: number): Rig {
    const rig = new Rig(steadyLoad([active_W], [reactive_var]), { errors: [errors], calibration: [words] });
    expect(rig.driver.initialize()).toBe(PollStatus.ok);
    return rig;
  }

  function read32(rig: Rig, address: number): number {
    const word = (at: number) => {
      const frame = new Uint8Array([0x80 | (at >> 8), at & 0xff, 0, 0]);
      rig.chip.transfer(frame);
      return (frame[2] << 8) | frame[3];
    };
    return (word(address) << 16) | word(address + LOW_WORD);
  }

  /** Relative error of a minute's energy. */
  function energyError(rig: Rig): number {
    for (let i = 0; i < 12; i++) rig.poll();
    rig.truth.advanceTo(rig.time.now_us);
    return (
      (rig.excess(Quantity.activeDelivered, 1) * 3.125) / rig.truth.energy_mWh(Quantity.activeDelivered, 1)
    );
  }

  it("is within 0.1 % after the steps of the application note, in their order", () => {
    let words: PhaseCalibration = UNCALIBRATED;
    const values = new Measurements();

    let rig = started(words, 0, 0);
    words = { ...words, currentOffset: rmsOffset(read32(rig, Register.IrmsA)) };

    rig = started(words, 1200, 0);
    rig.time.now_us += SECOND_US;
    rig.driver.measure(values);
    words = {
      ...words,
      voltageGain: gain(words.voltageGain, 120_000, values.voltage_mV[0]),
      currentGain: gain(words.currentGain, 10_000, values.current_mA[0]),
    };

    rig = started(words, 0, 0);
    words = { ...words, activeOffset: powerOffset(read32(rig, Register.PmeanT + 1)) };

    words = { ...words, powerGain: powerGain(energyError(started(words, 1200, 0))) };
    const inductive = energyError(started(words, 600, 1039));
    expect(Math.abs(inductive)).toBeGreaterThan(0.01);
    words = { ...words, phaseAngle: phaseAngle(inductive, 60) };

    expect(Math.abs(energyError(started(words, 1200, 0)))).toBeLessThan(0.001);
    expect(Math.abs(energyError(started(words, 600, 1039)))).toBeLessThan(0.001);
    expect(Math.abs(energyError(started(words, 30, 0)))).toBeLessThan(0.001);

    rig = started(words, 1200, 0);
    rig.time.now_us += SECOND_US;
    rig.driver.measure(values);
    expect(Math.abs(values.voltage_mV[0] - 120_000)).toBeLessThanOrEqual(20);
    expect(Math.abs(values.current_mA[0] - 10_000)).toBeLessThanOrEqual(5);
  });

  it("is wrong by the product of its errors without calibration", () => {
    const rig = new Rig(steadyLoad([1200]), { errors: [{ ...NO_ERRORS, voltage: 0.1, current: 0.1 }] });
    rig.driver.initialize();
    expect(energyError(rig)).toBeCloseTo(0.21, 3);
  });
});
