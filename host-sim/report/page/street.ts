import type { MeterCurve, ReportData } from "./data";
import { byId, count, day, element, figure, time } from "./format";
import { closed } from "./meter";
import { colour, plot, stepSeries } from "./plots";

/** The sum of the street, as it flowed and as it was read. */
export function drawStreet({ street, start_s, interval_s, intervals }: ReportData): void {
  const at_s = Array.from({ length: intervals + 1 }, (_, index) => start_s + index * interval_s);
  const kW = 3600 / interval_s / 1e6;
  const scaled = (values_mWh: number[], by: number): number[] =>
    closed(values_mWh.map((value) => value * by));
  plot(
    byId("street"),
    {
      height: 240,
      yLabel: "kW",
      series: [
        stepSeries("Delivered, true", "delivered", "area", "kW"),
        stepSeries("Delivered, read", "delivered", "line", "kW"),
        stepSeries("Received, true", "received", "area", "kW"),
        stepSeries("Received, read", "received", "line", "kW"),
        // Only in the legend.
        {
          label: "Missing",
          scale: "missing",
          paths: () => null,
          points: { show: false },
          value: (_, value) => (value === null ? "–" : `${count(value)} intervals`),
        },
      ],
    },
    [
      at_s,
      scaled(street.trueDelivered, kW),
      scaled(street.delivered, kW),
      scaled(street.trueReceived, -kW),
      scaled(street.received, -kW),
      closed(street.missing),
    ],
  );
}

const GAP_LEFT = 52;
const AXIS_HEIGHT = 20;

/** One row a meter, one column an interval, darker for more power; missing red, flagged amber. */
export class IntervalMap {
  readonly #data: ReportData;
  readonly #canvas = element("canvas");
  readonly #tip = element("output");
  readonly #rowHeight: number;
  /** Power that is drawn with the full colour, mWh an interval. */
  readonly #full: { delivered: number; received: number };
  #chosen = 0;
  onChoice: (meter: number) => void = () => {};

  constructor(data: ReportData) {
    this.#data = data;
    this.#rowHeight = Math.max(2, Math.min(14, Math.floor(480 / data.curves.length)));
    this.#full = {
      delivered: highEnd(data.curves, (curve) => curve.delivered),
      received: highEnd(data.curves, (curve) => curve.received),
    };
    const into = byId("map");
    into.append(this.#canvas, this.#tip);
    this.#tip.hidden = true;
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute(
      "aria-label",
      `A map of ${count(data.curves.length)} meters by ${count(data.intervals)} intervals; ` +
        "the table below says what is missing",
    );
    this.#canvas.onpointermove = (event) => this.#point(event);
    this.#canvas.onpointerleave = () => (this.#tip.hidden = true);
    this.#canvas.onclick = (event) => {
      const found = this.#under(event);
      if (found !== undefined) this.onChoice(found.curve.meter);
    };
    this.#drawKey();
    new ResizeObserver(() => this.draw()).observe(into);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  choose(meter: number): void {
    this.#chosen = meter;
    this.draw();
  }

