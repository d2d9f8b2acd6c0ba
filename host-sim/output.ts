import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { BadInput } from "./options";

/**
 * Writes a file whole or not at all, and makes its folder. What is not a plain file (a device, a pipe, a link) is
 * written through.
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const kind = lstatSync(path, { throwIfNoEntry: false });
  if (kind !== undefined && !kind.isFile()) {
    writeFileSync(path, content);
    return;
  }
  const draft = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, content);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/**
 * Tells before a long run that its output could not be written at its end; leaves nothing behind.
 * @throws BadInput
 */
export function checkWritable(path: string, kind: "file" | "folder"): void {
  try {
    let existing = resolve(path);
    let found = stat(existing);
    if (found !== undefined && found.isDirectory() !== (kind === "folder"))
      throw new BadInput(
        `${path}: cannot be written, it is ${kind === "file" ? "a folder" : "not a folder"}`,
      );
    // A device or a pipe: its folder does not matter.
    if (found !== undefined && kind === "file" && !found.isFile()) return;
    if (kind === "file") {
      existing = dirname(existing);
      found = stat(existing);
    }
    while (found === undefined) {
      existing = dirname(existing);
      found = stat(existing);
    }
    rmdirSync(mkdtempSync(resolve(existing, ".wattmesh-")));
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(`${path}: cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

function stat(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
