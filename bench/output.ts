import Table from "cli-table3";
import { writeWhole } from "../host-sim/output";

/** Prints a table; without a head, rows alone. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  console.log(table.toString());
}

/** Writes figures to a file, whose folder is made where there is none, and says so. */
export function writeJson(file: string, figures: unknown): void {
  writeWhole(file, `${JSON.stringify(figures, undefined, 2)}\n`);
  console.log(`also in ${file}`);
}

/** A share, or `-` where there is none of anything. */
export function percent(share: number, digits = 1): string {
  return Number.isNaN(share) ? "-" : `${(100 * share).toFixed(digits)} %`;
}

/** Whole seconds, or `-` where it did not come to that. */
export function seconds(time_s: number | undefined): string {
  return time_s?.toFixed(0) ?? "-";
}
