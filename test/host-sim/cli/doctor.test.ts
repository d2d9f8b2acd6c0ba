import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { examine } from "../../../host-sim/cli/doctor";
import { root } from "../../support/tools";

const nothing = { PATH: "", MODDABLE: "", IDF_PATH: "" };

describe("the doctor", () => {
  it("finds what the simulator needs, here", () => {
    const needed = examine(nothing).filter(({ purpose }) => purpose === "simulator");
    expect(needed.map(({ what }) => what)).toEqual(["Node", "npm packages"]);
    for (const { found } of needed) expect(found).not.toBeNull();
  });

  it("finds no program on an empty PATH, and says of each what to do", () => {
    const missing = examine(nothing).filter(({ found }) => found === null);
    const names = missing.map(({ what }) => what);
    for (const what of [
      "tshark",
      "libcoap's client",
      "Chromium",
      "Arm compiler",
      "QEMU",
      "Moddable SDK",
      "ESP-IDF",
    ])
      expect(names).toContain(what);
    for (const { next, expected } of missing) {
      expect(next).not.toBe("");
      expect(expected).not.toBe("");
    }
  });

  it("does not take any folder for the SDK", () => {
    const sdk = examine({ ...nothing, MODDABLE: root }).find(({ what }) => what === "Moddable SDK");
    expect(sdk?.found).toBeNull();
  });

  it("prints a table, or JSON, and ends well with what the simulator needs alone", () => {
    for (const flags of [[], ["--json"]]) {
      const { status, stdout } = spawnSync(process.execPath, ["bin/wattmesh.js", "doctor", ...flags], {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, ...nothing },
      });
      expect(status).toBe(0);
      if (flags.length === 0) expect(stdout).toContain("Moddable SDK");
      else expect(JSON.parse(stdout)).toEqual(examine(nothing));
    }
  });
});
