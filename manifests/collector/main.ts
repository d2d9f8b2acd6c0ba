import { makeRadio } from "board/radio";
import { Collector } from "firmware/app/collector";
import { ModdableCipher } from "hal/moddable/cipher";
import { ModdableClock } from "hal/moddable/clock";
import { HardwareEntropy } from "hal/moddable/entropy";
import { ModdableFlash } from "hal/moddable/flash";
import { FuseIdentity } from "hal/moddable/identity";
import { NoBackhaul } from "hal/moddable/no-backhaul";
import { siteNetwork } from "hal/moddable/site";

const CAPACITY = 500;

const clock = new ModdableClock();
const entropy = new HardwareEntropy();

new Collector(
  {
    clock,
    radio: makeRadio(clock),
    backhaul: new NoBackhaul(),
    cipher: new ModdableCipher(),
    keys: new ModdableFlash("keys"),
    entropy,
    identity: new FuseIdentity("WM-C1", entropy),
  },
  siteNetwork(),
  CAPACITY,
);
