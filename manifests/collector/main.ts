import { makeRadio } from "board/radio";
import { Collector } from "firmware/app/collector";
import { ModdableClock } from "hal/moddable/clock";
import { HardwareEntropy } from "hal/moddable/entropy";
import { FuseIdentity } from "hal/moddable/identity";
import { NoBackhaul } from "hal/moddable/no-backhaul";
import { siteNetwork } from "hal/moddable/site";

const CAPACITY = 500;

const clock = new ModdableClock();

new Collector(
  {
    clock,
    radio: makeRadio(clock),
    backhaul: new NoBackhaul(),
    entropy: new HardwareEntropy(),
    identity: new FuseIdentity("WM-C1"),
  },
  siteNetwork(),
  CAPACITY,
);
