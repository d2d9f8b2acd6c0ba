import { makeMeteringChip, POLL_PERIOD_MS } from "board/metering";
import pins from "board/pins";
import { makeRadio } from "board/radio";
import { Meter } from "firmware/app/meter";
import { ModdableCipher } from "hal/moddable/cipher";
import { ModdableClock } from "hal/moddable/clock";
import { HardwareEntropy } from "hal/moddable/entropy";
import { ModdableFlash } from "hal/moddable/flash";
import { FuseIdentity } from "hal/moddable/identity";
import { ModdablePowerMonitor } from "hal/moddable/power-monitor";
import { PlatformReset } from "hal/moddable/reset";
import { RtcRetainedMemory } from "hal/moddable/retained-memory";
import { ModdableSerial } from "hal/moddable/serial-port";
import { siteNetwork } from "hal/moddable/site";
import { PlatformWatchdog } from "hal/moddable/watchdog";

const CONSOLE_BAUD = 115_200;
const INTERVAL_MIN = 15;
/** Of the capacitor in docs/boards.md. */
const HOLD_UP_MS = 60_000;

const clock = new ModdableClock();
const entropy = new HardwareEntropy();
const { console } = pins.Serial;

new Meter(
  {
    clock,
    chip: makeMeteringChip(clock),
    radio: makeRadio(clock),
    flash: {
      registers: new ModdableFlash("registers"),
      intervals: new ModdableFlash("intervals"),
      events: new ModdableFlash("events"),
      configuration: new ModdableFlash("configuration"),
      keys: new ModdableFlash("keys"),
    },
    cipher: new ModdableCipher(),
    retained: new RtcRetainedMemory(),
    power: new ModdablePowerMonitor(pins.Digital.mains, HOLD_UP_MS),
    reset: new PlatformReset(),
    watchdog: new PlatformWatchdog(),
    console: new ModdableSerial(console.io, { ...console, baud: CONSOLE_BAUD }),
    entropy,
    identity: new FuseIdentity("WM-M1", entropy),
  },
  { network: siteNetwork(), interval_min: INTERVAL_MIN, pollPeriod_ms: POLL_PERIOD_MS },
);
