import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReportData } from "../../../host-sim/report/page/data";
import { writeReport } from "../../../host-sim/report/report";
import { streetOptions, streetOutcome } from "./fixture";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "wattmesh-report-"))));
afterAll(() => rmSync(folder, { recursive: true }));

function pageOf(
  options: ReturnType<typeof streetOptions>,
  amiss = false,
): { html: string; data: ReportData } {
  const file = writeReport(folder, options, streetOutcome(options, amiss), []);
  const html = readFileSync(file, "utf8");
  const embedded = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)![1];
  return { html, data: JSON.parse(embedded) as ReportData };
}

describe("the report page", () => {
  it("is one file that refers to no other", () => {
    const { html } = pageOf(streetOptions());
    expect(readdirSync(folder)).toEqual(["index.html"]);
    expect(html).not.toMatch(/https?:/);
    expect(html).not.toMatch(/<script[^>]*\ssrc/);
    expect(html).not.toMatch(/@import|url\(/);
    expect(html.match(/<link[^>]*>/g)).toEqual(['<link rel="icon" href="data:," />']);
    expect(html).toContain("default-src 'none'");
    expect(html).toContain("The MIT License");
    expect(html).not.toMatch(/<!-- (style|data|script) -->/);
    expect(html.length).toBeLessThan(1e6);
  });

  it("holds each interval of each meter, read and true, exactly", () => {
    const options = streetOptions({ meters: 6, days: 2 });
    const { meters } = streetOutcome(options, true);
    const { data } = pageOf(options, true);
    expect(data).toMatchObject({ intervals: 192, interval_s: 900, start_s: Date.UTC(2026, 5, 1) / 1000 });
    for (const [index, meter] of meters.entries()) {
      const curve = data.curves[index];
      expect(curve.delivered).toEqual(meter.intervals.map((interval) => interval.delivered_mWh ?? null));
      expect(curve.received).toEqual(meter.intervals.map((interval) => interval.received_mWh ?? null));
      expect(curve.trueDelivered).toEqual(meter.intervals.map((interval) => interval.trueDelivered_mWh));
      expect(curve.trueReceived).toEqual(meter.intervals.map((interval) => interval.trueReceived_mWh));
    }
    const missing = meters[2].intervals.filter((interval) => interval.delivered_mWh === undefined).length;
    expect(missing).toBeGreaterThan(0);
    expect(data.meters[2]).toMatchObject({ due: 192, arrived: 192 - missing, flagged: 2, events: 1 });
    expect(data.curves[2].flags[0]).toEqual([90, "partial, power fail"]);
    expect(data.street.missing.reduce((sum, count) => sum + count)).toBe(missing);
    expect(data.street.trueDelivered[5]).toBe(
      meters.reduce((sum, meter) => sum + meter.intervals[5].trueDelivered_mWh, 0),
    );
    const done = meters.flatMap((meter) => meter.reads.filter((read) => read.took_ms !== undefined));
    expect(data.reads.took_ms.length).toBe(done.length);
    expect(data.cycles.map((cycle) => cycle.due)).toEqual(new Array(12).fill(6));
    expect(data.cycles.reduce((sum, cycle) => sum + cycle.done, 0)).toBe(done.length);
  });

  it("stays small with 2,750 meters: the curves of those with something amiss come first", () => {
    const options = streetOptions({ meters: 2750, days: 1, depth: "model" });
    const { html, data } = pageOf(options, true);
    expect(html.length).toBeLessThan(5e6);
    expect(data.meters.length).toBe(2750);
    expect(data.curves.length).toBe(1041);
    const kept = new Set(data.curves.map((curve) => curve.meter));
    for (const row of data.meters) if (row.arrived < row.due) expect(kept.has(row.meter)).toBe(true);
  });

  it("names the source of data whose licence asks for it, by the file's name alone", () => {
    const options = streetOptions({ meters: 1, days: 1 });
    const loads = "/some/where/ch_elcons_15min_24meters_Wh.csv";
    const page = readFileSync(writeReport(folder, { ...options, loads }, streetOutcome(options), []), "utf8");
    expect(page).toContain("University of Bamberg), CC BY-SA 4.0");
    expect(page).not.toContain("/some/where");
  });

  it("is not broken by what a file calls its columns", () => {
    const options = streetOptions({ meters: 1, days: 1 });
    const outcome = streetOutcome(options);
    const load = "</script><script>alert(1)</script> $& $1 <!-- data -->";
    const meters = [{ ...outcome.meters[0], load }];
    const page = readFileSync(writeReport(folder, options, { ...outcome, meters }, []), "utf8");
    expect(page).not.toContain("alert(1)</script>");
    expect(page.match(/<script/g)).toHaveLength(3);
    const embedded = /id="data">(.*?)<\/script>/s.exec(page)![1];
    expect((JSON.parse(embedded) as ReportData).meters[0].load).toBe(load);
  });
});
