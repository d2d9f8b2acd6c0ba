import Digital from "embedded:io/digital";
import type { Clock } from "hal/clock";
import { Sx1262 } from "hal/drivers/sx1262/driver";
import { ModdableInput, ModdableOutput } from "hal/moddable/digital-pin";
import { ModdableOneShot } from "hal/moddable/one-shot";
import { PicoSpi } from "hal/moddable/pico/spi";
import type { Radio } from "hal/radio";
import Timer from "timer";
import pins from "./pins";

const POWER_DBM = 22;
/** 1.8 V, in the code of SetDIO3AsTcxoCtrl. */
const TCXO_VOLTAGE = 2;

/** An SX1262 module with a TCXO on DIO3 and its RF switch on DIO2. */
export function makeRadio(clock: Clock): Radio {
  const { radio } = pins.SPI;
  const { radioReset, radioBusy, radioDio1 } = pins.Digital;
  return new Sx1262({
    spi: new PicoSpi({ ...radio, hz: 8_000_000, mode: 0 }),
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
