import uPlot from "uplot";
import type { ReportData } from "./data";
import { byId, count, duration, percent } from "./format";
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
            const due = index === null ? undefined : drawn.data[1]![index];
            if (value === null || due === undefined || due === null) return "–";
            return `${count(value)} (${percent(value / due)})`;
          },
        },
      ],
    },
    [cycles.map((cycle) => cycle.due_s), cycles.map((cycle) => cycle.due), cycles.map((cycle) => cycle.done)],
  );
}

/** Bins a factor apart, from the fastest read to the slowest. */
const LEAST_BIN_FACTOR = 1.03;
const MAX_BINS = 40;

export function drawLatency({ reads, result }: ReportData): void {
  if (reads.took_ms.length === 0) return;
  const fastest = Math.max(1, least(reads.took_ms));
  const slowest = Math.max(fastest, result.reads.maxMs);
  const factor = Math.max(LEAST_BIN_FACTOR, (slowest / fastest) ** (1 / MAX_BINS));
  const edge = (bin: number): number => fastest * factor ** bin;
  const binOf = (took_ms: number): number =>
    Math.max(0, Math.floor(Math.log(took_ms / fastest) / Math.log(factor)));
  const bins = new Array<number>(binOf(slowest) + 1).fill(0);
  for (const took_ms of reads.took_ms) bins[binOf(took_ms)]!++;
  const marks = [
    { text: "median", at_ms: result.reads.p50Ms },
    { text: "95 %", at_ms: result.reads.p95Ms },
    { text: "slowest", at_ms: result.reads.maxMs },
  ];
  plot(
    byId("latency"),
    {
      height: 350,
      yLabel: "reads",
      yText: wholeMarks,
      yRange: (_, __, high) => [0, Math.max(1, high) * 1.15],
      xSpan: [0, bins.length],
      xText: (bin) => (Number.isInteger(bin) ? duration(edge(bin)) : ""),
      hooks: {
        draw: [
          (drawn) => {
            const { ctx, bbox } = drawn;
            ctx.save();
            ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
            for (const [row, { text, at_ms }] of marks.entries()) {
              const bin = Math.log(Math.max(1, at_ms) / fastest) / Math.log(factor);
              const x = Math.round(drawn.valToPos(bin, "x", true));
              ctx.fillStyle = colour("muted");
              ctx.fillRect(x, bbox.top, devicePixelRatio, bbox.height);
              const right = x > bbox.left + bbox.width * 0.7;
              ctx.textAlign = right ? "right" : "left";
              ctx.fillStyle = colour("ink");
              const gap = (right ? -6 : 6) * devicePixelRatio;
              ctx.fillText(
                `${text} ${duration(at_ms)}`,
                x + gap,
                bbox.top + (14 + 16 * row) * devicePixelRatio,
              );
            }
            ctx.restore();
          },
        ],
      },
      series: [
        {
          label: "Reads",
          fill: () => colour("delivered"),
          paths: uPlot.paths.bars!({ size: [0.86, 60], align: 1 }),
          points: { show: false },
          value: (_, value) => (value === null ? "–" : count(value)),
        },
      ],
      legend: false,
    },
    [bins.map((_, bin) => bin), bins],
  );
}

function bars(label: string, name: string): uPlot.Series {
  return {
    label,
    fill: () => colour(name),
    paths: uPlot.paths.bars!({ size: [0.7, 40] }),
    points: { show: false },
  };
}

function least(values: number[]): number {
  let low = Infinity;
  for (const value of values) low = Math.min(low, value);
  return low;
}
