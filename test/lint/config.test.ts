import { readdirSync } from "node:fs";
import { ESLint } from "eslint";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "../support/tools";

const eslint = new ESLint({
  cwd: root,
  // Where CI is set, typescript-eslint otherwise judges the file on the disk instead of the text given.
  overrideConfig: { languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } } },
});

/** One violation for each rule, and for each selector of no-restricted-syntax. */
const violations: [rule: string, code: string][] = [
  ["device/no-module-state", "export const seen = new Map();"],
  ["device/no-absent-globals", "export const f = () => Buffer;"],
  ["device/no-function-name", "export const f = (run: () => void) => run.name;"],
  ["device/no-regexp", "export const f = (text: string) => text.split(/,/);"],
  ["no-restricted-properties", "export const f = () => Math.random();"],
  ["no-restricted-syntax", "export enum Code { ok }"],
  ["no-restricted-syntax", "export const enum Code { ok }"],
  ["no-restricted-syntax", "export namespace Code { export const ok = 0; }"],
  ["no-restricted-syntax", "export async function f() {}"],
  ["no-restricted-syntax", "export const f = async () => {};"],
  ["no-restricted-syntax", "await undefined;"],
  ["no-restricted-syntax", "for await (const each of '') each.length;"],
  ["no-restricted-syntax", "export const f = (p: PromiseLike<void>) => p.then();"],
  ["no-restricted-syntax", "export const f = () => import('hal/clock');"],
  ["no-restricted-syntax", "export function* f() {}"],
  ["no-restricted-syntax", "export const f = () => 1n;"],
  ["no-restricted-syntax", "export class F extends Error { constructor() { super(); this.name = 'F'; } }"],
];

describe("the lint configuration in force", () => {
  // The first text with types waits until TypeScript has read all device code.
  beforeAll(() => rulesBroken(firstFile("hal"), ""), 120_000);

  for (const folder of ["firmware/codec", "firmware/kernel", "hal"]) {
    const file = firstFile(folder);
    it.each(violations)(`applies %s to ${folder}: %s`, async (rule, code) => {
      expect(await rulesBroken(file, code)).toContain(rule);
    });
  }

  it.each(["hal/moddable/any.ts", "host-sim/world.ts", "test/lint/tester.ts"])(
    "leaves %s alone",
    async (file) => {
      const code = violations.map(([, code]) => code).filter((code) => !code.includes("await"));
      const broken = await rulesBroken(file, code.join("\n"));
      for (const [rule] of violations) expect(broken).not.toContain(rule);
    },
  );
});

async function rulesBroken(file: string, code: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath: `${root}${file}` });
  const fatal = result?.messages.find((message) => message.fatal);
  if (fatal !== undefined) throw new Error(fatal.message);
  return result.messages.map(({ ruleId }) => ruleId);
}

/** The text that is judged is not the file's, but with types the file must be there. */
function firstFile(folder: string): string {
  return `${folder}/${readdirSync(`${root}${folder}`).find((name) => name.endsWith(".ts"))!}`;
}
