import type { Radio } from "hal/radio";

/** Stands where a board has no radio that there is a driver for: hears nothing and sends nothing. */
export class NoRadio implements Radio {
  readonly maxFrameBytes = 255;
  readonly bitRate = 100_000;
  onReceive: Radio["onReceive"] = () => {};
  onSent: () => void = () => {};

  constructor() {
    trace("radio: none\n");
  }

  listen(): void {}

  follow(): void {}

  transmit(): boolean {
    return false;
  }

  channelClear(): boolean {
    return true;
  }
}
