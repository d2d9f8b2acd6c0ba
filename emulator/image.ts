import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { build, type Plugin } from "esbuild";
import { packageRoot } from "../host-sim/package-root";
import { buildEngine, out } from "./toolchain";

/** A program in bytecode. */
export interface Image {
  /** The engine that runs it. */
  engine: string;
  file: string;
  /** Bytes of bytecode by module, named by its path below the root without extension; "main" is the last. */
  modules: Map<string, number>;
}

/**
 * Compiles a program: a main module and all that it imports, each a module of its own.
 * @param name of the image
 * @param main the main module's text; it imports by paths that start at the repository's root (`./firmware/…`) and
 *   exports `start(exchange)`, where `exchange` passes an ArrayBuffer to the host and answers the host's; `start`
 *   answers the function that is called with what the host delivers, and may answer an ArrayBuffer
 */
export async function buildImage(name: string, main: string): Promise<Image> {
  const engine = buildEngine();
  const folder = `${out}/${name}`;
  rmSync(folder, { recursive: true, force: true });
  const texts = await modulesOf(main);
  for (const [path, text] of texts) {
    mkdirSync(dirname(`${folder}/${path}`), { recursive: true });
    writeFileSync(`${folder}/${path}.js`, text);
  }
  const file = `${folder}.image`;
  const paths = [...texts.keys()].filter((path) => path !== "main").sort();
  const sizes = execFileSync(`${out}/compile`, [file, folder, ...paths, "main"], { encoding: "utf8" });
  const modules = new Map<string, number>();
  for (const line of sizes.trimEnd().split("\n")) {
    const [path, bytes] = line.split(" ") as [string, string];
    modules.set(path, Number(bytes));
  }
  return { engine, file, modules };
}

/** JavaScript of the main module and of every module that it needs, by path below the root without extension. */
async function modulesOf(main: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const files = new Map<string, string>();
  const separate: Plugin = {
    name: "separate",
    setup({ onResolve, resolve }) {
      onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (kind === "entry-point" || pluginData === separate) return undefined;
        const found = await resolve(path, { kind, importer, resolveDir, pluginData: separate });
        if (found.errors.length > 0) return { errors: found.errors };
        const module = relative(packageRoot, found.path).replace(/\.[jt]s$/, "");
        files.set(module, found.path);
        return { path: module, external: true };
      });
    },
  };
  const compile = async (module: string, source: { entryPoints: [string] } | { stdin: string }) => {
    const { outputFiles } = await build({
      ...("stdin" in source ? { stdin: { contents: source.stdin, resolveDir: packageRoot } } : source),
      absWorkingDir: packageRoot,
      tsconfig: `${packageRoot}tsconfig.base.json`,
      bundle: true,
      write: false,
      format: "esm",
      target: "es2022",
      // XS 13 fails on static fields that hold instances of their own class.
      supported: { "class-static-field": false },
      plugins: [separate],
      logLevel: "error",
    });
    texts.set(module, outputFiles[0].text);
  };
  await compile("main", { stdin: main });
  // The map grows while it is walked: a module's imports come after it.
  for (const [module, file] of files) await compile(module, { entryPoints: [file] });
  return texts;
}
