import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SimulatedMeter } from "../../../host-sim/meter";
import { Street } from "../../../host-sim/street";
import { streetOptions } from "../../support/street";

const SECOND_US = 1e6;
const COLLECTOR = "2001:db8::57:4dc0:0:1";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "wattmesh-console-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** A street in which each meter is in range of the next one only, and the console of meter `number`. */
function line(meters: number, number: number) {
  const links = Array.from({ length: meters }, (_, n) => [
    `${n + 1},${n + 2},1.000,-80.0`,
    `${n + 2},${n + 1},1.000,-80.0`,
  ]);
  const topology = join(folder, `line-${meters}.csv`);
  writeFileSync(topology, ["from,to,prr,rssi_dbm", ...links.flat(), ""].join("\n"));
  const street = new Street(streetOptions({ meters, topology, depth: "model" }));
  const { meter } = street.meters[number - 1];
  return { street, meter, ask: asker(street.meters[number - 1], street) };
}

/** Types a command; answers what was written within `seconds`, without the echo and the prompt. */
function asker({ serial }: SimulatedMeter, { world }: Street) {
  let text = "";
  serial.connect((bytes) => (text += Buffer.from(bytes).toString("latin1")));
  return (command: string, seconds = 60): string[] => {
    text = "";
    serial.type(Buffer.from(`${command}\r`));
    world.runUntil(world.now_us + seconds * SECOND_US);
    const lines = text.split("\r\n");
    expect(lines.at(-1)).toBe("meter> ");
    return lines.slice(1, -1);
  };
}

/** Round trips are not what is judged here. */
function withoutTimes(lines: string[]): string[] {
  return lines.map((text) => text.replace(/ \d+ ms/, " N ms"));
}

describe("the console of a meter four hops out", () => {
  let ask: ReturnType<typeof line>["ask"];
  let meter: ReturnType<typeof line>["meter"];
  beforeAll(() => {
    const made = line(4, 4);
    made.street.run(60);
    ({ ask, meter } = made);
  });

  it("traces the way to the collector, a router a line", () => {
    expect(withoutTimes(ask("trace"))).toEqual([
      "1 2001:db8::57:4d00:0:3 N ms hop limit exceeded",
      "2 2001:db8::57:4d00:0:2 N ms hop limit exceeded",
      "3 2001:db8::57:4d00:0:1 N ms hop limit exceeded",
      `4 ${COLLECTOR} N ms`,
      "OK",
    ]);
  });

  it("pings its collector, a meter by the end of its EUI-64, and any address", () => {
    expect(withoutTimes(ask("ping collector"))).toEqual([
      ...[1, 2, 3, 4].map((number) => `${number} ${COLLECTOR} N ms`),
      "OK",
    ]);
    expect(withoutTimes(ask("ping 2 1"))).toEqual(["1 2001:db8::57:4d00:0:2 N ms", "OK"]);
    expect(withoutTimes(ask("ping 2001:db8::57:4d00:0:1 2"))).toEqual([
      "1 2001:db8::57:4d00:0:1 N ms",
      "2 2001:db8::57:4d00:0:1 N ms",
      "OK",
    ]);
  });

  it("asks once a second, and no faster", () => {
    ask("ping collector", 30);
    const { counters } = meter.stack;
    const before = counters.sent;
    ask("ping collector 20", 60);
    expect(counters.sent - before).toBe(20);
  });

  it("shows its place and its parents", () => {
    const [address, collector, rank, changes, parent, ...rest] = ask("mesh route");
    expect(address).toBe("address    2001:db8::57:4d00:0:4");
    expect(collector).toBe(`collector  ${COLLECTOR}`);
    expect(rank).toMatch(/^rank {7}[5-9]\.\d{3}$/);
    expect(changes).toMatch(/^changes {4}parent \d+, place \d+, loops \d+$/);
    expect(parent).toMatch(/^parent {5}02574d0000000003 ETX [1-3]\.\d{3}$/);
    expect(rest).toEqual(["OK"]);
  });

  it("refuses what is no node, and arguments too many", () => {
    for (const bad of [
      "ping",
      "ping x",
      "ping ::",
      "ping 00112233445566778",
      "ping 1 0",
      "ping 1 21",
      "ping 1 2 3",
    ])
      expect(ask(bad)).toEqual(["ERR 3 bad-argument"]);
    for (const bad of ["trace 1 2", "trace nobody", "mesh route 1", "mesh neighbours all"])
      expect(ask(bad)).toEqual(["ERR 3 bad-argument"]);
  });
});

describe("the console of a meter", () => {
  it("shows neighbours on both sides, which of them it uses, and what a path through each costs", () => {
    const { ask, street } = line(3, 2);
    street.run(300);
    const shown = ask("mesh neighbours");
    expect(shown).toHaveLength(3);
    expect(shown[0]).toMatch(
      /^02574d0000000001 parent {4}rank [2-5]\.\d{3} ETX [1-3]\.\d{3} failed 0 heard \d+ s ago$/,
    );
    expect(shown[1]).toMatch(
      /^02574d0000000003 farther {3}rank [4-9]\.\d{3} ETX [1-3]\.\d{3} failed 0 heard \d+ s ago$/,
    );
    expect(shown[2]).toBe("OK");
  });

  it("says in one line that it has not joined", () => {
    const { ask, meter } = line(2, 2);
    expect(meter.join.joined).toBe(false);
    for (const command of ["ping collector", "trace", "mesh route"])
      expect(ask(command, 0)).toEqual(["ERR 6 not-joined"]);
    expect(ask("mesh neighbours", 0)).toEqual(["ERR 4 no-data"]);
  });

  it("says who does not know the way", () => {
    const { ask, street } = line(3, 3);
    street.run(60);
    expect(withoutTimes(ask("ping 99 1"))).toEqual([`1 ${COLLECTOR} N ms unreachable`, "ERR 7 no-answer"]);
    expect(withoutTimes(ask("trace 99")).slice(-2)).toEqual([
      `4 ${COLLECTOR} N ms unreachable`,
      "ERR 7 no-answer",
    ]);
  });

  it("gives up soon where nobody answers", () => {
    for (const [command, requests] of [
      ["ping collector 2", 2],
      ["trace", 3],
    ] as const) {
      const { ask, street } = line(3, 3);
      street.run(60);
      // Of the last part of a mesh nothing is known without it: what the routers say goes by way of it.
      street.collectors[0].powerOff();
      const silent = Array.from({ length: requests }, (_, index) => `${index + 1} no answer`);
      expect(ask(command, 31)).toEqual([...silent, "ERR 7 no-answer"]);
    }
  });

  it("takes the next command only when the one that waits has ended", () => {
    const { ask, street } = line(2, 2);
    street.run(60);
    const both = withoutTimes(ask("ping 1 1\rmesh route"));
    expect(both.slice(0, 3)).toEqual(["1 2001:db8::57:4d00:0:1 N ms", "OK", "meter> mesh route"]);
    expect(both.at(-1)).toBe("OK");
  });

  it("keeps no timer of a ping that has ended", () => {
    const { ask, street } = line(2, 2);
    street.run(60);
    const timers = (): string | undefined => ask("mem", 0).find((text) => text.startsWith("timers"));
    const before = timers();
    ask("trace 1", 3);
    expect(timers()).toBe(before);
  });
});
