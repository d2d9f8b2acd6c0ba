import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import fc from "fast-check";
import { Flow } from "../../../host-sim/load/load";
import { CsvLoad, readLoads } from "../../../host-sim/load/csv";
import { BadInput } from "../../../host-sim/options";
import { describeWithShared } from "../../support/tools";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "wattmesh-csv-"))));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function save(content: string | Uint8Array): string {
  const file = join(folder, `loads-${++files}.csv`);
  writeFileSync(file, content);
  return file;
}

/** A day of two meters, a and b, with some rows replaced. Keys are lines of the file; the header is line 1. */
function day(replaced: Record<number, string> = {}): string {
  const lines = ["interval,a,b"];
  for (let row = 0; row < 96; row++) lines.push(`${row},${row},${2 * row}`);
  for (const [line, text] of Object.entries(replaced)) lines[Number(line) - 1] = text;
  return lines.join("\n") + "\n";
}

function complaint(file: string, meters = 2, days = 1): string {
  try {
    readLoads(file, meters, days);
  } catch (error) {
    expect(error).toBeInstanceOf(BadInput);
    return (error as Error).message;
  }
  return "accepted";
}

/** Energy that flows between 0 and `until_us`, mWh. */
function energyOf(load: CsvLoad, until_us: number): number {
  const flow = new Flow();
  let energy_mWus = 0;
  for (let at = 0; at < until_us;) {
    const next = Math.min(load.flowAt(at, flow), until_us);
    energy_mWus += (flow.activePower_mW[0] + flow.activePower_mW[1]) * (next - at);
    at = next;
  }
  return energy_mWus / 3600e6;
}

