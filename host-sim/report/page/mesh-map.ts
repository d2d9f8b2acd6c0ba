import type { MeshDetail } from "../../result";
import type { MeterRow } from "./data";
import { count, plain, plural, smallShare } from "./format";
import { alongAxis, layout, type Layout, SIDE } from "./mesh-layout";

/** Nodes farther out share a colour. */
export const MOST_HOPS = 7;
/** Of a link up to so many transmissions a frame, and the class that it is drawn in. */
export const QUALITIES = [
  { most: 1.2, name: "good", text: "link of up to 1.2 transmissions a frame" },
  { most: 2, name: "fair", text: "up to 2" },
  { most: Infinity, name: "poor", text: "more" },
] as const;
/** Of the reads of a node that has fewer done, so many. */
const FEW_READS = 0.95;
/** Radius of a node, by how many there are. */
const RADIUS = { of: 190, least: 3, most: 10 };

/** A picture of the mesh: nodes in the colours of their hops, each with the link to its parent. */
export function meshMap(mesh: MeshDetail, rows: MeterRow[]): string {
  const { nodes, collectors } = mesh;
  const where = layout(mesh);
  const radius = Math.min(RADIUS.most, Math.max(RADIUS.least, RADIUS.of / Math.sqrt(nodes.length)));
  const links = nodes.flatMap(({ parent }, node) =>
    parent === undefined ? [] : [link(where, node, parent, nodes[node].etx)],
  );
  const dots = [...rows]
    .sort((a, b) => emphasis(a) - emphasis(b))
    .map((row) => {
      const node = collectors + row.meter - 1;
      const { x, y } = at(where, node);
      const kind = `node ${hopClass(nodes[node].hops)} ${readsClass(row)}`.trim();
      const r = (radius * emphasis(row)).toFixed(1);
      return (
        `<circle class="${kind}" data-meter="${row.meter}" cx="${x}" cy="${y}" r="${r}">` +
        `<title>${describe(mesh, node, row)}</title></circle>`
      );
    });
  const masts = Array.from({ length: collectors }, (_, node) => {
    const { x, y } = at(where, node);
    const half = 1.8 * radius + 2;
    const title = `<title>${collectorName(mesh, node)}</title>`;
    return `<path class="collector" d="M${x} ${y}m0 ${-half}l${half} ${half}l${-half} ${half}l${-half} ${-half}z">${title}</path>`;
  });
  const ways = nodes.filter(({ hops }) => hops > 0).length;
  return (
    `<svg viewBox="0 0 ${SIDE} ${SIDE}" role="img" aria-labelledby="mesh-map-title mesh-map-desc">` +
    `<title id="mesh-map-title">Map of the mesh: ${plural(rows.length, "meter")}, ${plural(collectors, "collector")}</title>` +
    `<desc id="mesh-map-desc">${count(ways)} meters have a way to a collector, ${count(links.length)} a parent, ` +
    "to which a line leads. The figures and the table beside it say the same in numbers.</desc>" +
    `${grid(where, mesh.side_m)}<g class="links" stroke-width="${(radius / 3).toFixed(1)}">${links.join("")}</g>` +
    `<g stroke-width="${(radius / 2.4).toFixed(1)}">${dots.join("")}</g>${masts.join("")}${labels(where)}</svg>`
  );
}

export function hopClass(hops: number): string {
  return hops === 0 ? "lost" : `hop-${Math.min(hops, MOST_HOPS)}`;
}

/** Empty where all reads were done. */
export function readsClass({ readsDone, readsDue }: MeterRow): string {
  if (readsDone >= readsDue) return "";
  return readsDone / readsDue < FEW_READS ? "few" : "some";
}

/** What misses reads is drawn larger, and above the others. */
function emphasis(row: MeterRow): number {
  return readsClass(row) === "" ? 1 : 1.4;
}

export function qualityOf(etx: number): (typeof QUALITIES)[number] {
  return QUALITIES.find(({ most }) => etx <= most)!;
}

/** What a node is called: its meter's number, or which collector. */
export function nodeName(mesh: MeshDetail, node: number): string {
  return node < mesh.collectors ? collectorName(mesh, node) : String(node - mesh.collectors + 1);
}

function collectorName({ collectors }: MeshDetail, node: number): string {
  return collectors > 1 ? `collector ${node + 1}` : "collector";
}

function describe(mesh: MeshDetail, node: number, row: MeterRow): string {
  const { parent, hops, etx, duty } = mesh.nodes[node];
  return [
    `Meter ${row.meter}`,
    hops === 0 ? "no way to a collector" : plural(hops, "hop"),
    parent === undefined
      ? "no parent"
      : `parent ${nodeName(mesh, parent)}, ${plain(etx)} transmissions a frame`,
    ...(row.readsDue === 0 ? [] : [`${count(row.readsDone)} of ${count(row.readsDue)} reads`]),
    `sends ${smallShare(duty)} of the time`,
  ].join("; ");
}

function link(where: Layout, node: number, parent: number, etx: number): string {
  const from = at(where, node);
  const to = at(where, parent);
  return `<line class="${qualityOf(etx).name}" x1="${from.x}" y1="${from.y}" x2="${to.x}" y2="${to.y}"/>`;
}

function at({ x, y }: Layout, node: number): { x: string; y: string } {
  return { x: x[node].toFixed(1), y: y[node].toFixed(1) };
}

/** Lines behind the nodes: of the axes' marks, or a ring a hop. */
function grid({ marks, rings }: Layout, side_m: number | undefined): string {
  if (side_m === undefined)
    return rings
      .map(
        ({ radius }) => `<circle class="ring" cx="${SIDE / 2}" cy="${SIDE / 2}" r="${radius.toFixed(1)}"/>`,
      )
      .join("");
  const start = alongAxis(0, side_m);
  const end = alongAxis(side_m, side_m);
  return marks
    .map(({ at: place }) => {
      const y = (SIDE - place).toFixed(1);
      return `<path class="ring" d="M${place.toFixed(1)} ${SIDE - start}V${SIDE - end}M${start} ${y}H${end}"/>`;
    })
    .join("");
}

/** The text of those lines, before the nodes. */
function labels({ marks, rings }: Layout): string {
  const text = (kind: string, x: number, y: number, of: string): string =>
    `<text class="${kind}" x="${x.toFixed(1)}" y="${y.toFixed(1)}">${of}</text>`;
  const start = alongAxis(0, 1);
  return [
    ...rings.map(({ radius, text: of }) => text("middle", SIDE / 2, SIDE / 2 - radius + 5, of)),
    ...marks.map(({ at: place, text: of }) => text("middle", place, SIDE - start + 24, of)),
    ...marks.map(({ at: place, text: of }) => text("end", start - 8, SIDE - place + 5, of)),
  ].join("");
}
