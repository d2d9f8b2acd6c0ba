import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bus } from "hal/drivers/ade7953/bus";
import { Ade7953 } from "hal/drivers/ade7953/driver";
import { I2cBus } from "hal/drivers/ade7953/i2c-bus";
import { SpiBus } from "hal/drivers/ade7953/spi-bus";
import { UartBus } from "hal/drivers/ade7953/uart-bus";
import { Atm90e32 } from "hal/drivers/atm90e32/driver";
import { PollSample } from "hal/metering-chip";
import type { Spi } from "hal/spi";
import { Ade7953Chip } from "../../host-sim/chips/ade7953";
import { Ade7953OverI2c } from "../../host-sim/chips/ade7953-i2c";
import { Ade7953OverUart } from "../../host-sim/chips/ade7953-uart";
import { Atm90e32Chip } from "../../host-sim/chips/atm90e32";
import { BehaviouralChip } from "../../host-sim/chips/behavioural-chip";
import { UartLine } from "../../host-sim/chips/uart-line";
import { Feed } from "../../host-sim/load/feed";
import { noFaults } from "../../host-sim/options";
import { Random } from "../../host-sim/random";
import { meteringChipContract, type MakeChip, type Traits } from "./metering-chip.contract";
import { clockOf, randomLoad } from "./metering-rig";

const onTheBus: MakeChip = (time, feed) =>
  new Atm90e32({
    spi: new Atm90e32Chip(time, feed),
    clock: clockOf(time),
    delay_ms() {},
    phases: feed.load.phases,
    lineFrequency_Hz: 60,
  });
const behavioural: MakeChip = (time, feed) => new BehaviouralChip(time, feed);

const ade7953 =
  (busOf: (chip: Spi) => Bus): MakeChip =>
  (time, feed) =>
    new Ade7953({
      bus: busOf(new Ade7953Chip(time, feed)),
      clock: clockOf(time),
      delay_ms() {},
      phases: feed.load.phases === 1 ? 1 : 2,
    });
const lineTo = (chip: Spi): UartLine =>
  new UartLine(new Ade7953OverUart(chip), noFaults, new Random(1, "uart"), () => {});

const ATM90E32: Traits = {
  perCount_mWh: 3.125,
  maxPhases: 3,
  net: false,
  powerStep_mW: 0,
  frequencyStep_mHz: 0,
  temperature_dC: 250,
  manyVoltages: true,
};
const ADE7953: Traits = {
  perCount_mWh: 1 / 30,
  maxPhases: 2,
  net: true,
  powerStep_mW: 12,
  frequencyStep_mHz: 16,
  temperature_dC: 0,
  manyVoltages: false,
};

meteringChipContract("ATM90E32AS driver on the simulated chip", onTheBus, ATM90E32);
meteringChipContract("behavioural chip", behavioural, ATM90E32);
meteringChipContract(
  "ADE7953 driver on the simulated chip over SPI",
  ade7953((chip) => new SpiBus(chip)),
  ADE7953,
);
meteringChipContract(
  "ADE7953 driver on the simulated chip over I2C",
  ade7953((chip) => new I2cBus(new Ade7953OverI2c(chip))),
  ADE7953,
);
meteringChipContract(
  "ADE7953 driver on the simulated chip over its UART",
  ade7953((chip) => new UartBus(lineTo(chip))),
  ADE7953,
);

describe("both depths of simulation", () => {
  it("give the same counts and voltages, poll by poll", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(1, 2, 3),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 9_000_000 }), { minLength: 20, maxLength: 100 }),
        (seed, phases, receives, waits_us) => {
          const time = { now_us: 0 };
          const feed = () => new Feed(randomLoad(new Random(seed, "load"), phases, receives));
          const chips = [onTheBus(time, feed()), behavioural(time, feed())];
          const samples = chips.map(() => new PollSample());
          for (const chip of chips) chip.initialize();
          for (const wait_us of waits_us) {
            time.now_us += wait_us;
            chips.forEach((chip, i) => chip.poll(samples[i]));
            expect(samples[0].counts).toEqual(samples[1].counts);
            // The simulated chip renews its measurements three times a second.
            if (wait_us > 400_000) expect(samples[0].voltage_mV).toEqual(samples[1].voltage_mV);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
