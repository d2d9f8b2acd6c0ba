// The modules of a program that live in flash: mcconfig's `preload` takes no wildcard for TypeScript, so manifests
// list them. `node tools/preload.mjs` writes the lists anew from what each program imports.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { format } from "prettier";

const root = fileURLToPath(new URL("../", import.meta.url));
const programs = ["meter", "collector"];

/** Specifiers of the project's modules that `manifests/<program>/main.ts` imports, main itself left out. */
function preloadOf(program) {
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: [`manifests/${program}/main.ts`],
    tsconfig: "tsconfig.base.json",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    external: ["embedded:*", "mc/*", "time", "timer"],
    logLevel: "error",
  });
  return Object.keys(metafile.inputs)
    .filter((path) => !path.startsWith("manifests/"))
    .map((path) => path.replace(/\.ts$/, ""))
    .sort();
}

for (const program of programs) {
  const path = `${root}manifests/${program}.json`;
  const manifest = { ...JSON.parse(readFileSync(path, "utf8")), preload: preloadOf(program) };
  writeFileSync(path, await format(JSON.stringify(manifest), { parser: "json", printWidth: 110 }));
}
