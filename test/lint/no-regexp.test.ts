import rule from "../../tools/lint/no-regexp.js";
import { invalid, typedTester, valid } from "./tester";

typedTester.run("no-regexp", rule, {
  valid: valid(
    "export const f = (text: string) => text.replace('a', 'b').split(',').indexOf('c');",
    "export const f = (filter: { match(text: string): boolean }) => filter.match('a');",
    "export const f = (table: { search(id: number): number }) => table.search(1);",
  ),
  invalid: invalid(
    "regexp",
    "export const f = () => /a/;",
    "export const f = (text: string) => text.replace(/a/g, 'b');",
    "export const f = (text: string) => text.match('a');",
    "export const f = (text: string) => [...text.matchAll('a' as never)];",
    "export const f = (text: string) => text.search('a');",
    "export const f = () => 'abc'.match('a');",
    "export const f = (text: 'a' | 'b') => text.search('a');",
    "export const f = (text: string | undefined) => text?.match('a');",
    "export const f = <T extends string>(text: T) => text.match('a');",
  ),
});
