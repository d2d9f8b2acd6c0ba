import { describe, expect, it } from "vitest";
import manifest from "../../package.json";
import { cycles, fault, type Import } from "./arrows";
import { exists, importsOf, sourceFiles } from "./sources";

const imports = sourceFiles().flatMap((file) => importsOf(file));

describe("the imports of the project", () => {
  it("are found", () => expect(imports.length).toBeGreaterThan(100));

  it("follow the arrows of the architecture", () => {
    const faults = imports
      .map((each) => [each.from, each.specifier, fault(each)])
      .filter(([, , reason]) => reason);
    expect(faults).toEqual([]);
  });

  it("resolve to modules that are there", () => {
    expect(imports.filter(({ to }) => to !== undefined && !exists(to))).toEqual([]);
  });

  it("go round in no circle between folders, tests and benchmarks of each other aside", () => {
    expect(cycles(imports.filter(({ from }) => !/^(test|bench)\//.test(from)))).toEqual([]);
  });

  it("name packages that an installation without development tools has", () => {
    const shipped = imports.filter(
      ({ from, to }) => to === undefined && /^(host-sim|head-end|bin)\//.test(from),
    );
    const missing = shipped.filter(
      ({ specifier }) => !specifier.startsWith("node:") && !(packageOf(specifier) in manifest.dependencies),
    );
    expect(missing).toEqual([]);
  });
});

describe("the rule of arrows", () => {
  it.each([
    ["firmware/app/meter", "firmware/mesh/mac/mac"],
    ["firmware/intervals/resource", "firmware/coap/resource"],
    ["firmware/intervals/recorder", "firmware/registers/registers"],
    ["firmware/mesh/link", "firmware/ip/packet"],
    ["firmware/mesh/mac/mac", "firmware/mesh/link"],
    ["firmware/clock/resource", "firmware/coap/resource"],
    ["hal/metering-chip", "hal/spi"],
    ["hal/drivers/atm90e32/driver", "hal/spi"],
    ["manifests/meter/main", "firmware/app/meter"],
    ["head-end/poller", "firmware/intervals/codec"],
    ["host-sim/node", "hal/drivers/atm90e32/driver"],
    ["test/any.test", "firmware/codec/crc"],
  ])("lets %s import %s", (from, to) => expect(fault({ from, specifier: to, to })).toBeUndefined());

  it.each([
    ["firmware/app/meter", "hal/drivers/atm90e32/driver"],
    ["firmware/registers/registers", "firmware/intervals/recorder"],
    ["firmware/registers/registers", "firmware/app/meter"],
    ["firmware/registers/registers", "host-sim/world"],
    ["firmware/coap/server", "firmware/registers/resource"],
    ["firmware/security/oscore", "firmware/coap/message"],
    ["firmware/ip/stack", "firmware/mesh/link"],
    ["firmware/ip/udp", "firmware/coap/message"],
    ["firmware/storage/ring", "firmware/events/log"],
    ["firmware/clock/utc", "firmware/coap/resource"],
    ["firmware/clock/resource", "firmware/coap/server"],
    ["firmware/kernel/kernel", "firmware/codec/cursor"],
    ["firmware/codec/cbor", "hal/clock"],
    ["hal/clock", "firmware/codec/cursor"],
    ["hal/clock", "hal/drivers/atm90e32/driver"],
    ["hal/drivers/atm90e32/driver", "firmware/kernel/kernel"],
    ["hal/moddable/radio", "firmware/mesh/mac/mac"],
    ["manifests/meter/main", "firmware/mesh/link"],
    ["head-end/poller", "firmware/intervals/log"],
    ["head-end/poller", "firmware/mesh/link"],
    ["tools/lint/device", "host-sim/world"],
  ])("stops %s from importing %s", (from, to) =>
    expect(fault({ from, specifier: to, to })).toBe("arrow runs back"),
  );

  it.each([
    ["firmware/registers/registers", "crc/calculators/crc32"],
    ["firmware/security/keys", "tweetnacl"],
    ["host-sim/cli/main", "node:fs"],
    ["head-end/store", "cbor-x"],
    ["hal/moddable/spi", "embedded:io/spi"],
    ["test/any.test", "fast-check"],
  ])("lets %s import the package %s", (from, specifier) => {
    expect(fault({ from, specifier, to: undefined })).toBeUndefined();
  });

  it.each([
    ["firmware/registers/registers", "crc"],
    ["firmware/registers/registers", "cbor-x"],
    ["firmware/registers/registers", "node:fs"],
    ["hal/drivers/atm90e32/driver", "tweetnacl"],
    ["hal/drivers/atm90e32/driver", "embedded:io/spi"],
    ["host-sim/world", "fast-check"],
  ])("stops %s from importing the package %s", (from, specifier) => {
    expect(fault({ from, specifier, to: undefined })).toBe("package is not on the allow-list");
  });

  it.each([
    ["firmware/ip/stack", "./packet", "firmware/ip/packet"],
    ["hal/drivers/chip", "../spi", "hal/spi"],
    ["host-sim/node", "../hal/clock", "hal/clock"],
  ])("stops %s from importing %s by path", (from, specifier, to) => {
    expect(fault({ from, specifier, to })).toContain("by logical specifier");
  });

  it("sees every way to import", () => {
    const text = [
      'import { a } from "firmware/a";',
      'import type { B } from "firmware/b";',
      'import { type C } from "firmware/c";',
      'export * from "firmware/d";',
      'export type { E } from "firmware/e";',
      'import "firmware/f";',
      'const g = import("./g");',
      'type H = import("../h").H;',
    ].join("\n");
    const found = importsOf("firmware/x/x.ts", text).map(({ to }) => to);
    expect(found).toEqual(
      [..."abcdef"].map((name) => `firmware/${name}`).concat("firmware/x/g", "firmware/h"),
    );
  });

  it("finds a circle of folders", () => {
    const edge = (from: string, to: string): Import => ({ from, specifier: to, to });
    const chain = [edge("firmware/a/1", "firmware/b/1"), edge("firmware/b/2", "firmware/c/1")];
    expect(cycles([...chain, edge("firmware/c/2", "firmware/c/1")])).toEqual([]);
    expect(cycles([...chain, edge("firmware/c/2", "firmware/a/2")])).toEqual([
      "firmware/a > firmware/b > firmware/c > firmware/a",
    ]);
  });
});

/** `crc` for `crc/calculators/crc32`, `@scope/name` likewise. */
function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}
