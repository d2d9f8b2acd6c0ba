import uPlot from "uplot";
import type { ReportData } from "./data";
import { byId, count, duration, percent } from "./format";
import { histogram } from "./histogram";
import { colour, plot, wholeMarks } from "./plots";

/** When reads were made and what each took; how many of each round were done. */
export function drawReads({ reads, cycles, result, start_s, days }: ReportData): void {
  const xSpan: [number, number] = [start_s, start_s + (days + 0.1) * 86_400];
  const seconds = reads.took_ms.map((took_ms) => Math.max(1, took_ms) / 1000);
  const left = result.reads.done - seconds.length;
  byId("reads-note").textContent =
    left > 0 ? `A dot is a read; the slowest ${count(seconds.length)} are shown.` : "A dot is a read.";
  plot(
    byId("reads"),
    {
      height: 190,
      yLabel: "read takes",
      yText: (value) => duration(value * 1000),
      logarithmic: seconds.length > 0,
      sync: "reads",
      xSpan,
      series: [
        {
          label: "A read takes",
          paths: () => null,
          stroke: () => colour("delivered"),
          points: { show: true, size: 5, width: 0, fill: () => colour("delivered") },
          value: (_, value) => (value === null ? "–" : duration(value * 1000)),
        },
      ],
    },
    [reads.due_s, seconds],
  );
  plot(
    byId("cycles"),
    {
      height: 130,
      yLabel: "reads a round",
      yText: wholeMarks,
      yRange: (_, __, high) => [0, Math.max(1, high) * 1.08],
      sync: "reads",
      xSpan,
      series: [
        { ...bars("Due", "bad"), value: (_, value) => (value === null ? "–" : count(value)) },
        {
          ...bars("Done", "delivered"),
          value: (drawn, value, __, index) => {
            const due = index === null ? undefined : drawn.data[1][index];
            if (value === null || due === undefined || due === null) return "–";
            return `${count(value)} (${percent(value / due)})`;
          },
        },
      ],
    },
    [cycles.map((cycle) => cycle.due_s), cycles.map((cycle) => cycle.due), cycles.map((cycle) => cycle.done)],
  );
}

export function drawLatency({ reads, result }: ReportData): void {
  if (reads.took_ms.length === 0) return;
  histogram(byId("latency"), reads.took_ms, {
    height: 350,
    yLabel: "reads",
    text: duration,
    least: 1,
    most: result.reads.maxMs,
    marks: [
      { text: "median", at: result.reads.p50Ms },
      { text: "95 %", at: result.reads.p95Ms },
      { text: "slowest", at: result.reads.maxMs },
    ],
  });
}

function bars(label: string, name: string): uPlot.Series {
  return {
    label,
    fill: () => colour(name),
    paths: uPlot.paths.bars!({ size: [0.7, 40] }),
    points: { show: false },
  };
}
