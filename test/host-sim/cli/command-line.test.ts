import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../support/tools";

let folder: string;
/** The command line bundled once, as bin/wattmesh.js bundles it at each start. */
const bundle = join(root, `out/test/command-line-${process.pid}.cjs`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "wattmesh-cli-"));
  await build({
    absWorkingDir: root,
    entryPoints: ["host-sim/cli/main.ts"],
    bundle: true,
    outfile: bundle,
    platform: "node",
    target: "node20",
    packages: "external",
    format: "cjs",
    define: { "import.meta.url": JSON.stringify(pathToFileURL(join(root, "bin/wattmesh.js"))) },
    footer: { js: "module.exports.main(process.argv.slice(2));" },
    logLevel: "silent",
  });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(bundle);
});

/** Runs the program in an empty folder, its output in pipes. */
function wattmesh(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const program = join(root, "bin/wattmesh.js");
  return spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: "utf8" });
}

function expectRefused(args: string[], reason: string): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundle, ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(stderr).toContain(reason);
  expect(stderr).toMatch(/^wattmesh: .+\n$/);
  expect(stdout).toBe("");
  expect(status).toBe(2);
  expect(readdirSync(folder).filter((name) => !name.endsWith(".csv"))).toEqual([]);
}

describe("wattmesh", () => {
  it("helps", () => {
    const help = wattmesh("--help");
    expect(help).toMatchObject({ status: 0, stderr: "" });
    expect(help.stdout).toContain("sim [options]");
    expect(help.stdout).toContain("console [options]");
    expect(wattmesh("console", "--help").stdout).toContain("--meter <n>");
  });

  it("helps with sim: every option and its default", () => {
    const { stdout, status } = wattmesh("sim", "--help");
    const text = stdout.replaceAll(/\s+/g, " ");
    for (const option of [
      "--seed <n>",
      "--topology <file>",
      "--density <n>",
      "--turnaround <times>",
      "--hopping <on|off>",
      "--link-security <on|off>",
      "--capture <file>",
      "--report <folder>",
      "--json <file>",
      "--coap-bridge <port>",
    ])
      expect(text).toContain(option);
    expect(text).toMatch(/--meters <n> [^-]*\(default: 24\)/);
    expect(text).toMatch(/--collectors <n> [^-]*\(default: 1\)/);
    expect(text).toMatch(/--days <n> [^-]*\(default: 7\)/);
    expect(text).toMatch(/--interval <minutes> [^-]*default: "15"/);
    expect(text).toMatch(/--loads <source> [^-]*default: "synthetic"/);
    expect(text).toMatch(/--depth <depth> [^-]*default: chip up to 100 meters, model above/);
    expect(text).toMatch(/--density <n> [^-]*default: 1100 above 100 meters; up to that all are in range/);
    expect(text).toMatch(/--faults <list> .*frame-loss, interference, spi-noise, spi-command, spi-abort/);
    expect(status).toBe(0);
  });

  it.each([
    [[], "a command is missing"],
    [["simulate"], "unknown command 'simulate'"],
    [["sim", "more"], "too many arguments"],
    [["sim", "--wrong"], "unknown option '--wrong'"],
    [["sim", "--metres", "3"], "unknown option '--metres' (Did you mean --meters?)"],
    [["sim", "--meters"], "argument missing"],
    [["sim", "--meters", "0"], "whole number from 1 to"],
    [["sim", "--meters", "-1"], "'--meters <n>' argument '-1'"],
    [["sim", "--meters", "1e9"], "whole number from 1 to"],
    [["sim", "--days", "0"], "'--days <n>' argument '0'"],
    [["sim", "--days", "1.5"], "'--days <n>' argument '1.5'"],
    [["sim", "--interval", "30"], "Allowed choices are 15, 60"],
    [["sim", "--seed", "-1"], "'--seed <n>' argument '-1'"],
    [["sim", "--chip", "ade9153"], "Allowed choices are atm90e32, ade7953"],
    [["sim", "--chip", "ade7953", "--depth", "model"], "--depth model does not go with it"],
    [["sim", "--depth", "deep"], "Allowed choices are chip, model"],
    [["sim", "--faults", "frame-lost:0.1"], 'no fault "frame-lost"'],
    [["sim", "--faults", "frame-loss:1.1"], "needs a share from 0 to 1"],
    [["sim", "--coap-bridge", "65520"], "pass port 65535"],
    [["sim", "--loads", ""], "must not be empty"],
    [["sim", "--loads", "nowhere.csv"], "nowhere.csv: no such file"],
    [["sim", "--loads", "."], "a folder"],
    [["sim", "--json", "."], "cannot be written"],
    [["sim", "--json", "/dev/null/x"], "cannot be written"],
    [["sim", "--report", "/dev/null"], "cannot be written"],
    [["sim", "--capture", "/dev/null/x.pcap"], "cannot be written"],
    [["sim", "--topology", "nowhere.csv"], "nowhere.csv: no such file"],
    [["sim", "--topology", ""], "must not be empty"],
    [["sim", "--topology", "a.csv", "--density", "300"], "cannot be used with option '--topology <file>'"],
    [["sim", "--density", "0"], "whole number from 1 to"],
    [["sim", "--turnaround", "fast"], "Allowed choices are device, ideal"],
    [["sim", "--hopping", "maybe"], "It must be on or off"],
    [["console"], "required option '--meter <n>'"],
    [["console", "--meter", "0"], "'--meter <n>' argument '0'"],
  ])("refuses %j in one line", (args, reason) => expectRefused(args, reason));

  it("refuses an edge list in one line with file, row and column", () => {
    writeFileSync(join(folder, "edges.csv"), "from,to,prr,rssi_dbm\n1,2,1,-80\n2,2,1,-80\n");
    expectRefused(
      ["sim", "--topology", "edges.csv"],
      "edges.csv: row 3, column to: a link from node 2 to itself",
    );
  });

  it("refuses a load file in one line with file, row and column, and writes nothing", () => {
    const rows = Array.from({ length: 96 }, (_, row) => `${row},${row === 40 ? "a lot" : row}`);
    writeFileSync(join(folder, "bad.csv"), `interval,v1\n${rows.join("\n")}\n`);
    expectRefused(
      [
        "sim",
        "--meters",
        "1",
        "--days",
        "1",
        "--loads",
        "bad.csv",
        "--json",
        "out.json",
        "--report",
        "report",
      ],
      'bad.csv: row 42, column v1: "a lot" is not a number of Wh',
    );
  });

  it("says in one line that its packages are not installed", () => {
    const bare = mkdtempSync(join(tmpdir(), "wattmesh-bare-"));
    cpSync(join(root, "bin"), join(bare, "bin"), { recursive: true });
    const run = spawnSync(process.execPath, [join(bare, "bin/wattmesh.js"), "sim"], { encoding: "utf8" });
    rmSync(bare, { recursive: true });
    expect(run.stderr).toMatch(/^wattmesh: a package is missing; run "npm ci" .*\n$/);
    expect(run.status).toBe(2);
  });
});

describe("wattmesh sim", () => {
  const small = ["sim", "--meters", "2", "--days", "1", "--depth", "model"];

  it("writes its result alone on standard output", () => {
    const { status, stdout, stderr } = wattmesh(...small, "--json", "-");
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({ seed: 1, meters: 2, collectors: 1, simulatedSeconds: 86_400 });
    expect(status).toBe(0);
  });

  it("writes result and report to files, and a summary for people", () => {
    const { status, stdout, stderr } = wattmesh(...small, "--json", "a/b/out.json", "--report", "a/report");
    expect(stderr).toBe("");
    expect(stdout).toContain("intervals");
    expect(stdout).toContain("report: a/report/index.html");
    expect(JSON.parse(readFileSync(join(folder, "a/b/out.json"), "utf8"))).toHaveProperty("traceHash");
    expect(existsSync(join(folder, "a/report/index.html"))).toBe(true);
    expect(readdirSync(join(folder, "a/b"))).toEqual(["out.json"]);
    expect(status).toBe(0);
    rmSync(join(folder, "a"), { recursive: true });
  });
});
