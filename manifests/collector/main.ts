import { Collector } from "firmware/app/collector";
import { ModdableClock } from "hal/moddable/clock";
import { HardwareEntropy } from "hal/moddable/entropy";
import { FuseIdentity } from "hal/moddable/identity";
import { NoBackhaul } from "hal/moddable/no-backhaul";
import { NoRadio } from "hal/moddable/no-radio";
import { siteNetwork } from "hal/moddable/site";

const CAPACITY = 500;

new Collector(
  {
    clock: new ModdableClock(),
    radio: new NoRadio(),
    backhaul: new NoBackhaul(),
    entropy: new HardwareEntropy(),
    identity: new FuseIdentity("WM-C1"),
  },
  siteNetwork(),
  CAPACITY,
);
