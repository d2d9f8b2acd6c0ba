import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { root } from "../support/tools";
import type { Import } from "./arrows";
import { importsOf, sourceFiles, valueImportsOf } from "./sources";

/** What of a Moddable manifest tells which modules a program has. */
export interface Manifest {
  include?: string[];
  modules?: Record<string, string | string[]>;
  preload?: string[];
}

/** `manifests/meter.json` with all of ours that it includes put into it; paths are from the root, without extension. */
export function loadManifest(file: string): Required<Manifest> {
  const folder = dirname(file);
  const own = JSON.parse(readFileSync(join(root, file), "utf8")) as Manifest;
  const whole: Required<Manifest> = {
    include: own.include ?? [],
    modules: {},
    preload: [...(own.preload ?? [])],
  };
  for (const path of whole.include.filter((path) => path.startsWith("."))) {
    const { modules, preload } = loadManifest(posix.join(folder, path));
    Object.assign(whole.modules, modules);
    whole.preload.push(...preload);
  }
  for (const [name, path] of Object.entries(own.modules ?? {}))
    whole.modules[name] = [path]
      .flat()
      .map((each) => (each.startsWith(".") ? posix.join(folder, each) : each));
  return whole;
}

/** What keeps a manifest from building the program that tsc and vitest see under the same specifiers. */
export function manifestFaults({ modules, preload }: Manifest, specifiers: Record<string, string>): string[] {
  const faults: string[] = [];
  for (const [name, paths] of Object.entries(modules ?? {})) {
    const expected = logical(name, specifiers);
    if (expected === undefined) continue;
    const path = [paths].flat().join();
    if (path !== expected) faults.push(`${name} leads to ${path}`);
    // A wrong path is only a warning to mcconfig.
    else if (!folderHasModules(expected)) faults.push(`${name} names no module`);
  }
  const main = modules?.["main"];
  if (main === undefined) return [...faults, "no main"];
  const entry = [main].flat()[0];
  const imported = reachable(entry, importsOf);
  for (const module of imported) {
    const listed = Object.keys(modules ?? {}).some((name) => name === module || isIn(module, name));
    if (!listed) faults.push(`${module} is imported and not listed`);
  }
  for (const module of reachable(entry, valueImportsOf))
    if (!preload?.includes(module)) faults.push(`${module} is not preloaded`);
  for (const module of preload ?? [])
    if (logical(module, specifiers) !== undefined && !imported.has(module))
      faults.push(`${module} is preloaded and not imported`);
  return faults;
}

/** Where the one map puts a module name or a pattern of them; undefined where it is not one of ours. */
function logical(name: string, specifiers: Record<string, string>): string | undefined {
  for (const [specifier, path] of Object.entries(specifiers)) {
    const prefix = specifier.replace("*", "");
    if (name.startsWith(prefix)) return path.replace("*", "") + name.slice(prefix.length);
  }
  return undefined;
}

function folderHasModules(path: string): boolean {
  if (path.endsWith("/*"))
    return sourceFiles([dirname(path)]).some((file) => dirname(file) === dirname(path));
  return existsSync(join(root, `${path}.ts`));
}

/** As in mcconfig, `folder/*` stands for the modules of that folder, not of those below. */
function isIn(module: string, pattern: string): boolean {
  return pattern.endsWith("/*") && dirname(module) === dirname(pattern);
}

/** The logical names of all modules of ours that a program's main imports, and they in turn. */
function reachable(main: string, imports: (file: string) => Import[]): Set<string> {
  const found = new Set<string>();
  const walk = (path: string): void => {
    for (const { specifier, to } of imports(`${path}.ts`)) {
      if (to === undefined || found.has(specifier) || !existsSync(join(root, `${to}.ts`))) continue;
      found.add(specifier);
      walk(to);
    }
  };
  walk(main);
  return found;
}
