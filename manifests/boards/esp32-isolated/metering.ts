import type { Clock } from "hal/clock";
import { Ade7953 } from "hal/drivers/ade7953/driver";
import { UART_BAUD, UART_TIMES, UartBus } from "hal/drivers/ade7953/uart-bus";
import type { MeteringChip } from "hal/metering-chip";
import { ModdableUart } from "hal/moddable/uart";
import Timer from "timer";
import pins from "./pins";

/** A poll blocks for half a second. */
export const POLL_PERIOD_MS = 2_000;

/** An ADE7953 with one current channel, on its UART: two optocouplers isolate that from what is live. */
export function makeMeteringChip(clock: Clock): MeteringChip {
  const { metering } = pins.Serial;
  const uart = new ModdableUart(metering.io, { ...metering, baud: UART_BAUD }, UART_TIMES);
  return new Ade7953({ bus: new UartBus(uart), clock, delay_ms: Timer.delay, phases: 1 });
}