describe("a load file", () => {
  it("gives each meter its column, half of it on each leg, at power factor 1", () => {
    const [a, b] = readLoads(save(day()), 2, 1);
    const flow = new Flow();
    expect(b.flowAt(10 * 900e6, flow)).toBe(11 * 900e6);
    expect(b.kind).toBe("b");
    expect([...flow.activePower_mW]).toEqual([40_000, 40_000, 0]);
    expect([...flow.reactivePower_mvar]).toEqual([0, 0, 0]);
    expect([...flow.voltage_mV]).toEqual([120_000, 120_000, 0]);
    expect(energyOf(a, 86_400e6)).toBe((95 * 96 * 1000) / 2);
  });

  it("is without load before time 0 and after the run's last day", () => {
    const load = readLoads(save(day() + "96,7,7\n"), 2, 1)[0];
    const flow = new Flow();
    expect(load.flowAt(-5, flow)).toBe(0);
    expect(flow.activePower_mW[0]).toBe(0);
    expect(load.flowAt(86_400e6 - 1, flow)).toBe(86_400e6);
    expect(flow.activePower_mW[0]).toBe(190_000);
    expect(load.flowAt(86_400e6, flow)).toBe(Infinity);
    expect(flow.activePower_mW[0]).toBe(0);
  });

  it("keeps a fraction of a Wh exactly, to the mWh", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 12_000_000 }), { minLength: 96, maxLength: 96 }),
        (rows_mWh) => {
          const text = rows_mWh.map((mWh, i) => `${i},${(mWh / 1000).toFixed(3)}`).join("\n");
          const load = readLoads(save(`interval,x\n${text}`), 1, 1)[0];
          expect(energyOf(load, 86_400e6)).toBe(rows_mWh.reduce((sum, mWh) => sum + mWh, 0));
        },
      ),
      { numRuns: 20, seed: 1 },
    );
  });

  it.each([
    ["CRLF", day().replaceAll("\n", "\r\n")],
    ["a byte order mark", "\uFEFF" + day()],
    ["quoted cells", day({ 1: '"interval","a","b"', 3: '"1","1","2"' })],
    ["no line end at its end", day().trimEnd()],
    ["blank lines at its end", day() + "\n\n"],
    ["rows counted from 1", day().replace(/^\d+/gm, (row) => String(Number(row) + 1))],
  ])("may have %s", (_, content) => {
    const load = readLoads(save(content), 2, 1)[1];
    expect(energyOf(load, 86_400e6)).toBe(95 * 96 * 1000);
  });

  it.each([
    ["text", "7,5,many", 'row 9, column b: "many" is not a number of Wh'],
    ["an empty cell", "7,,5", "row 9, column a: empty"],
    ["a negative value", "7,5,-3", "row 9, column b: -3 Wh is negative"],
    ["a value above 12,000", "7,12000.001,3", "row 9, column a: 12000.001 Wh is absurd"],
    ["NaN", "7,5,NaN", "row 9, column b"],
    ["Infinity", "7,5,Infinity", "row 9, column b"],
    ["hexadecimal", "7,5,0x10", "row 9, column b"],
    ["an exponent", "7,5,1e3", "row 9, column b"],
    ["a space", "7, 5,1", "row 9, column a"],
    ["a value finer than 1 mWh", "7,5,0.0001", "row 9, column b: 0.0001 Wh is finer than 0.001 Wh"],
    ["a cell too few", "7,5", "row 9, column b: 2 cells, but the header has 3"],
    ["a cell too many", "7,5,5,5", "row 9, column 4: 4 cells, but the header has 3"],
    ["an open quote", '7,5,"5', "bad quotes"],
  ])("is refused with %s", (_, line, expected) => {
    const file = save(day({ 9: line }));
    const message = complaint(file);
    expect(message).toContain(`${file}: row `);
    expect(message).toContain(expected);
    expect(message).not.toContain("\n");
  });

  it.each([
    ["fewer columns than meters", day(), 3, 1, "row 1, column 4: missing"],
    ["fewer rows than days", day(), 2, 2, "row 98, column interval: the file ends after 96 rows"],
    ["an id twice", day({ 1: "interval,a,a" }), 2, 1, 'row 1, column 3: the id "a"'],
    ["an empty id", day({ 1: "interval,a," }), 2, 1, "row 1, column 3: the meter's id is empty"],
    ["no header", day().slice("interval,a,b\n".length), 2, 1, "row 1, column 1"],
    ["fewer rows and a wrong cell, which comes first", "interval,a,b\n0,5,x\n", 2, 1, 'row 2, column b: "x"'],
    ["nothing in it", "", 1, 1, "row 1, column interval: the file is empty"],
    ["only a header", "interval,a", 1, 1, "row 2, column interval: the file ends after 0 rows"],
    ["bytes that are not UTF-8", new Uint8Array([0x89, 0x50, 0xff, 0xfe]), 1, 1, "not a text file in UTF-8"],
    ["zero bytes", new Uint8Array(200), 1, 1, "not a text file"],
  ])("is refused with %s", (_, content, meters, days, expected) => {
    const file = save(content);
    expect(complaint(file, meters, days)).toContain(`${file}: ${expected}`);
  });

  it("is checked whole, also where the run does not need it", () => {
    expect(complaint(save(day({ 9: "7,5,x" })), 1, 1)).toContain("row 9, column b");
    expect(complaint(save(day() + "96,1,-1\n"), 2, 1)).toContain("row 98, column b");
  });

  it("must be a file", () => {
    mkdirSync(join(folder, "a-folder"), { recursive: true });
    expect(complaint(join(folder, "a-folder"))).toContain("a-folder: a folder, not a file");
    expect(complaint(join(folder, "nowhere.csv"))).toContain("nowhere.csv: no such file");
    expect(complaint(join(save(""), "below.csv"))).toContain("cannot be read (ENOTDIR)");
  });

  it("never brings anything but loads or one line, whatever its bytes", () => {
    const whole = new TextEncoder().encode(day());
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const bytes = Uint8Array.from(whole);
        bytes[at] = byte;
        expect(complaint(save(bytes))).not.toContain("\n");
      }),
      { numRuns: 300, seed: 2 },
    );
  });
});

describeWithShared("data/ch_elcons_15min_24meters_Wh.csv", "the measured loads of 24 households", (file) => {
  it("are read whole: seven weeks, to the Wh", () => {
    const loads = readLoads(file, 24, 49);
    const lines = readFileSync(file, "utf8").trim().split("\n").slice(1);
    expect(lines.length).toBe(49 * 96);
    for (const [meter, load] of loads.entries()) {
      const total_Wh = lines.reduce((sum, line) => sum + Number(line.split(",")[meter + 1]), 0);
      expect(energyOf(load, 50 * 86_400e6)).toBe(total_Wh * 1000);
    }
    expect(() => readLoads(file, 24, 50)).toThrow("row 4706, column interval: the file ends after 4704 rows");
    expect(() => readLoads(file, 25, 1)).toThrow("row 1, column 26: missing");
  });
});
