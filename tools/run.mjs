// `node tools/run.mjs ENTRY.ts [ARGUMENTS]` bundles a program from its sources and runs it. The bundle lies in out/,
// as deep as the folders that look for the package's root from where they are; it is a file, as workers start from it.
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));
const [entry] = process.argv.splice(2, 1);
const outfile = `${root}out/${entry.replace(/\.ts$/, "").replaceAll("/", "-")}.mjs`;
await build({
  absWorkingDir: root,
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  sourcemap: "inline",
  logLevel: "warning",
});
process.setSourceMapsEnabled(true);
await import(pathToFileURL(outfile));
