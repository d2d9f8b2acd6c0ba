import type { Clock } from "hal/clock";
import { Atm90e32 } from "hal/drivers/atm90e32/driver";
import type { MeteringChip } from "hal/metering-chip";
import { PicoSpi } from "hal/moddable/pico/spi";
import Timer from "timer";
import pins from "./pins";

export const POLL_PERIOD_MS = 5_000;

/** An ATM90E32AS on both legs of a split-phase service. */
export function makeMeteringChip(clock: Clock): MeteringChip {
  const { metering } = pins.SPI;
  const spi = new PicoSpi({ ...metering, hz: 1_000_000, mode: 3 });
  return new Atm90e32({ spi, clock, delay_ms: Timer.delay, phases: 2, lineFrequency_Hz: 60 });
}
