import type { Air } from "./air";
import { noise_dBm, reception } from "./reception";
import type { Transmission } from "./transmission";

/** Stations whose strengths at each other are given: all hear each other alike where nothing else is said. */
export class OpenAir implements Air {
  constructor(
    private readonly bitRate: number,
    readonly strength_dBm: (from: number, to: number) => number = () => -60,
  ) {}

  audience(): undefined {}

  reception(
    frame: Transmission,
    to: number,
    strength_dBm: number,
    listening_us: number,
    least: number,
  ): number {
    const { bitRate } = this;
    return reception(this, bitRate, frame, to, strength_dBm, listening_us, least, noise_dBm(bitRate));
  }
}
