import type uPlot from "uplot";
import type { MeterCurve, ReportData } from "./data";
import { byId, count, day, element, kWh, plural, signed, time } from "./format";
import { colour, plot, stepSeries, type PlotOptions } from "./plots";

/** The load of one meter: what flowed, what was read, and how far they are apart. */
export class MeterView {
  readonly #data: ReportData;
  readonly #curve: uPlot;
  readonly #difference: uPlot;
  readonly #at_s: number[];
  #shown: MeterCurve;
  /** Calls of {@link onChoice} follow each choice, also the first. */
  onChoice: (meter: number) => void = () => {};

  constructor(data: ReportData) {
    this.#data = data;
    this.#shown = data.curves[0];
    // One point more than intervals, so that the last step has a width.
    this.#at_s = Array.from(
      { length: data.intervals + 1 },
      (_, index) => data.start_s + index * data.interval_s,
    );
    const marked: PlotOptions["hooks"] = { drawClear: [(drawn) => this.#mark(drawn)] };
    this.#curve = plot(
      byId("curve"),
      {
        height: 280,
        yLabel: "kW",
        sync: "meter",
        hooks: marked,
        series: [
          stepSeries("Delivered, true", "delivered", "area", "kW"),
          stepSeries("Delivered, read", "delivered", "line", "kW"),
          stepSeries("Received, true", "received", "area", "kW"),
          stepSeries("Received, read", "received", "line", "kW"),
        ],
      },
      [this.#at_s, [], [], [], []],
    );
    this.#difference = plot(
      byId("difference"),
      {
        height: 120,
        yLabel: "error, mWh",
        yText: count,
        sync: "meter",
        hooks: marked,
        yRange: (_, low, high) => {
          const size = Math.max(10, Math.abs(low ?? 0), Math.abs(high ?? 0)) * 1.1;
          return [-size, size];
        },
        series: [
          { ...stepSeries("Delivered, read − true", "delivered", "line", "mWh"), value: differenceText },
          { ...stepSeries("Received, read − true", "received", "line", "mWh"), value: differenceText },
        ],
      },
      [this.#at_s, [], []],
    );
    this.#fillControls();
  }

  /** Shows a meter, and answers whether its curve is in the page. */
  show(meter: number): boolean {
    const curve = this.#data.curves.find((candidate) => candidate.meter === meter);
    if (curve === undefined) return false;
    this.#shown = curve;
    const kW = 3600 / this.#data.interval_s / 1e6;
    const scaled = (values_mWh: (number | null)[], by: number): (number | null)[] =>
      closed(values_mWh.map((value) => (value === null ? null : value * by)));
    this.#curve.setData(
      [
        this.#at_s,
        scaled(curve.trueDelivered, kW),
        scaled(curve.delivered, kW),
        scaled(curve.trueReceived, -kW),
        scaled(curve.received, -kW),
      ],
      false,
    );
    this.#difference.setData(
      [
        this.#at_s,
        closed(differences(curve.delivered, curve.trueDelivered)),
        closed(differences(curve.received, curve.trueReceived)),
      ],
      false,
    );
    this.#zoom();
    this.#describe(curve);
    byId<HTMLSelectElement>("meter").value = String(meter);
    this.onChoice(meter);
    return true;
  }

  #fillControls(): void {
    const { curves, meters, start_s, days } = this.#data;
    const picker = byId<HTMLSelectElement>("meter");
    const shown = new Set(curves.map((curve) => curve.meter));
    for (const row of meters) {
      if (shown.has(row.meter)) picker.append(new Option(`${row.meter} · ${row.load}`, String(row.meter)));
    }
    picker.onchange = () => this.show(Number(picker.value));
    const step = (by: number): void => {
      const options = picker.options;
      picker.selectedIndex = (picker.selectedIndex + by + options.length) % options.length;
      this.show(Number(picker.value));
    };
    byId("previous").onclick = () => step(-1);
    byId("next").onclick = () => step(1);

    const range = byId<HTMLSelectElement>("day");
    range.append(new Option(days === 1 ? "the day" : `all ${days} days`, "all"));
    if (days > 1) {
      for (let index = 0; index < days; index++)
        range.append(new Option(day(start_s + index * 86_400), String(index)));
    }
    range.onchange = () => this.#zoom();
    if (curves.length < meters.length)
      byId("curve-note").textContent +=
        ` To keep the page small it holds the curves of ${count(curves.length)} of ${count(meters.length)} meters: ` +
        "those with something amiss first, then by number.";
  }

  #zoom(): void {
    const chosen = byId<HTMLSelectElement>("day").value;
    const { start_s, days } = this.#data;
    const first = chosen === "all" ? 0 : Number(chosen);
    const last = chosen === "all" ? days : first + 1;
    for (const drawn of [this.#curve, this.#difference])
      drawn.setScale("x", { min: start_s + first * 86_400, max: start_s + last * 86_400 });
  }

  #describe(curve: MeterCurve): void {
    const row = this.#data.meters.find((candidate) => candidate.meter === curve.meter)!;
    byId("meter-title").textContent = `Load of meter ${curve.meter}`;
    const facts = byId("meter-facts");
    facts.textContent = `${row.load}, delivered ${kWh(row.delivered)} kWh, received ${kWh(row.received)} kWh`;
    if (row.arrived < row.due)
      facts.append(element("span", `, ${count(row.due - row.arrived)} missing`, "bad"));
    if (row.flagged > 0) facts.append(element("span", `, ${count(row.flagged)} flagged`, "warn"));

    const list = element("ol");
    for (const { at_s, event } of curve.events)
      list.append(element("li", `${day(at_s)} ${time(at_s)} ${event}`));
    for (const [index, flags] of curve.flags) {
      const at_s = this.#at_s[index];
      list.append(element("li", `${day(at_s)} ${time(at_s)} interval flagged: ${flags}`, "warn"));
    }
    const events = byId("events");
    events.hidden = list.children.length === 0;
    const more = row.events > curve.events.length ? `, the first ${curve.events.length} events here` : "";
    events.replaceChildren(
      element("summary", `${plural(row.events, "event")}, ${plural(row.flagged, "flagged interval")}${more}`),
      list,
    );
  }

  /** Missing intervals as red bands, flagged ones with an amber edge. */
  #mark(drawn: uPlot): void {
    const { ctx, bbox } = drawn;
    const { delivered, flags } = this.#shown;
    const left = (index: number): number => drawn.valToPos(this.#at_s[index], "x", true);
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = colour("bad-fill");
    for (let index = 0; index < delivered.length; index++) {
      if (delivered[index] !== null) continue;
      ctx.fillRect(left(index), bbox.top, Math.max(2, left(index + 1) - left(index)), bbox.height);
    }
    ctx.fillStyle = colour("warn");
    for (const [index] of flags) {
      const height = 4 * devicePixelRatio;
      const bottom = bbox.top + bbox.height - height;
      ctx.fillRect(left(index), bottom, Math.max(3, left(index + 1) - left(index)), height);
    }
    ctx.restore();
  }
}

/** Repeats the last value at the end of its interval. */
export function closed<Value>(values: Value[]): Value[] {
  return [...values, values.at(-1)!];
}

function differences(read: (number | null)[], truth: number[]): (number | null)[] {
  return read.map((value, index) => (value === null ? null : value - truth[index]));
}

function differenceText(_: uPlot, value: number | null): string {
  return value === null ? "–" : `${signed(value)} mWh`;
}
