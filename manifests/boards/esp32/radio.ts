import { NoRadio } from "hal/moddable/no-radio";
import type { Radio } from "hal/radio";

/** The board has none. */
export function makeRadio(): Radio {
  return new NoRadio();
}
