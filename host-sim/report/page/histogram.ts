import uPlot from "uplot";
import { count } from "./format";
import { colour, plot, wholeMarks } from "./plots";

/** Bins a factor apart, from the least value to the greatest. */
const LEAST_BIN_FACTOR = 1.03;
const MAX_BINS = 40;
const MARKS_HEIGHT = 56;

export interface HistogramOptions {
  height: number;
  yLabel: string;
  /** A value as text, with its unit. */
  text: (value: number) => string;
  /** Smaller values count as this one. */
  least: number;
  /** The greatest one, where not all are given. */
  most?: number;
  /** Named values, each a line. */
  marks: { text: string; at: number }[];
}

/** How many of `values` are how large, on a logarithmic axis. */
export function histogram(into: HTMLElement, values: number[], options: HistogramOptions): void {
  const low = Math.max(options.least, fold(values, Math.min, Infinity));
  const high = Math.max(low, options.most ?? fold(values, Math.max, 0));
  const factor = Math.max(LEAST_BIN_FACTOR, (high / low) ** (1 / MAX_BINS));
  const at = (value: number): number => Math.log(Math.max(low, value) / low) / Math.log(factor);
  const bins = new Array<number>(Math.floor(at(high)) + 1).fill(0);
  for (const value of values) bins[Math.floor(at(value))]!++;
  plot(
    into,
    {
      height: options.height,
      yLabel: options.yLabel,
      yText: wholeMarks,
      // Room for the names of the marks above the bars.
      yRange: (_, __, most) => [0, Math.max(1, most) * (1 + MARKS_HEIGHT / options.height)],
      xSpan: [0, bins.length],
      xText: (bin) => (Number.isInteger(bin) ? options.text(low * factor ** bin) : ""),
      hooks: { draw: [(drawn) => drawMarks(drawn, options, at)] },
      series: [
        {
          label: options.yLabel,
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

function drawMarks(
  { ctx, bbox, valToPos }: uPlot,
  { marks, text }: HistogramOptions,
  at: (value: number) => number,
): void {
  ctx.save();
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  for (const [row, mark] of marks.entries()) {
    const x = Math.round(valToPos(at(mark.at), "x", true));
    ctx.fillStyle = colour("muted");
    ctx.fillRect(x, bbox.top, devicePixelRatio, bbox.height);
    const right = x > bbox.left + bbox.width * 0.7;
    ctx.textAlign = right ? "right" : "left";
    ctx.fillStyle = colour("ink");
    const gap = (right ? -6 : 6) * devicePixelRatio;
    ctx.fillText(`${mark.text} ${text(mark.at)}`, x + gap, bbox.top + (14 + 16 * row) * devicePixelRatio);
  }
  ctx.restore();
}

/** Without a spread over what may be more values than a call takes. */
function fold(values: number[], choose: (a: number, b: number) => number, start: number): number {
  let chosen = start;
  for (const value of values) chosen = choose(chosen, value);
  return chosen;
}
