import { describe, expect, it } from "vitest";
import { root } from "../support/tools";
import { flaws, MAX_LINES } from "./flaws";
import { read, sourceFiles } from "./sources";

describe("the files of code", () => {
  it("have no flaws", () => {
    const files = sourceFiles().map((file) => [file, ...flaws(read(file))]);
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((file) => file.length > 1)).toEqual([]);
  });
});

describe("a flaw", () => {
  it("is a file that is too long", () => {
    expect(flaws("line\n".repeat(MAX_LINES))).toEqual([]);
    expect(flaws("line\n".repeat(MAX_LINES + 1))).toEqual(["longer than 350 lines"]);
  });

  it.each([
    ["// TO" + "DO: later", "leaves something open"],
    ["/* FIX" + "ME */", "leaves something open"],
    ["it.on" + "ly('x')", "runs only part of its tests"],
    ["describe.to" + "do('x')", "runs only part of its tests"],
    ["it.sk" + "ip('x')", "runs only part of its tests"],
    ['read("/ho' + 'me/someone/file")', "names a path of a machine"],
    ["read(`C:" + "\\data`)", "names a path of a machine"],
    [`// see ${root}README.md`, "names a path of a machine"],
  ])("is %s", (text, flaw) => expect(flaws(text)).toEqual([flaw]));

  it.each(["const url = `http://[::1]:5683/reg`;", "it.skipIf(absent)('x')", "export const todo = 1;"])(
    "is not %s",
    (text) => expect(flaws(text)).toEqual([]),
  );
});
