import type { Clock } from "hal/clock";
import { Ade7953 } from "hal/drivers/ade7953/driver";
import type { MeteringChip } from "hal/metering-chip";
import { ModdableSpi } from "hal/moddable/spi";
import Timer from "timer";
import pins from "./pins";

export const POLL_PERIOD_MS = 1_000;

/** An ADE7953 with two current channels on one voltage. */
export function makeMeteringChip(clock: Clock): MeteringChip {
  const { metering } = pins.SPI;
  const spi = new ModdableSpi(new metering.io({ ...metering, active: 0, hz: 2_000_000, mode: 0 }));
  return new Ade7953({ spi, clock, delay_ms: Timer.delay, phases: 2 });
}
