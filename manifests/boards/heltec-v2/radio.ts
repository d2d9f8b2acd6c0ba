import Digital from "embedded:io/digital";
import type { Clock } from "hal/clock";
import { Sx1276 } from "hal/drivers/sx1276/driver";
import { ModdableInput, ModdableOutput } from "hal/moddable/digital-pin";
import { ModdableOneShot } from "hal/moddable/one-shot";
import { ModdableSpi } from "hal/moddable/spi";
import type { Radio } from "hal/radio";
import Timer from "timer";
import pins from "./pins";

const POWER_DBM = 17;

/** The SX1276 on the board. */
export function makeRadio(clock: Clock): Radio {
  const { radio } = pins.SPI;
  const { radioReset, radioDio0, radioDio1 } = pins.Digital;
  return new Sx1276({
    spi: new ModdableSpi(new radio.io({ ...radio, active: 0, hz: 8_000_000, mode: 0 })),
    reset: new ModdableOutput(radioReset),
    dio0: new ModdableInput(radioDio0, Digital.Rising),
    dio1: new ModdableInput(radioDio1, Digital.Rising | Digital.Falling),
    clock,
    delay_ms: Timer.delay,
    timer: new ModdableOneShot(),
    power_dBm: POWER_DBM,
  });
}
