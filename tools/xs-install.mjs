// Installs the XS engine that test/xs runs in. Its npm package compiles C when it is installed.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../test/xs/engine/", import.meta.url));
const platform = process.platform === "darwin" ? "mac" : "lin";
const worker = `${folder}node_modules/@agoric/xsnap/xsnap-native/xsnap/build/bin/${platform}/release/xsnap-worker`;

const missing = ["cc", "make"].filter((program) => spawnSync(program, ["--version"]).error !== undefined);
if (missing.length > 0) {
  console.error(
    `The XS engine needs a C compiler and make; not found: ${missing.join(", ")} (Debian: build-essential)`,
  );
  process.exit(2);
}

const { status } = spawnSync("npm", ["ci"], { cwd: folder, stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
if (!existsSync(worker)) {
  console.error("npm installed @agoric/xsnap but did not build it: see that it may run install scripts");
  process.exit(1);
}
console.log("The XS engine is ready: npm run test:xs");
