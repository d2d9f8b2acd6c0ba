#!/usr/bin/env node
// Bundles the command line from its sources and runs it, all in memory: never stale, and no build step.
import Module, { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

try {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["host-sim/cli/main.ts"],
    bundle: true,
    outfile: "bin/wattmesh.js",
    write: false,
    platform: "node",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    sourcesContent: false,
    // The bundle runs as this file: CommonJS, as Node runs no ES module from memory that imports packages.
    format: "cjs",
    define: { "import.meta.url": JSON.stringify(import.meta.url) },
    logLevel: "silent",
  });
  process.setSourceMapsEnabled(true);
  const file = fileURLToPath(import.meta.url);
  const bundle = new Module(file);
  bundle.filename = file;
  bundle.paths = createRequire(file).resolve.paths("esbuild");
  bundle._compile(outputFiles[0].text, file);
  await bundle.exports.main(process.argv.slice(2));
} catch (error) {
  if (!["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(error.code)) throw error;
  console.error(`wattmesh: a package is missing; run "npm ci" in ${root} first`);
  process.exitCode = 2;
}
