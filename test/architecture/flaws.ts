import { homedir } from "node:os";
import { root } from "../support/tools";

/** About 300 lines hold one subject; none may hold more than this. */
export const MAX_LINES = 350;

// Put together, so that this file does not hold the words itself.
const OPEN = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].join("|")})\\b`);
const PARTIAL = new RegExp(
  `\\b(it|test|describe)\\.(${["on" + "ly", "sk" + "ip", "to" + "do"].join("|")})\\b`,
);
const MACHINE_PATH = /(^|["'`\s(=])(\/home\/|\/Users\/|[A-Z]:\\\\?\w)/m;

/** What is wrong with the text of a file of code, whatever it does. */
export function flaws(text: string): string[] {
  const found: string[] = [];
  if (text.trimEnd().split("\n").length > MAX_LINES) found.push(`longer than ${MAX_LINES} lines`);
  if (OPEN.test(text)) found.push("leaves something open");
  if (PARTIAL.test(text)) found.push("runs only part of its tests");
  if (MACHINE_PATH.test(text) || text.includes(root) || text.includes(`${homedir()}/`))
    found.push("names a path of a machine");
  return found;
}
