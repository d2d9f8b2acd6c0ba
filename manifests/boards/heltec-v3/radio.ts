import Digital from "embedded:io/digital";
import type { Clock } from "hal/clock";
import { Sx1262 } from "hal/drivers/sx1262/driver";
import { ModdableInput, ModdableOutput } from "hal/moddable/digital-pin";
import { ModdableOneShot } from "hal/moddable/one-shot";
import { ModdableSpi } from "hal/moddable/spi";
import type { Radio } from "hal/radio";
import Timer from "timer";
import pins from "./pins";

const POWER_DBM = 22;
/** 1.8 V, in the code of SetDIO3AsTcxoCtrl. */
const TCXO_VOLTAGE = 2;

/** The SX1262 on the board. */
export function makeRadio(clock: Clock): Radio {
  const { radio } = pins.SPI;
  const { radioReset, radioBusy, radioDio1 } = pins.Digital;
  return new Sx1262({
    spi: new ModdableSpi(new radio.io({ ...radio, active: 0, hz: 8_000_000, mode: 0 })),
    reset: new ModdableOutput(radioReset),
    busy: new ModdableInput(radioBusy, Digital.Falling),
    dio1: new ModdableInput(radioDio1, Digital.Rising),
    clock,
    delay_ms: Timer.delay,
    timer: new ModdableOneShot(),
    power_dBm: POWER_DBM,
    tcxoVoltage: TCXO_VOLTAGE,
  });
}
