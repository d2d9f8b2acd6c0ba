import { parseArgs } from "node:util";
import { boards, programs, stop } from "./moddable.mjs";

/** What `npm run <tool> -- meter --board heltec-v2` asks for; bad input is one line and exit code 2. */
export function boardArguments(tool) {
  const { values, positionals } = parsed(tool);
  const [program = "meter"] = positionals;
  const { board } = values;
  if (!programs.includes(program)) stop(tool, `no program ${program}; there are ${programs.join(", ")}`);
  if (!boards.includes(board)) stop(tool, `no board ${board}; there are ${boards.join(", ")}`);
  return { program, board };
}

function parsed(tool) {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { board: { type: "string", default: "heltec-v2" } },
    });
  } catch (error) {
    return stop(tool, error.message);
  }
}
