import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** The repository's root, with a slash at its end. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

const sharedFolder = resolve(root, process.env["WATTMESH_SHARED"] ?? "../shared");

/** Where a file of the shared data is (`vectors/cbor/appendix_a.json`), or undefined where it is not. */
export function shared(path: string): string | undefined {
  const file = join(sharedFolder, path);
  return existsSync(file) ? file : undefined;
}

/** Where the program `name` is on the PATH, or undefined where it is not. */
export function tool(name: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** A suite that needs a program: its body gets the program's path. */
export function describeWithTool(name: string, title: string, body: (program: string) => void): void {
  describeWith(`the program ${name}`, tool(name), title, body);
}

/** A suite that needs a file of the shared data: its body gets the file's path. */
export function describeWithShared(path: string, title: string, body: (file: string) => void): void {
  describeWith(`the shared file ${path}`, shared(path), title, body);
}

/**
 * A suite that needs `what`, found at `path`. Where `path` is undefined it skips and prints why, or fails when
 * REQUIRE_TOOLS=1.
 */
export function describeWith<Path>(
  what: string,
  path: Path | undefined,
  title: string,
  body: (path: Path) => void,
): void {
  if (path !== undefined) {
    describe(title, () => body(path));
    return;
  }
  const required = process.env["REQUIRE_TOOLS"] === "1";
  if (!required) console.log(`skipped: ${title}: ${what} is not here`);
  describe(title, () => {
    it.skipIf(!required)(`needs ${what}`, () => expect.fail(`${what} is not here`));
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
