import { Meter } from "firmware/app/meter";
import type { Network } from "firmware/app/network";
import { partitionsOf } from "firmware/storage/partition";
import { Atm90e32 } from "hal/drivers/atm90e32/driver";
import { ResetReason } from "hal/reset";
import type { ServedHal } from "../hal/client";

export const NETWORK: Network = {
  pans: [{ id: 0x574d }],
  channel: 64,
  prefix: Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  headEnd: Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
};

/** The time that the installer sets. */
export const INSTALLED_UTC_MS = 1_767_571_140_000;

/** A whole meter on a served HAL. */
export function start(hal: ServedHal): Meter {
  const { clock, spi, delay_ms } = hal;
  const chip = new Atm90e32({ spi, clock, delay_ms, phases: 2, lineFrequency_Hz: 60 });
  const meter = new Meter(
    { ...hal, chip, flash: partitionsOf(hal.flash), console: hal.serial },
    { network: NETWORK, interval_min: 15 },
  );
  if (meter.boot.reason === ResetReason.powerUp) meter.utc.set(INSTALLED_UTC_MS);
  return meter;
}
