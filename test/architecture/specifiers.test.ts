import { describe, expect, it } from "vitest";
import specifiers from "../../specifiers.json";
import tsconfig from "../../tsconfig.base.json";
import moddable from "../../tsconfig.moddable.json";
import { loadManifest, manifestFaults } from "./manifests";

describe("the one map of specifiers", () => {
  it("is what TypeScript resolves by", () => {
    const paths = Object.entries(specifiers).map(([specifier, path]) => [specifier, [`./${path}`]]);
    expect(tsconfig.compilerOptions.paths).toEqual(Object.fromEntries(paths));
    expect(moddable.compilerOptions.paths).toMatchObject(Object.fromEntries(paths));
  });

  it("is what vitest resolves by", async () => {
    await expect(import("firmware/codec/crc")).resolves.toHaveProperty("crc32");
    await expect(import("hal/flash")).resolves.toHaveProperty("FlashResult");
  });

  it.each(["meter.json", "collector.json"])("is what %s builds by", (program) => {
    expect(manifestFaults(loadManifest(`manifests/${program}`), specifiers)).toEqual([]);
  });
});

describe("a manifest", () => {
  const collector = loadManifest("manifests/collector.json");

  it("is wrong with a path that the map does not have", () => {
    const modules = { ...collector.modules, "firmware/codec/*": "firmware/ip/*" };
    expect(manifestFaults({ ...collector, modules }, specifiers)).toContain(
      "firmware/codec/* leads to firmware/ip/*",
    );
  });

  it("is wrong with a folder that has no modules", () => {
    const modules = { ...collector.modules, "firmware/nothing/*": "firmware/nothing/*" };
    expect(manifestFaults({ ...collector, modules }, specifiers)).toContain(
      "firmware/nothing/* names no module",
    );
  });

  it("is wrong when it leaves out what main imports", () => {
    const modules = { ...collector.modules };
    delete modules["firmware/app/collector"];
    expect(manifestFaults({ ...collector, modules }, specifiers)).toContain(
      "firmware/app/collector is imported and not listed",
    );
  });

  it("is wrong when it does not preload a module, or preloads one that it does not have", () => {
    const [first, ...rest] = collector.preload.filter((module) => module.startsWith("firmware/"));
    const faults = manifestFaults({ ...collector, preload: [...rest, "firmware/codec/nothing"] }, specifiers);
    expect(faults).toContain(`${first} is not preloaded`);
    expect(faults).toContain("firmware/codec/nothing is preloaded and not imported");
  });
});
