// Bundles the npm libraries that may run on a device, each into one ES module below build/lib, named after the
// specifier that imports it. (`crc` alone would meet the platform's own module of that name.)
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));

const entries = {
  tweetnacl: "tweetnacl/nacl-fast.js",
  // For benchmarks and as an oracle; too heavy for a meter.
  "cbor-x": "cbor-x/index-no-eval",
};
for (const name of ["crc16", "crc16ccitt", "crc16kermit", "crc16modbus", "crc16xmodem", "crc32"]) {
  entries[`crc/calculators/${name}`] = `crc/calculators/${name}`;
}

rmSync(`${root}build/lib`, { recursive: true, force: true });
buildSync({
  absWorkingDir: root,
  entryPoints: entries,
  outdir: "build/lib",
  tsconfig: "tsconfig.base.json",
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  mainFields: ["module", "main"],
  alias: { crypto: "./hal/moddable/random-bytes.ts" },
  logLevel: "warning",
});
