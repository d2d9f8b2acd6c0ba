import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BadInput } from "../../host-sim/options";
import { checkWritable, writeWhole } from "../../host-sim/output";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wattmesh-output-"));
  mkdirSync(join(folder, "a-folder"));
  writeFileSync(join(folder, "a-file"), "before");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("an output file", () => {
  it("is written with its folders, and leaves no draft", () => {
    const path = join(folder, "one/two/three.json");
    writeWhole(path, "first");
    writeWhole(path, "second");
    expect(readFileSync(path, "utf8")).toBe("second");
    expect(readdirSync(join(folder, "one/two"))).toEqual(["three.json"]);
  });

  it("stays as it was, and no draft beside it, when it cannot be written whole", () => {
    const path = join(folder, "a-folder");
    expect(() => writeWhole(path, "text")).toThrow(BadInput);
    expect(() => writeWhole(join(folder, "a-file/below"), "text")).toThrow("cannot be written");
    expect(readFileSync(join(folder, "a-file"), "utf8")).toBe("before");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("is written through a link, which stays one", () => {
    const link = join(folder, "link");
    symlinkSync(join(folder, "behind"), link);
    writeWhole(link, "text");
    expect(readFileSync(join(folder, "behind"), "utf8")).toBe("text");
  });
});

describe("the check before a run", () => {
  it("leaves no trace", () => {
    const before = readdirSync(folder);
    checkWritable(join(folder, "new/folder/file.json"), "file");
    checkWritable(join(folder, "a-file"), "file");
    checkWritable(join(folder, "new/report"), "folder");
    checkWritable(join(folder, "a-folder"), "folder");
    checkWritable("/dev/null", "file");
    expect(readdirSync(folder)).toEqual(before);
    expect(existsSync(join(folder, "new"))).toBe(false);
  });

  it.each([
    ["a folder for a file", "a-folder", "file", "it is a folder"],
    ["a file for a folder", "a-file", "folder", "it is not a folder"],
    ["a file on the way", "a-file/x/out.json", "file", "ENOTDIR"],
    ["a file on the way to a folder", "a-file/x", "folder", "ENOTDIR"],
  ] as const)("refuses %s", (_, path, kind, why) => {
    const whole = join(folder, path);
    expect(() => checkWritable(whole, kind)).toThrow(new BadInput(`${whole}: cannot be written (${why})`));
  });
});
