import { parseArgs } from "node:util";
import { obstacle, stop } from "./moddable.mjs";

/** What `npm run <tool> -- meter --board heltec-v2` asks for; bad input is one line and exit code 2. */
export function boardArguments(tool) {
  const { values, positionals } = parsed(tool);
  const [program = "meter"] = positionals;
  const { board } = values;
  const reason = obstacle(program, board);
  if (reason !== undefined) stop(tool, reason);
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