  draw(): void {
    const { curves, intervals, start_s, interval_s } = this.#data;
    const width = byId("map").clientWidth;
    const height = curves.length * this.#rowHeight + AXIS_HEIGHT;
    const ratio = devicePixelRatio;
    const canvas = this.#canvas;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d")!;
    context.scale(ratio, ratio);
    const inner = width - GAP_LEFT;
    const colours = {
      delivered: colour("delivered"),
      received: colour("received"),
      bad: colour("bad"),
      warn: colour("warn"),
      muted: colour("muted"),
      ink: colour("ink"),
    };
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    const labelEvery = Math.ceil(12 / this.#rowHeight);
    for (const [row, curve] of curves.entries()) {
      const top = row * this.#rowHeight;
      const flagged = new Map(curve.flags);
      for (let index = 0; index < intervals; index++) {
        const left = GAP_LEFT + (index * inner) / intervals;
        const cell = GAP_LEFT + ((index + 1) * inner) / intervals - left;
        const delivered = curve.delivered[index] ?? null;
        const received = curve.received[index] ?? 0;
        const net = (delivered ?? 0) - received;
        context.globalAlpha = delivered === null ? 1 : intensity(net, this.#full);
        context.fillStyle = delivered === null ? colours.bad : net < 0 ? colours.received : colours.delivered;
        context.fillRect(left, top, cell, this.#rowHeight - (this.#rowHeight > 4 ? 1 : 0));
        if (!flagged.has(index)) continue;
        context.globalAlpha = 1;
        context.fillStyle = colours.warn;
        context.fillRect(left, top, Math.max(3, cell), this.#rowHeight - (this.#rowHeight > 4 ? 1 : 0));
      }
      context.globalAlpha = 1;
      if (row % labelEvery !== 0 && curve.meter !== this.#chosen) continue;
      context.textAlign = "right";
      context.fillStyle = curve.meter === this.#chosen ? colours.ink : colours.muted;
      const name = curve.meter === this.#chosen ? `▸ ${curve.meter}` : String(curve.meter);
      context.fillText(name, GAP_LEFT - 8, top + this.#rowHeight / 2);
    }
    context.textAlign = "left";
    context.fillStyle = colours.muted;
    const perDay = 86_400 / interval_s;
    const days = intervals / perDay;
    const dayEvery = Math.ceil(days / Math.max(1, Math.floor(inner / 80)));
    for (let index = 0; index < days; index += dayEvery) {
      const left = GAP_LEFT + (index * inner) / days;
      const text = day(start_s + index * 86_400);
      if (left + context.measureText(text).width > width) break;
      context.fillText(text, left, height - AXIS_HEIGHT / 2 + 2);
    }
  }

  #drawKey(): void {
    const entry = (style: string, text: string): void => {
      const item = element("span");
      const swatch = element("i");
      if (style.includes("gradient")) swatch.className = "ramp";
      swatch.style.background = style;
      item.append(swatch, text);
      byId("map-key").append(item);
    };
    const kW = (energy_mWh: number): string => figure((energy_mWh * 3600) / this.#data.interval_s / 1e6);
    const ramp = (name: string): string => `linear-gradient(90deg, transparent, var(--${name}))`;
    entry(ramp("delivered"), `delivered, up to ${kW(this.#full.delivered)} kW`);
    if (this.#full.received > 0) entry(ramp("received"), `received, up to ${kW(this.#full.received)} kW`);
    entry("var(--warn)", "flagged");
    entry("var(--bad)", "missing");
  }

  #under(event: MouseEvent): { curve: MeterCurve; index: number } | undefined {
    const { left, top, width } = this.#canvas.getBoundingClientRect();
    const { curves, intervals } = this.#data;
    const curve = curves[Math.floor((event.clientY - top) / this.#rowHeight)];
    const index = Math.floor(((event.clientX - left - GAP_LEFT) / (width - GAP_LEFT)) * intervals);
    return curve === undefined || index < 0 || index >= intervals ? undefined : { curve, index };
  }

  #point(event: PointerEvent): void {
    const found = this.#under(event);
    this.#tip.hidden = found === undefined;
    if (found === undefined) return;
    const { curve, index } = found;
    const at_s = this.#data.start_s + index * this.#data.interval_s;
    const delivered = curve.delivered[index] ?? null;
    const energy = (value_mWh: number): string => `${figure(value_mWh / 1e3)} Wh`;
    const received = curve.received[index] ?? 0;
    const flags = curve.flags.find(([flagged]) => flagged === index)?.[1];
    this.#tip.textContent = [
      `Meter ${curve.meter}, ${day(at_s)} ${time(at_s)}`,
      delivered === null ? "missing" : `delivered ${energy(delivered)}`,
      ...(received > 0 ? [`received ${energy(received)}`] : []),
      ...(flags === undefined ? [] : [flags]),
    ].join(" · ");
    const { left, top, width } = this.#canvas.getBoundingClientRect();
    const x = event.clientX - left;
    this.#tip.style.left = x < width / 2 ? `${x + 14}px` : "";
    this.#tip.style.right = x < width / 2 ? "" : `${width - x + 14}px`;
    this.#tip.style.top = `${event.clientY - top + 14}px`;
  }
}

/** Faint for little, but more than in proportion, so that a standby still shows. */
function intensity(net: number, full: { delivered: number; received: number }): number {
  const share = net < 0 ? -net / full.received : net / Math.max(1, full.delivered);
  return 0.04 + 0.96 * Math.min(1, share) ** 0.7;
}

/** The value that one interval in two hundred exceeds, so that a single peak does not pale the rest. */
function highEnd(curves: MeterCurve[], values: (curve: MeterCurve) => (number | null)[]): number {
  const all = Float64Array.from(
    curves.flatMap((curve) => values(curve).filter((value) => value !== null && value > 0)) as number[],
  );
  all.sort();
  return all.length === 0 ? 0 : all[Math.floor(all.length * 0.995)];
}
