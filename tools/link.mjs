// Links each program for each board with the Moddable SDK, preload and strip on, and says how much flash it takes:
// npm run link, or npm run link -- meter --board heltec-v2. Nothing is compiled for a chip, so neither ESP-IDF nor
// pico-sdk is needed.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  boards,
  mcconfig,
  MCCONFIG_MISSING,
  moddableSdk,
  obstacle,
  platformOf,
  programs,
  root,
  SDK_MISSING,
  stop,
} from "./moddable.mjs";
import { romSizes } from "./rom-sizes.mjs";

const { positionals, values } = arguments_();
const chosen = (values.board === undefined ? boards : [values.board]).flatMap((board) =>
  (positionals.length > 0 ? positionals : programs).map((program) => ({ program, board })),
);
const reasons = chosen.map(({ program, board }) => obstacle(program, board));
if (reasons.every((reason) => reason !== undefined)) stop("link", reasons[0]);

const sdk = moddableSdk() ?? stop("link", SDK_MISSING);
const scratch = mkdtempSync(join(tmpdir(), "wattmesh-link-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const environment = standIn();

console.log(`Moddable SDK ${sdk.version}`);
let failed = 0;
const rows = [["program", "board", "preloaded B", "bytecode B", "modules", "not preloaded", "warnings"]];
for (const { program, board } of chosen)
  if (obstacle(program, board) === undefined) rows.push(link(program, board));
for (const row of rows) console.log(`| ${row.join(" | ")} |`);
process.exitCode = failed > 0 ? 1 : 0;

/** A row of the table. */
function link(program, board) {
  const output = `${root}build/link`;
  const product = `${output}/tmp/${platformOf(board)}/${board}/release/wattmesh-${program}/mc.xs.c`;
  rmSync(product, { force: true });
  const { status, stdout, stderr, error } = mcconfig(sdk, {
    program,
    board,
    output,
    target: product,
    environment,
  });
  if (error) stop("link", MCCONFIG_MISSING);
  const lines = `${stdout}\n${stderr}`.split("\n");
  if (status !== 0) {
    failed++;
    process.stderr.write(`${lines.slice(-12).join("\n")}\n`);
    return [program, board, "failed", "", "", "", ""];
  }
  const { slotBytes, codeBytes, modules, notPreloaded } = romSizes(readFileSync(product, "utf8"));
  const warnings = lines.filter((line) => /warning/i.test(line));
  for (const warning of warnings) console.log(`${program} ${board}: ${warning}`);
  return [program, board, slotBytes, codeBytes, modules, notPreloaded.length, warnings.length];
}

/**
 * mcconfig asks for a platform's SDK before it links: for ESP-IDF an idf.py that does nothing, for pico-sdk a compiler
 * and an assembler likewise, for both a repository to ask its version of.
 */
function standIn() {
  const sdk = join(scratch, "sdk");
  const bin = join(scratch, "bin");
  for (const folder of [sdk, bin, join(scratch, "pico-examples")]) mkdirSync(folder);
  for (const name of ["idf.py", "arm-none-eabi-gcc", "pioasm", "cmake"]) {
    writeFileSync(join(bin, name), "#!/bin/sh\n");
    chmodSync(join(bin, name), 0o755);
  }
  for (const command of ["init", "commit --allow-empty -m empty", "tag v0"])
    spawnSync("git", ["-c", "user.name=link", "-c", "user.email=link@localhost", ...command.split(" ")], {
      cwd: sdk,
    });
  return {
    PATH: bin,
    IDF_PATH: sdk,
    PICO_ROOT: scratch,
    PICO_SDK_DIR: sdk,
    PICO_GCC_ROOT: scratch,
    PIOASM: join(bin, "pioasm"),
  };
}

function arguments_() {
  try {
    return parseArgs({ allowPositionals: true, options: { board: { type: "string" } } });
  } catch (error) {
    return stop("link", error.message);
  }
}
