import { readFileSync } from "node:fs";
import { CsvError, parse } from "csv-parse/sync";
import { BadInput } from "./options";

export interface Row {
  cells: string[];
  /** Of the file, from 1. */
  line: number;
}

/**
 * The rows of a CSV file in UTF-8, empty ones left out.
 * @throws BadInput naming the file, and row and column where quotes are wrong
 */
export function readRows(file: string): Row[] {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new BadInput(`${file}: no such file`);
    if (code === "EISDIR") throw new BadInput(`${file}: a folder, not a file`);
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") throw new BadInput(`${file}: not a text file in UTF-8`);
    throw new BadInput(`${file}: cannot be read (${code})`);
  }
  if (text.includes("\0")) throw new BadInput(`${file}: not a text file`);
  try {
    const records = parse(text, {
      info: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new BadInput(
      `${file}: row ${String(error["lines"])}, column ${Number(error["column"]) + 1}: bad quotes`,
    );
  }
}

/** In quotes, on one line and not too long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
