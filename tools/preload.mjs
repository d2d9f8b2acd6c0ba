// The modules that live in flash: mcconfig's `preload` takes no wildcard for TypeScript, so manifests list them, a
// program's its own and a board's those of its pins and drivers. `node tools/preload.mjs` writes the lists anew from
// what each imports.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { format } from "prettier";
import { boards, programs, root } from "./moddable.mjs";

/** @returns {Record<string, string[]>} by manifest, as a path from the root, what it ought to preload */
export function preloads() {
  const lists = {};
  for (const program of programs)
    lists[`manifests/${program}.json`] = closure([`manifests/${program}/main.ts`]).filter(isShared);
  for (const board of boards) {
    const folder = `manifests/boards/${board}`;
    const entries = ["pins", "radio", "metering"].filter((name) => existsSync(`${root}${folder}/${name}.ts`));
    lists[`${folder}/manifest.json`] = [
      ...entries.map((name) => `board/${name}`),
      ...closure(entries.map((name) => `${folder}/${name}.ts`)).filter(isShared),
    ];
  }
  return lists;
}

/** All modules of ours that these files import, themselves included, as paths without extension. */
function closure(entryPoints) {
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints,
    outdir: "build",
    tsconfig: "tsconfig.base.json",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    external: ["board/*", "crypt", "embedded:*", "mc/*", "preference", "time", "timer"],
    logLevel: "error",
  });
  return Object.keys(metafile.inputs)
    .map((path) => path.replace(/\.ts$/, ""))
    .sort();
}

function isShared(path) {
  return !path.startsWith("manifests/");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, preload] of Object.entries(preloads())) {
    const manifest = { ...JSON.parse(readFileSync(root + path, "utf8")), preload };
    writeFileSync(root + path, await format(JSON.stringify(manifest), { parser: "json", printWidth: 110 }));
  }
}
