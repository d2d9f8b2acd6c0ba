import type { Clock } from "hal/clock";
import { NoRadio } from "hal/moddable/no-radio";
import type { Radio } from "hal/radio";

/** The board has none. */
export const makeRadio: (clock: Clock) => Radio = () => new NoRadio();
