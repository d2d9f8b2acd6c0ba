import "./mesh.css";
import uPlot from "uplot";
import type { MeterRow, ReportData } from "./data";
import { byId, count, duration, element, plural, smallShare } from "./format";
import { histogram } from "./histogram";
import { hopClass, meshMap, MOST_HOPS, nodeName, QUALITIES, qualityOf, readsClass } from "./mesh-map";
import { colour, plot, wholeMarks } from "./plots";

const WORST = 10;

/** The mesh: its map, how far out its nodes are, how long they send, and the worst of them. */
export class MeshView {
  readonly #data: ReportData;
  onChoice: (meter: number) => void = () => {};

  constructor(data: ReportData) {
    this.#data = data;
    const map = byId("mesh-map");
    map.innerHTML = meshMap(data.mesh, data.meters);
    map.onclick = ({ target }) => {
      const meter = target instanceof Element ? target.getAttribute("data-meter") : null;
      if (meter !== null) this.onChoice(Number(meter));
    };
    this.#drawKey();
    this.#drawHops();
    this.#drawDuty();
    this.#fillWorst();
  }

  #drawKey(): void {
    const { mesh, meters } = this.#data;
    const links = mesh.nodes.filter(({ parent }) => parent !== undefined);
    entry("collector", "collector");
    for (let hops = 1; hops <= MOST_HOPS; hops++) {
      const text = `${hops === MOST_HOPS ? `${hops} or more hops` : plural(hops, "hop")}`;
      if (mesh.nodes.some((node) => hopClass(node.hops) === hopClass(hops)))
        entry(`dot ${hopClass(hops)}`, text);
    }
    const lost = mesh.nodes.slice(mesh.collectors).filter(({ hops }) => hops === 0).length;
    if (lost > 0) entry("dot lost", `${count(lost)} without a way`);
    const some = meters.filter((row) => readsClass(row) === "some").length;
    if (some > 0) entry("dot some", `${count(some)} with a read missing`);
    const few = meters.filter((row) => readsClass(row) === "few").length;
    if (few > 0) entry("dot few", `${count(few)} with more than 5 % missing`);
    for (const { name, text } of QUALITIES) {
      const such = links.filter(({ etx }) => qualityOf(etx).name === name).length;
      if (such > 0) entry(`dash ${name}`, `${text} (${count(such)})`);
    }
  }

  #drawHops(): void {
    const { hops } = this.#data.result.mesh;
    const most = Math.max(1, ...Object.keys(hops).map(Number));
    const at = Array.from({ length: most }, (_, index) => index + 1);
    const meters = at.map((hop) => hops[hop] ?? 0);
    const total = meters.reduce((sum, number) => sum + number, 0);
    const mean = meters.reduce((sum, number, index) => sum + number * (index + 1), 0) / Math.max(1, total);
    byId("hops-note").textContent = total === 0 ? "none has a way" : `mean ${mean.toFixed(2)}`;
    plot(
      byId("hops"),
      {
        height: 170,
        yLabel: "meters",
        yText: wholeMarks,
        yRange: (_, __, high) => [0, Math.max(1, high) * 1.08],
        xSpan: [0.5, most + 0.5],
        xSpace: 24,
        xText: (hop) => (Number.isInteger(hop) ? count(hop) : ""),
        series: [
          {
            label: "meters",
            fill: () => colour("delivered"),
            paths: uPlot.paths.bars!({ size: [0.7, 60] }),
            points: { show: false },
          },
        ],
        legend: false,
      },
      [at, meters],
    );
  }

  #drawDuty(): void {
    const { nodes, collectors } = this.#data.mesh;
    const duties = nodes.slice(collectors).map(({ duty }) => duty);
    const sorted = [...duties].sort((a, b) => a - b);
    const collector = nodes.slice(0, collectors).reduce((most, { duty }) => Math.max(most, duty), 0);
    histogram(byId("duty"), duties, {
      height: 190,
      yLabel: "meters",
      text: smallShare,
      least: 1e-6,
      most: Math.max(sorted.at(-1) ?? 0, collector),
      marks: [
        { text: "median", at: sorted[Math.floor(sorted.length / 2)] ?? 0 },
        { text: "busiest meter", at: sorted.at(-1) ?? 0 },
        { text: "collector", at: collector },
      ],
    });
  }

  /** By the share of reads that were done, without a way first, then by the slowest read. */
  #fillWorst(): void {
    const { meters } = this.#data;
    const share = ({ readsDone, readsDue }: MeterRow): number => (readsDue === 0 ? 1 : readsDone / readsDue);
    const way = (row: MeterRow): number => Math.min(1, this.#node(row).hops);
    const worst = [...meters]
      .sort((a, b) => way(a) - way(b) || share(a) - share(b) || b.worst_ms - a.worst_ms || a.meter - b.meter)
      .slice(0, WORST);
    const body = element("tbody");
    for (const row of worst) body.append(this.#row(row));
    byId("worst").append(body);
  }

  #row(row: MeterRow): HTMLTableRowElement {
    const { mesh } = this.#data;
    const { parent, hops, etx, duty } = this.#node(row);
    const tr = element("tr");
    const button = element("button", String(row.meter));
    button.type = "button";
    button.onclick = () => this.onChoice(row.meter);
    const first = element("td");
    first.append(button);
    tr.append(
      first,
      element("td", hops === 0 ? "no way" : count(hops), hops === 0 ? "bad" : ""),
      element("td", parent === undefined ? "none" : nodeName(mesh, parent)),
      element(
        "td",
        parent === undefined ? "–" : etx.toFixed(2),
        qualityOf(etx).name === "good" ? "" : "warn",
      ),
      element(
        "td",
        row.readsDue === 0 ? "–" : `${count(row.readsDone)} / ${count(row.readsDue)}`,
        readsClass(row) === "" ? "" : "bad",
      ),
      element("td", row.readsDone === 0 ? "–" : duration(row.worst_ms)),
      element("td", smallShare(duty)),
    );
    return tr;
  }

  #node({ meter }: MeterRow): ReportData["mesh"]["nodes"][number] {
    const { mesh } = this.#data;
    return mesh.nodes[mesh.collectors + meter - 1];
  }
}

function entry(kind: string, text: string): void {
  const item = element("span");
  item.append(element("i", "", kind), text);
  byId("mesh-key").append(item);
}
