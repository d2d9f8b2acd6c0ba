import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../support/tools";

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
/** Those whose programs lie in bench/, each with what starts it. */
const benches = Object.entries(scripts).flatMap(([name, command]) => {
  const [node, ...args] = command.split(" ");
  return node === "node" && args.some((arg) => arg.startsWith("bench/")) ? [{ name, args }] : [];
});

function run(args: readonly string[], ...given: string[]) {
  return spawnSync(process.execPath, [...args, ...given], { cwd: root, encoding: "utf8" });
}

describe("npm run", () => {
  it("knows benches", () => {
    expect(benches.map(({ name }) => name)).toContain("bench:mesh");
  });

  it.each(benches)("$name -- --help lists its options", ({ name, args }) => {
    const { status, stdout, stderr } = run(args, "--help");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^Usage: ${name} \\[options\\]\n`));
    expect(stdout).toContain("--help");
  });

  it.each(benches)("$name -- --nonsense answers one line and ends with 2", ({ name, args }) => {
    const { status, stdout, stderr } = run(args, "--nonsense");
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: "",
      stderr: `${name}: unknown option '--nonsense'\n`,
    });
  });

  it("bench:mesh refuses a bench that there is not, and a size that is none", () => {
    const { args } = benches.find(({ name }) => name === "bench:mesh")!;
    for (const [flag, value] of [
      ["--only", "nothing"],
      ["--meters", "0"],
      ["--seeds", "1.5"],
    ]) {
      const { status, stderr } = run(args, flag, value);
      expect(stderr).toMatch(/^bench:mesh: .+\n$/);
      expect(stderr).toContain(value);
      expect(status).toBe(2);
    }
  });
});
