import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { boards, platformOf } from "../../tools/moddable.mjs";
import { preloads } from "../../tools/preload.mjs";
import { romSizes } from "../../tools/rom-sizes.mjs";
import { root } from "../support/tools";
import { pinsOf } from "./pins";

/** Specifiers and preload are judged in test/architecture. */
describe("the manifests", () => {
  const common = json<{
    build: { PARTITIONS_FILE: string };
    creation: object;
    modules: Record<string, string>;
    strip: string;
    typescript: { tsconfig: { compilerOptions: { target: string } } };
  }>("common.json");

  const { modules: picoModules } = json<{ modules: Record<string, string> }>(
    "../hal/moddable/pico/manifest.json",
  );

  it("strip what is not used, and say what memory there is", () => {
    expect(common.strip).toBe("*");
    expect(common.creation).toHaveProperty("chunk");
    expect(common.creation).toHaveProperty("heap");
  });

  it("compile to a target that has #private", () => {
    expect(common.typescript.tsconfig.compilerOptions.target).toBe("es2022");
  });

  it("name the partitions that programs open", () => {
    const partitions = readFileSync(join(`${root}manifests`, common.build.PARTITIONS_FILE), "utf8");
    const labels = partitions.match(/^\w+/gm);
    const main = readFileSync(`${root}manifests/meter/main.ts`, "utf8");
    const opened = [...main.matchAll(/new ModdableFlash\("(\w+)"\)/g)].map((match) => match[1]);
    expect(opened).not.toEqual([]);
    expect(labels).toEqual(expect.arrayContaining(opened));
  });

  it.each(Object.entries(preloads()))("preload in %s what is imported", (path, preload) => {
    expect(json<{ preload: string[] }>(path.replace("manifests/", "")).preload).toEqual(preload);
  });

  it.each(boards)("have for the board %s its modules", (board) => {
    const { modules } = json<{ modules: Record<string, string> }>(`boards/${board}/manifest.json`);
    for (const path of Object.values(modules))
      expect(existsSync(join(root, "manifests/boards", board, path.replace("/*", "/driver") + ".ts"))).toBe(
        true,
      );
    const listed = Object.keys({ ...common.modules, ...picoModules, ...modules });
    for (const module of preloads()[`manifests/boards/${board}/manifest.json`])
      expect(listed.includes(module) || listed.includes(`${dirname(module)}/*`)).toBe(true);
  });

  it.each(boards.filter((board) => platformOf(board) === "esp32"))(
    "have for the board %s the pins of its one bus",
    async (board) => {
      const { defines } = json<{ defines: { spi: Record<string, number> } }>(`boards/${board}/manifest.json`);
      const { SPI = {}, I2C = {}, Serial } = await pinsOf(board);
      expect(Object.keys({ ...SPI, ...I2C, ...Serial })).not.toEqual(["console"]);
      for (const { clock, in: miso, out } of Object.values(SPI))
        expect({ miso_pin: miso, mosi_pin: out, sck_pin: clock }).toEqual(defines.spi);
    },
  );

  it.each(boards)("use no pin of the board %s twice", async (board) => {
    const { SPI = {}, I2C = {}, Digital = {}, Serial } = await pinsOf(board);
    const lines = Object.values(SPI).map(({ clock, in: miso, out }) => `${clock} ${miso} ${out}`);
    const used = [
      ...[...new Set(lines)].flatMap((pins) => pins.split(" ").map(Number)),
      ...Object.values(SPI).map(({ select }) => select),
      ...Object.values(I2C).flatMap(({ data, clock }) => [data, clock]),
      ...Object.values(Digital),
    ];
    for (const { receive, transmit } of Object.values(Serial)) used.push(receive, transmit);
    expect(new Set(used).size).toBe(used.length);
  });
});

describe.each(["build-esp32", "flash"])("tools/%s", (tool) => {
  it.each([
    [[], { MODDABLE: "" }, "MODDABLE"],
    [["toaster"], {}, "no program toaster; there are meter, collector"],
    [["meter", "--board", "toaster"], {}, "no board toaster; there are"],
    [["--bord", "x"], {}, "Unknown option '--bord'"],
  ])("with %j answers one line and exit code 2", (parameters, environment, reason) => {
    const { status, stderr } = spawnSync(process.execPath, [`tools/${tool}.mjs`, ...parameters], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, ...environment },
    });
    expect(stderr).toContain(reason);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(status).toBe(2);
  });
});

describe("npm run link", () => {
  it("says so where there is no SDK", () => {
    const { status, stderr } = spawnSync(process.execPath, ["tools/link.mjs"], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, MODDABLE: "" },
    });
    expect(stderr).toContain("MODDABLE does not point to the Moddable SDK");
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(status).toBe(2);
  });

  it("tells sizes from what the linker writes", () => {
    const source = [
      "#define mxHeapCount 100",
      "#define mxStackCount 10",
      "#define mxKeysCount 30",
      "#define mxNamesCount 5",
      "#define mxSymbolsCount 1",
      "#define mxScriptsCount 2",
      "static const txU1 gxCode1[429];",
      "static const txScript gxScripts[mxScriptsCount] = {",
      '\t{ NULL, NULL, 0, NULL, 0, NULL, 0, "firmware/app/meter", { 17 } },',
      '\t{ NULL, NULL, 0, (txS1*)gxCode1, 429, NULL, 0, "main", { 17 } },',
      "};",
      '.value = { .code = { (txByte*)"\\x0f\\x00\\xd6", NULL } } },',
    ].join("\n");
    expect(romSizes(source)).toEqual({
      slotBytes: 16 * 110 + 4 * 36,
      codeBytes: 429 + 3,
      modules: 2,
      notPreloaded: ["main"],
    });
  });
});

function json<T>(path: string): T {
  return JSON.parse(readFileSync(`${root}manifests/${path}`, "utf8")) as T;
}
