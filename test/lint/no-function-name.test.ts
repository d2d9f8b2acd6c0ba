import rule from "../../tools/lint/no-function-name.js";
import { invalid, typedTester, valid } from "./tester";

typedTester.run("no-function-name", rule, {
  valid: valid(
    "export const f = (meter: { name: string }) => meter.name;",
    "export const f = (list: number[], text: string) => list.length + text.length;",
    "export const f = (error: Error) => error.name;",
    "export const f = ({ name, length }: { name: string; length: number }) => name + length;",
    "export class K { name = 'K'; f() { return this.name; } }",
    "export const f = (run: () => number[]) => run().length;",
  ),
  invalid: invalid(
    "stripped",
    "function f() {} f.name;",
    "const f = () => {}; f.length;",
    "class K {} K.name;",
    "class K { f() { return K['name']; } }",
    "class K { f() { return this.constructor.name; } }",
    "class K { static f() { return this.name; } }",
    "class K { f() {} } new K().f.name;",
    "export const f = (error: Error) => error.constructor.name;",
    "export const f = (run: () => void) => run.length;",
    "export const f = (run: undefined | (() => void)) => run?.name;",
    "export const f = (run: Function) => run.name;",
    "export const f = (Kind: new () => object) => Kind.name;",
    "export const f = (run: () => void) => { const { name } = run; return name; };",
    "export const f = ({ length }: () => void) => length;",
    "Uint8Array.name;",
  ),
});
