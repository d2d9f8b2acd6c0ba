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
      projectService: true,
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

/** In a project that has nothing else, as the whole one takes long to read. */
const filename = `${root}test/lint/snippet/snippet.ts`;
