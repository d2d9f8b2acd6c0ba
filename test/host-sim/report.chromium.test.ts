import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeReport } from "../../host-sim/report/report";
import { describeWithTool, root } from "../support/tools";
import { streetOptions, streetOutcome } from "./report/fixture";

const PNG_SIGNATURE = "89504e470d0a1a0a";

describeWithTool("chromium", "the report page in a browser", (chromium) => {
  let folder: string;
  const pictures = join(root, "out");
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "wattmesh-chromium-"));
    mkdirSync(pictures, { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function page(name: string, options: ReturnType<typeof streetOptions>, amiss: boolean): string {
    const problems = amiss ? ["180 intervals are missing"] : [];
    return writeReport(join(folder, name), options, streetOutcome(options, amiss), problems);
  }

  function browse(file: string, ...flags: string[]): string {
    return execFileSync(
      chromium,
      [
        ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"],
        ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
        `--user-data-dir=${join(folder, "profile")}`,
        ...flags,
        `file://${file}`,
      ],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 60_000, maxBuffer: 2 ** 26 },
    );
  }

  /** The page's elements after its script has run. */
  function drawn(file: string): string {
    return browse(file, "--window-size=1400,1600", "--virtual-time-budget=5000", "--dump-dom");
  }

  /** Takes a picture into out/ and answers its width and height. */
  function photograph(file: string, name: string, width: number, height: number): [number, number] {
    const picture = join(pictures, name);
    rmSync(picture, { force: true });
    browse(file, `--window-size=${width},${height}`, "--virtual-time-budget=5000", `--screenshot=${picture}`);
    const png = readFileSync(picture);
    expect(png.subarray(0, 8).toString("hex")).toBe(PNG_SIGNATURE);
    // A page that stayed empty packs to a few kB.
    expect(png.length).toBeGreaterThan(60_000);
    return [png.readUInt32BE(16), png.readUInt32BE(20)];
  }

  it("draws all of a street in which nothing is amiss", { timeout: 120_000 }, () => {
    const file = page("good", streetOptions(), false);
    const dom = drawn(file);
    const html = /<html[^>]*>/.exec(dom)![0];
    expect(html).toContain('data-drawn="all"');
    expect(html).not.toContain("data-error");
    // Two plots of a meter, the street, hops, airtime, reads, rounds, latencies; and the intervals.
    expect(dom.match(/<div class="uplot/g)).toHaveLength(8);
    expect(dom.match(/<canvas/g)).toHaveLength(9);
    expect(dom.match(/<article class="card/g)).toHaveLength(8);
    expect(dom.match(/<tr data-meter/g)).toHaveLength(24);
    expect(meshOf(dom)).toEqual({ hops: { 1: 24 }, links: 24, incomplete: 0 });
    expect(dom).toContain("Every watt-hour and every interval accounted for");
    expect(photograph(file, "report.png", 1400, 1600)).toEqual([1400, 1600]);
  });

  it("shows first what is amiss", { timeout: 120_000 }, () => {
    const file = page("amiss", streetOptions(), true);
    const dom = drawn(file);
    expect(dom).toContain('data-drawn="all"');
    expect(dom).not.toContain("data-error=");
    expect(dom).toContain('<p id="verdict" class="bad">180 intervals are missing</p>');
    expect(dom).toMatch(/Load of meter 3<.*36 missing.*6 flagged/s);
    photograph(file, "report-amiss.png", 1400, 1600);
  });

  it("fits a narrow screen", { timeout: 120_000 }, () => {
    page("narrow", streetOptions(), false);
    // A browser's window has a least width; a frame has none.
    const frame = join(folder, "narrow.html");
    writeFileSync(
      frame,
      `<body style="margin:0"><iframe src="narrow/index.html" style="border:0;width:420px;height:1600px"></iframe>` +
        `<script>onload = () => setTimeout(() => document.body.append(String(frames.length)), 1000)</script>`,
    );
    expect(photograph(frame, "report-narrow.png", 600, 1600)).toEqual([600, 1600]);
  });

  it(
    "draws 2,750 meters of a town, each with its hops and the link to its parent",
    { timeout: 120_000 },
    () => {
      const options = streetOptions({ meters: 2750, days: 1, depth: "model", density: 1100 });
      const { result, mesh, meters } = streetOutcome(options, true);
      const file = page("large", options, true);
      const dom = drawn(file);
      expect(dom).toContain('data-drawn="all"');
      expect(dom).not.toContain("data-error=");
      expect(dom).toContain("it holds the curves of 1,041 of 2,750 meters");
      expect(dom).toContain("Show all 2,750 meters");
      const lost = mesh.nodes.slice(1).filter(({ hops }) => hops === 0).length;
      expect(meshOf(dom)).toEqual({
        hops: { ...grouped(result.mesh.hops), ...(lost > 0 && { lost }) },
        links: mesh.nodes.filter(({ parent }) => parent !== undefined).length,
        incomplete: meters.filter(({ reads }) => reads.some(({ done_s }) => done_s === undefined)).length,
      });
      photograph(file, "report-town.png", 1400, 3400);
    },
  );
});

/** What is on the map of the mesh: meters by hops as they are told apart, links, and meters that miss reads. */
function meshOf(dom: string): { hops: Record<string, number>; links: number; incomplete: number } {
  const map = /<div id="mesh-map">.*?<\/svg>/s.exec(dom)![0];
  expect(map).toMatch(/<svg [^>]*aria-labelledby="mesh-map-title mesh-map-desc"/);
  expect(map).toMatch(/<title id="mesh-map-title">[^<]+<\/title><desc id="mesh-map-desc">[^<]+<\/desc>/);
  const hops: Record<string, number> = {};
  let incomplete = 0;
  for (const [, kind] of map.matchAll(/<circle class="node ([^"]*)"/g)) {
    const [of, ...marks] = kind.replace("hop-", "").split(" ");
    hops[of] = (hops[of] ?? 0) + 1;
    if (marks.length > 0) incomplete++;
  }
  return { hops, links: map.match(/<line /g)?.length ?? 0, incomplete };
}

/** From seven hops on all are one group. */
function grouped(hops: Record<string, number>): Record<string, number> {
  const groups: Record<string, number> = {};
  for (const [hop, meters] of Object.entries(hops)) {
    const group = Math.min(7, Number(hop));
    groups[group] = (groups[group] ?? 0) + meters;
  }
  return groups;
}
