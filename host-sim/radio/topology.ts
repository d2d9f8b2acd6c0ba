import { quoted, readRows } from "../csv-file";
import { BadInput } from "../options";
import type { Edge } from "./edge-list";

const COLUMNS = ["from", "to", "prr", "rssi_dbm"];
const MAX_NODES = 10_000;
/** What a radio could tell. */
const RSSI_dBm = { low: -150, high: 30 };

/**
 * Reads an edge list: CSV in UTF-8 with the header `from,to,prr,rssi_dbm`, a row a directed link. Nodes are numbered from
 * 1, the collector, without a gap.
 * @returns the links of each node by the node that they lead to, both numbered from 0
 * @throws BadInput naming file, row (line in the file; the header is line 1) and column
 */
export function readTopology(file: string): Map<number, Edge>[] {
  const [header, ...rows] = readRows(file);
  const refuse = (line: number, column: number, what: string): never => {
    throw new BadInput(`${file}: row ${line}, column ${COLUMNS[column] ?? column + 1}: ${what}`);
  };
  if (header === undefined) return refuse(1, 0, "the file is empty");
  for (const [column, name] of COLUMNS.entries()) {
    if (header.cells[column] !== name)
      refuse(1, column, `${quoted(header.cells[column] ?? "")}, but the header is "${COLUMNS.join(",")}"`);
  }

  const nodes: Map<number, Edge>[] = [];
  /** The first line that names each node. */
  const named: number[] = [];
  for (const { cells, line } of rows) {
    if (cells.length !== COLUMNS.length)
      refuse(line, Math.min(cells.length, COLUMNS.length), `${cells.length} cells, but there are 4 columns`);
    const node = (column: number): number => {
      const number = /^\d{1,9}$/.test(cells[column]) ? Number(cells[column]) : 0;
      if (number < 1 || number > MAX_NODES)
        refuse(line, column, `${quoted(cells[column])} is not a node from 1 to ${MAX_NODES}`);
      named[number] ??= line;
      return number;
    };
    const value = (column: number, low: number, high: number): number => {
      const number = /^-?\d{1,9}(\.\d{1,9})?$/.test(cells[column]) ? Number(cells[column]) : NaN;
      if (!(number >= low && number <= high))
        refuse(line, column, `${quoted(cells[column])} is not a number from ${low} to ${high}`);
      return number;
    };
    const from = node(0);
    const to = node(1);
    if (from === to) refuse(line, 1, `a link from node ${from} to itself`);
    const edge = { prr: value(2, 0, 1), rssi_dBm: value(3, RSSI_dBm.low, RSSI_dBm.high) };
    const links = (nodes[from - 1] ??= new Map<number, Edge>());
    if (links.has(to - 1)) refuse(line, 1, `the link from ${from} to ${to} is there twice`);
    links.set(to - 1, edge);
  }
  if (named.length <= 2) refuse((rows.at(-1) ?? header).line, 0, "there is no link");
  for (let number = 1; number < named.length; number++) {
    if (named[number] !== undefined) continue;
    const above = named.findIndex((line, node) => node > number && line !== undefined);
    refuse(named[above], 0, `node ${above} has a link, but no node ${number} has one`);
  }
  return Array.from({ length: named.length - 1 }, (_, node) => nodes[node] ?? new Map<number, Edge>());
}
