import uPlot from "uplot";
import { count, day, figure, plain, time } from "./format";

/** What all plots share: size, axes, colours that follow light and dark. */

const plots: uPlot[] = [];

/** The value of a colour of the style sheet, read when something is drawn so that it follows light and dark. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export interface PlotOptions {
  height: number;
  series: uPlot.Series[];
  yLabel: string;
  /** Text of the y axis' marks. */
  yText?: (value: number) => string;
  /** Text of the x axis' marks; without it x is time. */
  xText?: (value: number) => string;
  /** Least room between marks of the x axis, px. */
  xSpace?: number;
  yRange?: uPlot.Range.Function;
  logarithmic?: boolean;
  /** What x shows unless zoomed; without it the span of the data. */
  xSpan?: [number, number];
  /** Plots of one key share their cursor and zoom. */
  sync?: string;
  hooks?: uPlot.Hooks.Arrays;
  legend?: boolean;
}

/** Draws a plot into `into`, as wide as it is. */
export function plot(into: HTMLElement, options: PlotOptions, data: uPlot.AlignedData): uPlot {
  const { xText, yText = plain } = options;
  const at = data[0] as number[];
  const [first, last] = options.xSpan ?? [at[0], at.at(-1)];
  const axis: uPlot.Axis = {
    stroke: () => colour("muted"),
    grid: { stroke: () => colour("grid"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
  };
  const made = new uPlot(
    {
      width: into.clientWidth,
      // Room for the right half of the last mark's text.
      padding: [10, 34, 0, 0],
      height: options.height,
      ms: 1e-3,
      tzDate: (at_s) => uPlot.tzDate(new Date(at_s * 1000), "Etc/UTC"),
      cursor: {
        y: false,
        points: { size: 7 },
        ...(options.sync === undefined ? {} : { sync: { key: options.sync, scales: ["x", null] } }),
      },
      legend: { show: options.legend ?? true },
      scales: {
        x: {
          time: xText === undefined,
          // Unzoomed is the whole span, not only that of the data.
          range: (_, low, high) => (low === at[0] && high === at.at(-1) ? [first!, last!] : [low, high]),
        },
        y: {
          ...(options.yRange === undefined ? {} : { range: options.yRange }),
          ...(options.logarithmic === true ? { distr: 3 } : {}),
        },
      },
      series: [
        xText === undefined ? { label: "Time", value: (_, at_s) => when(at_s) } : {},
        ...options.series,
      ],
      axes: [
        {
          ...axis,
          size: 30,
          ...(options.xSpace === undefined ? {} : { space: options.xSpace }),
          ...(xText === undefined
            ? { values: timeMarks }
            : { values: (_: uPlot, marks: number[]) => marks.map(xText) }),
        },
        {
          ...axis,
          label: options.yLabel,
          space: options.height < 150 ? 18 : 30,
          labelSize: 18,
          labelGap: 2,
          labelFont: "12px system-ui, sans-serif",
          size: 52,
          values: (_, marks) => marks.map((mark) => (mark === null ? "" : yText(mark))),
        },
      ],
      hooks: options.hooks ?? {},
    },
    data,
    into,
  );
  plots.push(made);
  return made;
}

/** Keeps the plots as wide as the page and in its colours. */
export function followPage(): void {
  new ResizeObserver(() => {
    for (const drawn of plots) {
      const width = drawn.root.parentElement!.clientWidth;
      if (width !== drawn.width) drawn.setSize({ width, height: drawn.height });
    }
  }).observe(document.body);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const drawn of plots) drawn.redraw(false, true);
  });
}

/** A curve that holds each value from its interval's start to the next. */
export const stepped = uPlot.paths.stepped!({ align: 1 });

/** A line, or with `fill` an area down to 0, in a colour of the style sheet. */
export function stepSeries(label: string, name: string, kind: "area" | "line", unit: string): uPlot.Series {
  return {
    label,
    paths: stepped,
    points: { show: false },
    value: (_, value) => (value === null ? "–" : `${figure(value)} ${unit}`),
    ...(kind === "area"
      ? { fill: () => colour(`${name}-fill`), stroke: () => colour(`${name}-fill`), width: 0, fillTo: 0 }
      : { stroke: () => colour(name), width: 1.5 }),
  };
}

function when(at_s: number | null): string {
  return at_s === null ? "–" : `${day(at_s)} ${time(at_s)}`;
}

/** Days at midnight, hours between. */
function timeMarks(_: uPlot, marks: number[]): string[] {
  return marks.map((at_s) => (at_s % 86_400 === 0 ? day(at_s) : time(at_s)));
}

export function wholeMarks(value: number): string {
  return Number.isInteger(value) ? count(value) : "";
}
