import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "../support/tools";
import { bundleForXs, XsMachine } from "./machine";
import { describeXs } from "./suite";

/** By bundle: an expression over its exports that yields an ArrayBuffer, and what is right, in hex. */
const cases: Record<string, [expression: string, hex: string][]> = {
  tweetnacl: [
    // SHA-512 of "abc", FIPS 180-2, appendix C.1.
    [
      "library.default.hash(Uint8Array.of(0x61, 0x62, 0x63)).buffer",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ],
    ["Uint8Array.of(library.default.randomBytes(3).length).buffer", "03"],
  ],
  // RFC 8949, appendix A.
  "cbor-x": [["new Uint8Array(library.default.encode([1, [2, 3], [4, 5]])).buffer", "8301820203820405"]],
  // The check values of the CRC catalogue, over the digits 1 to 9.
  "crc/calculators/crc16": [check("0000bb3d")],
  "crc/calculators/crc16ccitt": [check("000029b1")],
  "crc/calculators/crc16kermit": [check("00002189")],
  "crc/calculators/crc16modbus": [check("00004b37")],
  "crc/calculators/crc16xmodem": [check("000031c3")],
  "crc/calculators/crc32": [check("cbf43926")],
};

beforeAll(() => execFileSync(process.execPath, ["tools/build-libraries.mjs"], { cwd: root }));

describe("libraries bundled for the device", () => {
  it("are those that are judged here", () => {
    const files = readdirSync(`${root}build/lib`, { recursive: true, encoding: "utf8" });
    const names = files.filter((file) => file.endsWith(".js")).map((file) => file.slice(0, -3));
    expect(names.sort()).toEqual(Object.keys(cases).sort());
  });

  it.each(Object.keys(cases))("%s works in Node", async (name) => {
    const library: unknown = await import(/* @vite-ignore */ `${root}build/lib/${name}.js`);
    for (const [expression, hex] of cases[name]) {
      const evaluate = new Function("library", `return ${expression}`) as (exports: unknown) => ArrayBuffer;
      expect(toHex(new Uint8Array(evaluate(library)))).toBe(hex);
    }
  });
});

describeXs("libraries bundled for the device", () => {
  it.each(Object.keys(cases))("%s works in XS", (name) => {
    const machine = new XsMachine();
    machine.evaluate(bundleForXs(`build/lib/${name}.js`, "library"));
    for (const [expression, hex] of cases[name]) {
      expect(toHex(machine.evaluate(expression).bytes)).toBe(hex);
    }
    machine.close();
  });
});

function check(hex: string): [expression: string, hex: string] {
  const crc = "library.default(Uint8Array.of(49, 50, 51, 52, 53, 54, 55, 56, 57))";
  return [`Uint8Array.of(24, 16, 8, 0).map((shift) => ${crc} >>> shift).buffer`, hex];
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
