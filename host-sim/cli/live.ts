import { BadInput, type StreetOptions } from "../options";
import { Street } from "../street";
import { WallTime } from "../wall-time";
import { Progress } from "./progress";

/** A street that people and tools talk to starts one day in, so that there is something to read. */
const HEAD_START_S = 86_400;

/** Runs a street through its first day, with a progress bar, for use at wall speed from then on. */
export function headStart(street: Street): WallTime {
  const progress = new Progress(street.options.meters, 1);
  try {
    street.run(HEAD_START_S, (simulated_s) => progress.update(simulated_s));
  } finally {
    progress.stop();
  }
  return new WallTime(street.world);
}

/** Resolves when the user, or the system, asks the program to stop. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}

/** A live street has no end at which it could be judged. */
export function refuseOutputs({ json, report }: StreetOptions): void {
  if (json !== undefined || report !== undefined)
    throw new BadInput("--coap-bridge runs until it is stopped: --json and --report do not go with it");
}
