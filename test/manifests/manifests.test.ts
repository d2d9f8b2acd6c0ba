import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../support/tools";

interface Manifest {
  build?: Record<string, string>;
  include: string[];
  modules: Record<string, string>;
  preload: string[];
  strip?: string;
  creation?: object;
}

const specifiers = json<Record<string, string>>("specifiers.json");
const common = json<Manifest>("manifests/common.json");
const programs = ["meter", "collector"];
/** Of the board's provider, which every board's folder has. */
const PROVIDER = "embedded:provider/builtin";

describe("the map of specifiers", () => {
  it("is the one of TypeScript", () => {
    const paths = Object.fromEntries(Object.entries(specifiers).map(([name, path]) => [name, [`./${path}`]]));
    expect(compilerPaths("tsconfig.base.json")).toEqual(paths);
    expect(compilerPaths("tsconfig.moddable.json")).toMatchObject(paths);
  });

  it("is the one of the manifests, folder by folder", () => {
    const folders = Object.values(specifiers).flatMap((path) => foldersWithModules(stem(path)));
    const expected = Object.fromEntries(folders.map((folder) => [`${folder}/*`, `../${folder}/*`]));
    const { [PROVIDER]: provider, ...listed } = common.modules;
    expect(listed).toEqual(expected);
    expect(provider).toBe("$(SUBPLATFORMDIRECTORY)/host/provider");
  });
});

describe("the manifests", () => {
  it("preload what their programs import, and all of it", () => {
    const { status, stderr } = spawnSync(process.execPath, ["tools/preload.mjs", "--check"], {
      cwd: root,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it.each(programs)("of the %s name files that exist", (program) => {
    const manifest = json<Manifest>(`manifests/${program}.json`);
    expect(manifest.include).toEqual(["./common.json"]);
    expect(manifest.modules).toEqual({ main: `./${program}/main` });
    expect(existsSync(`${root}manifests/${program}/main.ts`)).toBe(true);
    for (const specifier of manifest.preload)
      expect(existsSync(`${root}${specifier}.ts`), specifier).toBe(true);
  });

  it("strip what is not used, and say what memory there is", () => {
    expect(common.strip).toBe("*");
    expect(common.creation).toHaveProperty("chunk");
    expect(common.creation).toHaveProperty("heap");
  });

  it("name the partitions that programs open", () => {
    const file = join(`${root}manifests`, common.build?.["PARTITIONS_FILE"] ?? "");
    const labels = readFileSync(file, "utf8").match(/^\w+/gm);
    const opened = programs.flatMap((program) => {
      const main = readFileSync(`${root}manifests/${program}/main.ts`, "utf8");
      return [...main.matchAll(/new ModdableFlash\("(\w+)"\)/g)].map((match) => match[1]);
    });
    expect(labels).toEqual(expect.arrayContaining(opened));
  });

  it.each(readdirSync(`${root}manifests/boards`))("have a provider and defines for the board %s", (board) => {
    expect(existsSync(`${root}manifests/boards/${board}/host/provider.ts`)).toBe(true);
    expect(json(`manifests/boards/${board}/manifest.json`)).toHaveProperty("defines");
  });
});

describe("npm run build:esp32", () => {
  it.each([
    [[], { MODDABLE: "" }, "MODDABLE"],
    [["toaster"], {}, "no program toaster; there are meter, collector"],
    [["meter", "--board", "toaster"], {}, "no board toaster; there are"],
    [["--bord", "x"], {}, "Unknown option '--bord'"],
  ])("with %j answers one line and exit code 2", (parameters, environment, reason) => {
    const { status, stderr } = spawnSync(process.execPath, ["tools/build-esp32.mjs", ...parameters], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, ...environment },
    });
    expect(stderr).toContain(reason);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(status).toBe(2);
  });
});

/** Folders of and below `folder` that hold modules of TypeScript, declarations left out. */
function foldersWithModules(folder: string): string[] {
  const entries = readdirSync(`${root}${folder}`, { withFileTypes: true });
  const here = entries.some((entry) => entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts"));
  const below = entries.filter((entry) => entry.isDirectory()).map((entry) => `${folder}/${entry.name}`);
  return [...(here ? [folder] : []), ...below.flatMap(foldersWithModules)];
}

function compilerPaths(file: string): Record<string, string[]> {
  return json<{ compilerOptions: { paths: Record<string, string[]> } }>(file).compilerOptions.paths;
}

function stem(pattern: string): string {
  return pattern.replace(/\/\*$/, "");
}

function json<T>(path: string): T {
  return JSON.parse(readFileSync(`${root}${path}`, "utf8")) as T;
}
