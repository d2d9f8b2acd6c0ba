import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cddl, decodeCbor } from "../support/cddl";
import { describeWithTool, root } from "../support/tools";

const wattmesh = join(root, "bin/wattmesh.js");

describe("wattmesh console", () => {
  it("is a meter's console, one day in", () => {
    const input = "version\nreg show\nlp list 2\nmem\nlp list 0\n";
    const { stdout, status } = spawnSync(process.execPath, [wattmesh, "console", "--meter", "3"], {
      input,
      encoding: "utf8",
    });
    expect(status).toBe(0);
    const lines = stdout.split("\r\n");
    expect(lines[0]).toBe("WM-M1 00000003 wattmesh 0.1.0");
    expect(lines.filter((line) => line === "OK")).toHaveLength(4);
    expect(lines.filter((line) => line.startsWith("ERR"))).toEqual(["ERR 3 bad-argument"]);
    expect(lines.some((line) => /^1-0:1\.8\.0 +\+A total +\d+\.\d{3} Wh$/.test(line))).toBe(true);
    expect(
      lines.filter((line) => /^ +9\d 2026-06-01T23:\d\d:00Z( +\d+\.\d{3}){2} +1\d\d/.test(line)),
    ).toHaveLength(2);
  });

  it("answers a meter that is no number with one line", () => {
    const { stderr, status } = spawnSync(process.execPath, [wattmesh, "console", "--meter", "x"], {
      encoding: "utf8",
    });
    expect(status).toBe(2);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

describeWithTool("coap-client-notls", "libcoap's client at the CoAP bridge", (client) => {
  const folder = mkdtempSync(join(tmpdir(), "wattmesh-bridge-"));
  const port = 20_000 + (process.pid % 20_000);
  let street: ChildProcess;

  beforeAll(async () => {
    street = spawn(process.execPath, [wattmesh, "sim", "--meters", "3", "--coap-bridge", String(port)]);
    await new Promise((resolve) => street.stdout!.once("data", resolve));
  }, 60_000);
  afterAll(() => {
    street.kill("SIGTERM");
    rmSync(folder, { recursive: true });
  });

  /** The bytes of an answer's body. */
  const get = (meter: number, path: string): Buffer => {
    const file = join(folder, "answer");
    rmSync(file, { force: true });
    const url = `coap://127.0.0.1:${port + meter - 1}/${path}`;
    const { stderr } = spawnSync(client, ["-B", "20", "-o", file, "-m", "get", url], { encoding: "utf8" });
    expect(stderr).toBe("");
    return readFileSync(file);
  };
  const expectValid = (name: string, bytes: Buffer): void => {
    expect(cddl(name)(name, decodeCbor(bytes))).toBe(true);
  };

  it("discovers the resources", () => {
    const links = get(1, ".well-known/core").toString();
    for (const path of ["reg", "inst", "lp", "time"])
      expect(links).toContain(`</${path}>;rt="wm.${path}";ct=60`);
  });

  it("reads registers and load profile, as their CDDL says", () => {
    const registers = get(2, "reg");
    expectValid("reg", registers);
    expectValid("reg", get(2, "reg?all=1"));
    // More than a frame holds: it comes in blocks.
    const wide = get(2, "lp?ch=1023&scale=0");
    expectValid("lp", wide);
    expect(wide.length).toBeGreaterThan(256);
    const profile = get(3, "lp?since=80");
    expectValid("lp", profile);
    const [newest, first] = decodeCbor(profile) as number[];
    expect(first).toBe(81);
    expect(newest).toBe(97);
    expectValid("inst", get(1, "inst"));
    expectValid("time", get(1, "time"));
  });
});
