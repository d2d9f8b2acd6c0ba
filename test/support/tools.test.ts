import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { describeWithTool, root, shared, tool } from "./tools";

describeWithTool("node", "a suite whose program is here", (program) => {
  it("runs and gets its path", () => expect(basename(program)).toBe("node"));
});

describe("what is not here", () => {
  it("is undefined", () => {
    expect(tool("no-such-program")).toBeUndefined();
    expect(shared("no/such/file")).toBeUndefined();
  });

  it("skips its suites and says why", () => {
    const run = runAbsent("0");
    expect(run.status).toBe(0);
    expect(run.stdout).toContain("skipped: with a program: the program no-such-program is not here");
    expect(run.stdout).toContain("skipped: with a file: the shared file no/such/file is not here");
    expect(run.stdout).toMatch(/Tests +2 skipped/);
  });

  it("fails its suites where REQUIRE_TOOLS=1", () => {
    const run = runAbsent("1");
    expect(run.status).toBe(1);
    expect(run.stdout).toMatch(/Tests +2 failed/);
  });
});

function runAbsent(requireTools: string) {
  const vitest = `${root}node_modules/vitest/vitest.mjs`;
  return spawnSync(process.execPath, [vitest, "run", "--root", `${root}test/support/absent`], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], REQUIRE_TOOLS: requireTools, NO_COLOR: "1" },
  });
}
