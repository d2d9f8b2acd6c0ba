import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { BadInput } from "./options";

/**
 * Writes a file whole or not at all, and makes its folder. What is not a plain file (a device, a pipe, a link) is
 * written through.
 * @throws BadInput
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) {
      writeFileSync(path, content);
      return;
    }
    writeFileSync(draft, content);
    renameSync(draft, path);
  } catch (error) {
    if (existsSync(draft)) rmSync(draft);
    throw refusal(path, (error as NodeJS.ErrnoException).code);
  }
}

/**
 * Tells before a long run that its output could not be written at its end; leaves nothing behind.
 * @throws BadInput
 */
export function checkWritable(path: string, kind: "file" | "folder"): void {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() === (kind === "file"))
      throw refusal(path, found.isDirectory() ? "it is a folder" : "it is not a folder");
    if (kind === "file" && found?.isFile() === false) return;
    let folder = kind === "file" ? dirname(resolve(path)) : resolve(path);
    while (!existsSync(folder)) folder = dirname(folder);
    rmdirSync(mkdtempSync(join(folder, ".wattmesh-")));
  } catch (error) {
    throw error instanceof BadInput ? error : refusal(path, (error as NodeJS.ErrnoException).code);
  }
}

function refusal(path: string, why: string | undefined): BadInput {
  return new BadInput(`${path}: cannot be written (${why})`);
}
