import { missingTools } from "../../emulator/toolchain";
import { describeWith } from "../support/tools";

const missing = missingTools();

/** A suite that runs on the emulated microcontroller; where a tool is missing it skips and says so. */
export function describeEmulated(title: string, body: () => void): void {
  describeWith(missing.join(", "), missing.length === 0 ? title : undefined, title, body);
}
