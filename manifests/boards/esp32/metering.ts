import type { Clock } from "hal/clock";
import { Ade7953 } from "hal/drivers/ade7953/driver";
import { I2C_ADDRESS, I2C_HZ, I2cBus } from "hal/drivers/ade7953/i2c-bus";
import type { MeteringChip } from "hal/metering-chip";
import { ModdableI2c } from "hal/moddable/i2c";
import Timer from "timer";
import pins from "./pins";

export const POLL_PERIOD_MS = 1_000;

/** An ADE7953 with two current channels on one voltage, on I2C as in the relays and plugs that carry this chip. */
export function makeMeteringChip(clock: Clock): MeteringChip {
  const { metering } = pins.I2C;
  const i2c = new ModdableI2c(new metering.io({ ...metering, address: I2C_ADDRESS, hz: I2C_HZ }));
  return new Ade7953({ bus: new I2cBus(i2c), clock, delay_ms: Timer.delay, phases: 2 });
}
