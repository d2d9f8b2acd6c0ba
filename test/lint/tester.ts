import { RuleTester } from "eslint";
import tseslint from "typescript-eslint";
import { describe, it } from "vitest";
import { root } from "../support/tools";

RuleTester.describe = describe;
RuleTester.it = it;

/** Judges rules over snippets of TypeScript. */
export const tester = new RuleTester({ languageOptions: { parser: tseslint.parser } });

/** Likewise, for rules that need types. */
export const typedTester = new RuleTester({
  languageOptions: {
    parser: tseslint.parser,
    parserOptions: {
      projectService: { allowDefaultProject: ["*.ts"], defaultProject: "tsconfig.base.json" },
      tsconfigRootDir: root,
    },
  },
});

/** Cases of code that must all be reported once, under `messageId`. */
export function invalid(messageId: string, ...cases: string[]) {
  return cases.map((code) => ({ code, filename, errors: [{ messageId }] }));
}

export function valid(...cases: string[]) {
  return cases.map((code) => ({ code, filename }));
}

/** Not on disk: the parser's default project takes it. */
const filename = `${root}snippet.ts`;
