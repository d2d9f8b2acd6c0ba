import { describe, expect, it } from "vitest";
import {
  gain,
  phaseAngle,
  UNCALIBRATED,
  type Calibration,
  type ChannelCalibration,
} from "hal/drivers/ade7953/calibration";
import { GAIN_ONE } from "hal/drivers/ade7953/registers";
import { CHANNELS, Measurements, PollStatus, Quantity } from "hal/metering-chip";
import { NO_ERRORS, type SensorErrors } from "../../../../host-sim/chips/sensor-errors";
import { Ade7953Rig, SECOND_US, steadyLoad } from "../../metering-rig";

describe("calibration words", () => {
  it("gains are 0x400000 x expected / actual, from a half to two", () => {
    expect(gain(GAIN_ONE, 230, 220)).toBe(Math.round((0x400000 * 230) / 220));
    expect(gain(0x300000, 100, 100)).toBe(0x300000);
    expect(gain(GAIN_ONE, 500, 100)).toBe(0x7fffff);
    expect(gain(GAIN_ONE, 100, 500)).toBe(0x200000);
  });

  it("phase angle is sign and magnitude in 10 bits", () => {
    expect(phaseAngle(0, 50)).toBe(0);
    // 1 degree at 50 Hz is 55.6 us, 49.7 steps; its error at power factor 0.5 is 3 %.
    const error = (Math.PI / 180) * Math.sqrt(3);
    expect(phaseAngle(error, 50)).toBe(50);
    expect(phaseAngle(-error, 50)).toBe(0x200 | 50);
    expect(phaseAngle(error, 60)).toBe(41);
    expect(phaseAngle(1, 50)).toBe(0x1ff);
  });
});

describe("a meter with sensors that are off", () => {
  const errors: SensorErrors[] = [
    { ...NO_ERRORS, voltage: -0.04, current: 0.03, lead_rad: 0.012 },
    { ...NO_ERRORS, current: -0.3, lead_rad: -0.02 },
  ];

  function started(calibration: Calibration, active_W: number[], reactive_var: number[] = []): Ade7953Rig {
    const rig = new Ade7953Rig(steadyLoad(active_W, reactive_var, 230), { errors, calibration });
    expect(rig.driver.initialize()).toBe(PollStatus.ok);
    return rig;
  }

  /** A minute's counts of a quantity in a channel over what they should be. */
  function ratio(rig: Ade7953Rig, quantity: number, channel: number): number {
    for (let i = 0; i < 60; i++) rig.poll(SECOND_US);
    const counts = rig.counts[quantity * CHANNELS + channel];
    return counts / (counts - rig.excess(quantity, channel));
  }

  function withChannels(
    calibration: Calibration,
    change: (words: ChannelCalibration, channel: number) => Partial<ChannelCalibration>,
  ): Calibration {
    const channels = calibration.channels.map((words, i) => ({ ...words, ...change(words, i) }));
    return { ...calibration, channels };
  }

  it("is within 0.1 % after voltage and current, phase angle, then powers", () => {
    let words: Calibration = { voltageGain: GAIN_ONE, channels: [UNCALIBRATED, UNCALIBRATED] };
    const values = new Measurements();

    started(words, [2300, 2300]).driver.measure(values);
    words = { ...words, voltageGain: gain(words.voltageGain, 230_000, values.voltage_mV[0]) };
    words = withChannels(words, ({ currentGain }, i) => ({
      currentGain: gain(currentGain, 10_000, values.current_mA[i]),
    }));

    const inductive = started(words, [600, 600], [1039, 1039]);
    words = withChannels(words, (_, i) => {
      const error = ratio(inductive, Quantity.activeDelivered, 1 + i) - 1;
      expect(Math.abs(error)).toBeGreaterThan(0.01);
      return { phaseAngle: phaseAngle(error, 60) };
    });

    const resistive = started(words, [1200, 1200], [1200, 1200]);
    words = withChannels(words, (before, i) => ({
      activeGain: gain(before.activeGain, 1, ratio(resistive, Quantity.activeDelivered, 1 + i)),
      reactiveGain: gain(before.reactiveGain, 1, ratio(resistive, Quantity.reactivePositive, 1 + i)),
      apparentGain: gain(before.apparentGain, 1, ratio(resistive, Quantity.apparent, 1 + i)),
    }));

    const loads = [
      started(words, [1200, 1200], [100, 100]),
      started(words, [600, 600], [1039, 1039]),
      started(words, [30, 3000], [10, 500]),
    ];
    for (const rig of loads)
      for (const quantity of [Quantity.activeDelivered, Quantity.reactivePositive, Quantity.apparent])
        for (const channel of [1, 2]) {
          // A step of phase is 0.024 degrees, which is more where little of the current is of the quantity.
          const bound = quantity === Quantity.reactivePositive ? 0.005 : 0.001;
          expect(Math.abs(ratio(rig, quantity, channel) - 1)).toBeLessThan(bound);
        }

    loads[0].driver.measure(values);
    expect(Math.abs(values.voltage_mV[0] - 230_000)).toBeLessThanOrEqual(5);
    expect(Math.abs(values.activePower_mW[1] - 1_200_000)).toBeLessThan(1200);
  });

  it("is wrong by the product of its errors without calibration", () => {
    const rig = started({ voltageGain: GAIN_ONE, channels: [] }, [1200, 0]);
    expect(ratio(rig, Quantity.apparent, 1)).toBeCloseTo(0.96 * 1.03, 4);
  });

  it("of half the nominal full scale is brought to the same count by its gains", () => {
    const half: Calibration = {
      voltageGain: GAIN_ONE,
      channels: [{ ...UNCALIBRATED, currentGain: gain(GAIN_ONE, 1, 2) }],
    };
    const rig = new Ade7953Rig(steadyLoad([1000], [], 230), {
      errors: [{ ...NO_ERRORS, current: 1 }],
      calibration: half,
    });
    rig.driver.initialize();
    expect(ratio(rig, Quantity.activeDelivered, 1)).toBeCloseTo(1, 6);
  });
});
