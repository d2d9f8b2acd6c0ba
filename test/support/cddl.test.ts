import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compileFile } from "./cddl";

const folder = mkdtempSync(join(tmpdir(), "cddl-"));
afterAll(() => rmSync(folder, { recursive: true }));

function compile(text: string): (rule: string, value: unknown) => boolean {
  const path = join(folder, "test.cddl");
  writeFileSync(path, text);
  return compileFile(path);
}

const text = (...pairs: [unknown, unknown][]) => new Map(pairs);

describe("the CDDL validator", () => {
  const cases: [string, unknown[], unknown[]][] = [
    ["a = uint", [0, 2 ** 53 - 1], [-1, 0.5, 2 ** 53, "1", null]],
    ["a = int", [-5, 0], [0.5, "1"]],
    ["a = bstr", [new Uint8Array(2)], ["ab", [1]]],
    ["a = bstr .size 3", [new Uint8Array(3)], [new Uint8Array(2), new Uint8Array(4)]],
    ["a = uint .size 2", [65_535], [65_536, -1]],
    ["a = 3..5", [3, 5], [2, 6, 3.5]],
    ["a = -5..5", [-5], [-6]],
    ["a = 7", [7], [8]],
    ["a = uint / null", [null, 1], [undefined, -1]],
    ["a = [ 1*3 uint ]", [[1], [1, 2, 3]], [[], [1, 2, 3, 4], [1, -1], 1]],
    ["a = [ x: uint, ? b ]\nb = ( y: int, z: int )", [[1], [1, -2, 3]], [[1, 2], [1, 2, 3, 4], [-1]]],
    ["a = [ x: b, int ]\nb = { * k => uint }\nk = uint", [[text([1, 2]), 5]], [[5], [1, 2, 5]]],
    [
      "a = { k => int, * l => bool-like }\nk = 0\nl = bstr .size 1\nbool-like = 0..1",
      [text([0, 5]), text([0, 5], [new Uint8Array(1), 1])],
      [text(), text([0, null]), text([0, 5], [1, 1]), text([0, 5], [new Uint8Array(1), 2]), []],
    ],
    [
      "a = { x: uint, ? y: uint }",
      [text(["x", 1]), text(["y", 1], ["x", 2])],
      [text(["y", 1]), text(["x", 1], ["z", 1])],
    ],
    [
      "a = { 2*3 k => int }\nk = uint",
      [text([1, 1], [2, 2])],
      [text([1, 1]), text([1, 1], [2, 2], [3, 3], [4, 4])],
    ],
  ];
  for (const [source, good, bad] of cases) {
    it(source.split("\n")[0], () => {
      const matches = compile(source);
      for (const value of good) expect(matches("a", value), String(value)).toBe(true);
      for (const value of bad) expect(matches("a", value), String(value)).toBe(false);
    });
  }

  it("throws on what it does not know", () => {
    for (const source of [
      "a = float",
      "a = tstr",
      "a = #6.1(uint)",
      "a = uint .le 5",
      "a = bstr .size (1..3)",
      "a = 0...5",
      "a = 0..b\nb = 5",
      "a = [ * absent ]",
      "a = { k => uint .bits b }\nk = 1\nb = 2",
      "a = uint\na /= int",
      "a = { ~b }\nb = { x: int }",
    ])
      expect(() => compile(source), source).toThrow();
    const matches = compile("a = { b }\nb = ( x: uint )");
    expect(() => matches("a", new Map([["x", 1]]))).toThrow();
    expect(() => matches("c", 1)).toThrow();
  });
});
