import { existsSync, readFileSync } from "node:fs";
import { ESLint } from "eslint";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "../support/tools";
import { tableRows } from "./tables";

const document = readFileSync(`${root}docs/differences-from-node.md`, "utf8");
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  scripts: Record<string, string>;
};
const eslint = new ESLint({ cwd: root });
/** A file of device code: its name is lent to examples, since rules with types want a file that exists. */
const DEVICE_FILE = `${root}hal/clock.ts`;

const rows = tableRows(document).map(([mayNot, why, caughtBy]) => ({
  mayNot,
  why,
  caughtBy: unquoted(caughtBy),
}));
const byLint = rows.filter(({ caughtBy }) => !caughtBy.includes(" ") && !caughtBy.startsWith("test/"));

describe("docs/differences-from-node.md", () => {
  // The first text with types waits until TypeScript has read all device code.
  beforeAll(() => rulesBroken(""), 120_000);

  it("has a reason and a catcher in each row", () => {
    expect(rows.length).toBeGreaterThan(25);
    for (const { mayNot, why, caughtBy } of rows) {
      expect(mayNot).not.toBe("");
      expect(why).not.toBe("");
      expect(caughtBy).not.toBe("");
    }
  });

  it.each(byLint)("says rightly that $caughtBy catches $mayNot", async ({ mayNot, caughtBy }) => {
    expect(await rulesBroken(unquoted(mayNot))).toContain(caughtBy);
  });

  it.each(rows.filter((row) => !byLint.includes(row)))("names $caughtBy, which is there", ({ caughtBy }) => {
    if (caughtBy.startsWith("npm run ")) expect(scripts).toHaveProperty([caughtBy.slice(8)]);
    else expect(existsSync(root + caughtBy)).toBe(true);
  });

  it("leaves out no rule for device code", async () => {
    const { rules } = (await eslint.calculateConfigForFile(DEVICE_FILE)) as {
      rules: Record<string, unknown>;
    };
    const own = Object.keys(rules).filter((rule) => rule.startsWith("device/"));
    expect(own).not.toEqual([]);
    expect(byLint.map(({ caughtBy }) => caughtBy)).toEqual(expect.arrayContaining(own));
  });
});

async function rulesBroken(code: string): Promise<(string | null)[]> {
  const [{ messages }] = await eslint.lintText(code, { filePath: DEVICE_FILE });
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  return messages.map(({ ruleId }) => ruleId);
}

/** Without the backticks of a code span. */
function unquoted(text: string): string {
  return text.startsWith("`") && text.endsWith("`") ? text.slice(1, -1) : text;
}
