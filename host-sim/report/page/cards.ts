import type { ReportData } from "./data";
import { byId, count, duration, element, figure, percent, plain, plural } from "./format";

/** Distances that are named one by one. */
const MOST_NAMED = 3;

/** The run in one line, the verdict, and the headline figures. */
export function drawCards(data: ReportData): void {
  const { result, problems } = data;
  const { energy, intervals, reads, mesh } = result;
  byId("run").textContent = [
    plural(result.meters, "meter"),
    plural(result.collectors, "collector"),
    plural(data.days, "day"),
    `${data.interval_s / 60}-minute intervals`,
    data.loads === "synthetic" ? "synthetic loads" : `loads from ${data.loads}`,
    `${data.depth} depth`,
    `seed ${result.seed}`,
    data.faults.length > 0 ? `faults ${data.faults.join(", ")}` : "no faults",
  ].join(" · ");
  byId("verdict").textContent =
    problems.length > 0 ? problems.join("; ") : "Every watt-hour and every interval accounted for";
  byId("verdict").className = problems.length > 0 ? "bad" : "";
  byId("credit").textContent = data.credit ?? "";
  byId("trace").textContent = `Simulated in ${result.wallSeconds.toFixed(1)} s; trace ${result.traceHash}.`;

  const lost = energy.lostWh + energy.received.lostWh;
  const invented = energy.inventedWh + energy.received.inventedWh;
  card("Energy delivered to customers", figure(energy.truthWh / 1000), "kWh", "", [
    ["registers against truth", difference(energy.registersWh, energy.truthWh)],
    ["intervals against registers", difference(energy.intervalsWh, energy.registersWh)],
  ]);
  card("Energy received from customers", figure(energy.received.truthWh / 1000), "kWh", "", [
    ["registers against truth", difference(energy.received.registersWh, energy.received.truthWh)],
    ["intervals against registers", difference(energy.received.intervalsWh, energy.received.registersWh)],
  ]);
  card(
    "Lost and invented",
    `${plain(lost)} / ${plain(invented)}`,
    "Wh",
    lost + invented > 0 ? "bad" : "good",
    [
      ["lost, both ways", `${plain(energy.lostWh)} + ${plain(energy.received.lostWh)} Wh`],
      ["invented, both ways", `${plain(energy.inventedWh)} + ${plain(energy.received.inventedWh)} Wh`],
    ],
  );
  card(
    "Intervals at the head end",
    count(intervals.delivered),
    `of ${count(intervals.due)}`,
    intervals.delivered < intervals.due ? "bad" : "good",
    [
      ["missing", count(intervals.missing)],
      ["corrupt, duplicate", `${count(intervals.corrupt)}, ${count(intervals.duplicate)}`],
    ],
  );
  card("Reads done", count(reads.done), `of ${count(reads.due)}`, reads.done < reads.due ? "bad" : "good", [
    ["within 30 minutes", percent(share(reads.doneWithin30Min, reads.due))],
    ["worst meter", percent(mesh.worstNode)],
  ]);
  card("A read takes", ...split(duration(reads.p50Ms)), "", [
    ["95 % within", duration(reads.p95Ms)],
    ["slowest", duration(reads.maxMs)],
  ]);
  card("On the air", mesh.framesPerRead.toFixed(1), "frames a read", "", [
    ["bytes a read", count(mesh.bytesPerRead)],
    ["frames sent", count(mesh.framesSent)],
  ]);
  card(
    "Mesh",
    count(mesh.joined),
    `of ${count(result.meters)} joined`,
    mesh.joined < result.meters ? "bad" : "",
    [
      ["hops", hops(mesh.hops)],
      ["busiest node sends", percent(mesh.dutyMax)],
    ],
  );
}

function card(title: string, value: string, unit: string, kind: string, facts: [string, string][]): void {
  const box = element("article", "", `card ${kind}`);
  const big = element("p", `${value} `, "figure");
  big.append(element("small", unit));
  const list = element("dl");
  for (const [name, text] of facts) list.append(element("dt", name), element("dd", text));
  box.append(element("h2", title), big, list);
  byId("cards").append(box);
}

function difference(value_Wh: number, from_Wh: number): string {
  const by_Wh = value_Wh - from_Wh;
  if (Math.abs(by_Wh) < 0.0005) return "equal";
  return `${by_Wh > 0 ? "+" : "−"}${plain(Math.abs(by_Wh))} Wh`;
}

function split(text: string): [string, string] {
  return text.split(" ") as [string, string];
}

function hops(byHops: Record<string, number>): string {
  const entries = Object.entries(byHops).map(([hop, meters]) => [Number(hop), meters] as const);
  if (entries.length <= MOST_NAMED)
    return entries.map(([hop, meters]) => `${count(meters)} at ${hop}`).join(", ") || "none";
  const meters = entries.reduce((sum, [, of]) => sum + of, 0);
  const mean = entries.reduce((sum, [hop, of]) => sum + hop * of, 0) / meters;
  return `${mean.toFixed(1)} on average, ${Math.max(...entries.map(([hop]) => hop))} at most`;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
