import "./page.css";
import type { ReportData } from "./data";
import { drawCards } from "./cards";
import { byId } from "./format";
import { MeshView } from "./mesh";
import { MeterView } from "./meter";
import { followPage } from "./plots";
import { drawLatency, drawReads } from "./reads";
import { drawStreet, IntervalMap } from "./street";
import { MeterTable } from "./table";

const data = JSON.parse(byId("data").textContent) as ReportData;
drawCards(data);
const table = new MeterTable(data);
const mesh = new MeshView(data);
if (data.intervals > 0) {
  const view = new MeterView(data);
  drawStreet(data);
  const map = new IntervalMap(data);
  view.onChoice = (meter) => {
    map.choose(meter);
    table.choose(meter);
  };
  map.onChoice = (meter) => view.show(meter);
  table.onChoice = mesh.onChoice = (meter) => {
    if (view.show(meter)) byId("curve").scrollIntoView({ block: "center", behavior: "smooth" });
  };
  // With what is amiss where something is; else with load both ways, which shows most.
  const first =
    data.curves.find((curve) => curve.delivered.includes(null)) ??
    data.curves.find((curve) => curve.received.some((value) => value !== null && value > 0)) ??
    data.curves[0];
  view.show(first.meter);
}
drawReads(data);
drawLatency(data);
followPage();
// Plots are drawn in microtasks: a frame later they stand.
requestAnimationFrame(() => requestAnimationFrame(() => (document.documentElement.dataset["drawn"] = "all")));
