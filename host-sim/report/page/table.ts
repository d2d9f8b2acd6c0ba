import type { MeterRow, ReportData } from "./data";
import { byId, count, duration, element, kWh, signed } from "./format";

/** Rows shown before one asks for all. */
const FIRST_ROWS = 200;

interface Column {
  title: string;
  text: (row: MeterRow) => string;
  /** What it is sorted by. */
  key: (row: MeterRow) => number | string;
  kind?: "text";
  mark?: (row: MeterRow) => "bad" | "warn" | "";
}

const COLUMNS: Column[] = [
  { title: "Meter", text: (row) => String(row.meter), key: (row) => row.meter },
  { title: "Load", text: (row) => row.load, key: (row) => row.load, kind: "text" },
  { title: "EUI-64", text: (row) => row.eui64, key: (row) => row.eui64, kind: "text" },
  { title: "Delivered, kWh", text: (row) => kWh(row.delivered), key: (row) => row.delivered },
  energyDifference((row) => row.delivered - row.trueDelivered),
  { title: "Received, kWh", text: (row) => kWh(row.received), key: (row) => row.received },
  energyDifference((row) => row.received - row.trueReceived),
  {
    title: "Intervals",
    text: (row) => `${count(row.arrived)} / ${count(row.due)}`,
    key: (row) => row.arrived - row.due,
    mark: (row) => (row.arrived < row.due ? "bad" : ""),
  },
  {
    title: "Flagged",
    text: (row) => count(row.flagged),
    key: (row) => row.flagged,
    mark: (row) => (row.flagged > 0 ? "warn" : ""),
  },
  {
    title: "Reads",
    text: (row) => `${count(row.readsDone)} / ${count(row.readsDue)}`,
    key: (row) => row.readsDone - row.readsDue,
    mark: (row) => (row.readsDone < row.readsDue ? "bad" : ""),
  },
  {
    title: "Slowest read",
    text: (row) => (row.readsDone === 0 ? "–" : duration(row.worst_ms)),
    key: (row) => row.worst_ms,
  },
  { title: "Events", text: (row) => count(row.events), key: (row) => row.events },
];

function energyDifference(difference_mWh: (row: MeterRow) => number): Column {
  return { title: "− true, mWh", text: (row) => signed(difference_mWh(row)), key: difference_mWh };
}

/** A row a meter, sorted by any column. */
export class MeterTable {
  readonly #rows: MeterRow[];
  readonly #withCurve: Set<number>;
  readonly #body = element("tbody");
  readonly #heads: HTMLTableCellElement[] = [];
  #sorted = 0;
  #ascending = true;
  #limit = FIRST_ROWS;
  #chosen = 0;
  onChoice: (meter: number) => void = () => {};

  constructor({ meters, curves }: ReportData) {
    this.#rows = [...meters];
    this.#withCurve = new Set(curves.map((curve) => curve.meter));
    const head = element("tr");
    for (const [index, column] of COLUMNS.entries()) {
      const cell = element("th", "", column.kind);
      cell.scope = "col";
      const button = element("button", column.title);
      button.type = "button";
      button.onclick = () => this.#sort(index);
      cell.append(button);
      head.append(cell);
      this.#heads.push(cell);
    }
    const group = element("thead");
    group.append(head);
    byId("meters").append(group, this.#body);
    const more = byId("more");
    more.textContent = `Show all ${count(meters.length)} meters`;
    more.onclick = () => {
      this.#limit = Infinity;
      this.#draw();
    };
    this.#draw();
  }

  choose(meter: number): void {
    this.#chosen = meter;
    for (const row of this.#body.rows) row.classList.toggle("chosen", row.dataset["meter"] === String(meter));
  }

  #sort(index: number): void {
    this.#ascending = this.#sorted === index ? !this.#ascending : true;
    this.#sorted = index;
    const { key } = COLUMNS[index];
    const direction = this.#ascending ? 1 : -1;
    this.#rows.sort((a, b) => {
      const [of_a, of_b] = [key(a), key(b)];
      return (of_a < of_b ? -direction : of_a > of_b ? direction : 0) || a.meter - b.meter;
    });
    this.#draw();
  }

  #draw(): void {
    for (const [index, head] of this.#heads.entries()) {
      if (index === this.#sorted)
        head.setAttribute("aria-sort", this.#ascending ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    }
    this.#body.replaceChildren(...this.#rows.slice(0, this.#limit).map((row) => this.#row(row)));
    byId("more").hidden = this.#rows.length <= this.#limit;
    this.choose(this.#chosen);
  }

  #row(meter: MeterRow): HTMLTableRowElement {
    const row = element("tr");
    row.dataset["meter"] = String(meter.meter);
    for (const [index, column] of COLUMNS.entries()) {
      const cell = element("td", "", [column.kind ?? "", column.mark?.(meter) ?? ""].join(" ").trim());
      if (index === 0 && this.#withCurve.has(meter.meter)) {
        const button = element("button", column.text(meter));
        button.type = "button";
        button.setAttribute("aria-label", `Show the load of meter ${meter.meter}`);
        button.onclick = () => this.onChoice(meter.meter);
        cell.append(button);
      } else cell.textContent = column.text(meter);
      row.append(cell);
    }
    return row;
  }
}
