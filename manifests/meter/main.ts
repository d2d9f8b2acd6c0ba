import device from "embedded:provider/builtin";
import { Meter } from "firmware/app/meter";
import { Atm90e32 } from "hal/drivers/atm90e32/driver";
import { ModdableClock } from "hal/moddable/clock";
import { HardwareEntropy } from "hal/moddable/entropy";
import { ModdableFlash } from "hal/moddable/flash";
import { FuseIdentity } from "hal/moddable/identity";
import { NoRadio } from "hal/moddable/no-radio";
import { RtcRetainedMemory } from "hal/moddable/retained-memory";
import { ModdableSerial } from "hal/moddable/serial-port";
import { siteNetwork } from "hal/moddable/site";
import { ModdableSpi } from "hal/moddable/spi";
import Timer from "timer";

const CONSOLE_BAUD = 115_200;
const INTERVAL_MIN = 15;

const clock = new ModdableClock();
const { metering } = device.SPI;
const { console } = device.Serial;
const spi = new ModdableSpi(new metering.io({ ...metering, active: 0, hz: 1_000_000, mode: 3 }));

new Meter(
  {
    clock,
    chip: new Atm90e32({ spi, clock, delay_ms: Timer.delay, phases: 2, lineFrequency_Hz: 60 }),
    radio: new NoRadio(),
    retained: new RtcRetainedMemory(),
    intervalFlash: new ModdableFlash("intervals"),
    console: new ModdableSerial(console.io, { ...console, baud: CONSOLE_BAUD }),
    entropy: new HardwareEntropy(),
    identity: new FuseIdentity("WM-M1"),
  },
  { network: siteNetwork(), interval_min: INTERVAL_MIN },
);
