import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "../support/tools";
import { libraryCases } from "./library-cases";
import { bundleForXs, XsMachine } from "./machine";
import { describeXs } from "./suite";

beforeAll(() => execFileSync(process.execPath, ["tools/build-libraries.mjs"], { cwd: root }));

describe("libraries bundled for the device", () => {
  it("are those that are judged here", () => {
    const files = readdirSync(`${root}build/lib`, { recursive: true, encoding: "utf8" });
    const names = files.filter((file) => file.endsWith(".js")).map((file) => file.slice(0, -3));
    expect(names.sort()).toEqual(Object.keys(libraryCases).sort());
  });

  it.each(Object.keys(libraryCases))("%s works in Node", async (name) => {
    const library: unknown = await import(/* @vite-ignore */ `${root}build/lib/${name}.js`);
    for (const [expression, hex] of libraryCases[name]) {
      const evaluate = new Function("library", `return ${expression}`) as (exports: unknown) => ArrayBuffer;
      expect(toHex(new Uint8Array(evaluate(library)))).toBe(hex);
    }
  });
});

describeXs("libraries bundled for the device", () => {
  it.each(Object.keys(libraryCases))("%s works in XS", (name) => {
    const machine = new XsMachine();
    machine.evaluate(bundleForXs(`build/lib/${name}.js`, "library"));
    for (const [expression, hex] of libraryCases[name]) {
      expect(toHex(machine.evaluate(expression).bytes)).toBe(hex);
    }
    machine.close();
  });
});

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
