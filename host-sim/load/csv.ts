import { quoted, readRows } from "../csv-file";
import { BadInput } from "../options";
import type { Flow, Load } from "./load";

/** A row of the file, whatever the meters' own interval is. */
const ROW_US = 900e6;
const ROWS_A_DAY = 96;
/** 48 kW: a service of 200 A at 240 V. */
const MAX_ROW_mWH = 12_000_000;
const LEG_VOLTAGE_mV = 120_000;
/** Half of a row's energy, in mWh, flows through each leg in a quarter of an hour. */
const LEG_mW_PER_mWH = 2;

/**
 * One column of a load file: split phase (legs A and B at 120 V, 240 V between them), half of the energy in each, at
 * power factor 1 and constant over each row of 15 minutes. 0 after the last row.
 */
export class CsvLoad implements Load {
  readonly phases = 2;

  /**
   * @param kind the column's name
   * @param rows_mWh energy delivered in each row, mWh
   */
  constructor(
    readonly kind: string,
    private readonly rows_mWh: Int32Array,
  ) {}

  flowAt(at_us: number, flow: Flow): number {
    const row = Math.floor(at_us / ROW_US);
    const leg_mW = at_us < 0 || row >= this.rows_mWh.length ? 0 : this.rows_mWh[row] * LEG_mW_PER_mWH;
    for (let leg = 0; leg < this.phases; leg++) {
      flow.activePower_mW[leg] = leg_mW;
      flow.reactivePower_mvar[leg] = 0;
      flow.voltage_mV[leg] = LEG_VOLTAGE_mV;
    }
    if (at_us < 0) return 0;
    return row < this.rows_mWh.length ? (row + 1) * ROW_US : Infinity;
  }
}

/**
 * Reads the first `meters` columns and `days` days of a load file: CSV in UTF-8 with the header `interval,<id>,…`, a
 * column a meter, a row each 15 minutes (whatever its first cell says), values in Wh delivered, to the mWh. The whole
 * file is checked, also what the run does not need.
 * @throws BadInput naming file, row (line in the file; the header is line 1) and column
 */
export function readLoads(file: string, meters: number, days: number): CsvLoad[] {
  const [header, ...records] = readRows(file);
  if (header === undefined) throw new BadInput(`${file}: row 1, column interval: the file is empty`);
  const columns = header.cells;
  checkHeader(file, columns, meters);

  const rows = days * ROWS_A_DAY;
  const loads_mWh = Array.from({ length: meters }, () => new Int32Array(rows));
  for (const [row, { cells, line }] of records.entries()) {
    const at = (column: number): string => `${file}: row ${line}, column ${columns[column] ?? column + 1}`;
    if (cells.length !== columns.length)
      throw new BadInput(
        `${at(Math.min(cells.length, columns.length))}: ` +
          `${cells.length} cells, but the header has ${columns.length}`,
      );
    for (let column = 1; column < cells.length; column++) {
      const energy_mWh = parseEnergy(cells[column]);
      if (typeof energy_mWh === "string") throw new BadInput(`${at(column)}: ${energy_mWh}`);
      if (column <= meters && row < rows) loads_mWh[column - 1][row] = energy_mWh;
    }
  }
  // Last, so that what is wrong earlier in the file is named first.
  if (records.length < rows) {
    const end = (records.at(-1) ?? header).line + 1;
    throw new BadInput(
      `${file}: row ${end}, column interval: the file ends after ${records.length} rows of 15 minutes, ` +
        `but a run of ${days} ${days === 1 ? "day" : "days"} needs ${rows}`,
    );
  }
  return loads_mWh.map((rows_mWh, meter) => new CsvLoad(columns[meter + 1], rows_mWh));
}

function checkHeader(file: string, columns: string[], meters: number): void {
  const at = (column: number): string => `${file}: row 1, column ${column + 1}`;
  if (columns[0] !== "interval")
    throw new BadInput(`${at(0)}: ${quoted(columns[0])}, but the header starts with "interval"`);
  for (let column = 1; column < columns.length; column++) {
    const id = columns[column];
    if (id.trim() === "") throw new BadInput(`${at(column)}: the meter's id is empty`);
    if (columns.indexOf(id) < column)
      throw new BadInput(
        `${at(column)}: the id ${quoted(id)} is also that of column ${columns.indexOf(id) + 1}`,
      );
  }
  if (columns.length - 1 < meters)
    throw new BadInput(
      `${at(columns.length)}: missing; the file has ${columns.length - 1} columns of meters, but the run needs ${meters}`,
    );
}

/** A cell in Wh as an integer in mWh, or what is wrong with it. */
function parseEnergy(cell: string): number | string {
  const match = /^(\d{1,15})(?:\.(\d+))?$/.exec(cell);
  if (match === null) {
    if (cell.trim() === "") return "empty";
    if (/^-\d+(\.\d+)?$/.test(cell)) return `${cell} Wh is negative`;
    return `${quoted(cell)} is not a number of Wh`;
  }
  const fraction = match[2] ?? "";
  if (fraction.length > 3) return `${cell} Wh is finer than 0.001 Wh`;
  const energy_mWh = Number(match[1]) * 1000 + Number(fraction.padEnd(3, "0"));
  if (energy_mWh > MAX_ROW_mWH) return `${cell} Wh is absurd, above ${MAX_ROW_mWH / 1000} Wh in 15 minutes`;
  return energy_mWh;
}
