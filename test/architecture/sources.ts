import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import specifiers from "../../specifiers.json";
import { root } from "../support/tools";
import type { Import } from "./arrows";

const FOLDERS = ["firmware", "hal", "host-sim", "head-end", "manifests", "test", "bench", "bin", "tools"];
const EXTENSIONS = [".ts", ".js", ".mjs"];

/** The code of these folders, as paths from the root. */
export function sourceFiles(folders = FOLDERS): string[] {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true }).map((file) => `${folder}/${file}`),
    )
    .filter((file) => EXTENSIONS.includes(posix.extname(file)) && !file.includes("node_modules/"))
    .sort();
}

export function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** Everything that a file imports or exports from elsewhere: types and `import()` too. */
export function importsOf(file: string, text = read(file)): Import[] {
  const from = withoutExtension(file);
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => ({ from, specifier: fileName, to: target(file, fileName) }));
}

/** What is left of {@link importsOf} when types are taken out: what runs. */
export function valueImportsOf(file: string): Import[] {
  const known = valueImports.get(file);
  if (known !== undefined) return known;
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Preserve };
  const imports = importsOf(file, ts.transpileModule(read(file), { compilerOptions }).outputText);
  valueImports.set(file, imports);
  return imports;
}

/** By file: taking the types out of one takes longer than all the rest. */
const valueImports = new Map<string, Import[]>();

/** The file that a specifier written in `file` means, if it is one of ours. */
function target(file: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return withoutExtension(posix.join(posix.dirname(file), specifier));
  for (const [logical, path] of Object.entries(specifiers)) {
    const prefix = logical.slice(0, -1); // each ends in *
    if (specifier.startsWith(prefix)) return path.slice(0, -1) + specifier.slice(prefix.length);
  }
  return undefined;
}

/** Whether a module of ours, named without extension, is there. */
export function exists(path: string): boolean {
  return ["", ...EXTENSIONS].some((extension) => existsSync(join(root, path + extension)));
}

function withoutExtension(path: string): string {
  const extension = posix.extname(path);
  return EXTENSIONS.includes(extension) ? path.slice(0, -extension.length) : path;
}
