/** `npm run emulate [-- --with-sim]`: a meter on the emulated microcontroller, its console on this terminal. */
import { parseArgs } from "node:util";
import { typing } from "../host-sim/cli/console";
import { interrupted } from "../host-sim/cli/live";
import { WallTime } from "../host-sim/wall-time";
import { ServedStreet } from "../test/xs/street";
import { bootMeter } from "./meter";
import { missingTools } from "./toolchain";

const NEIGHBOURS = 5;
const HOUR_US = 3600e6;

const { values } = parseArgs({ options: { "with-sim": { type: "boolean", default: false } } });
const missing = missingTools();
if (missing.length > 0) {
  console.error(`emulate: not found: ${missing.join(", ")}; see docs/emulator.md`);
  process.exit(2);
}

const street = new ServedStreet(values["with-sim"] ? NEIGHBOURS : 0);
const { machine } = await bootMeter(street.hal);
console.error(`booted in ${(machine.boot.instructions / 1e6).toFixed(1)} million instructions`);
if (values["with-sim"]) {
  console.error(`an hour among ${NEIGHBOURS} simulated neighbours…`);
  const { intervals, delivered_mWh } = street.readAt(HOUR_US);
  console.error(`the head end read it: ${intervals} intervals, ${(delivered_mWh / 1000).toFixed(3)} Wh`);
}
street.serial.connect((bytes) => process.stdout.write(bytes));
const time = new WallTime(street.world);
await Promise.race([typing(time, (bytes) => street.serial.type(bytes)), interrupted()]);
time.stop();
machine.close();
