import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { packageRoot } from "../host-sim/package-root";

const PROGRAMS = ["cc", "make", "flock", "arm-none-eabi-gcc", "qemu-system-arm"];
const xs = `${packageRoot}test/xs/engine/node_modules/@agoric/xsnap/moddable/xs`;
/** Where everything is built. */
export const out = `${packageRoot}build/emulator`;

/** What the emulator needs and is not here, for a reader. */
export function missingTools(): string[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const missing = PROGRAMS.filter((name) => !folders.some((folder) => isExecutable(join(folder, name))));
  if (!existsSync(xs)) missing.push("the XS engine (npm run xs:install)");
  return missing;
}

/** The engine for the board; built when its sources are newer. */
export function buildEngine(): string {
  mkdirSync(out, { recursive: true });
  // Tests that run side by side build once.
  execFileSync(
    "flock",
    [`${out}/lock`, "nice", "make", "-s", "-j2", "-C", `${packageRoot}emulator`, `XS=${xs}`, `OUT=${out}`],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  return `${out}/engine.elf`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
