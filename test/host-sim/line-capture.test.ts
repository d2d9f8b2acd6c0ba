import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runStreet, type StreetOutcome } from "../../host-sim/run-street";
import { streetOptions } from "../support/street";
import { describeWithTool } from "../support/tools";
import { Tshark, QUESTION, UNNAMED } from "../support/tshark";

const METERS = 5;
/** RFC 8138, sections 5 to 7: types of 6LoRH. */
const RPI = 5;
const IP_IN_IP = 6;
const SRH = [0, 1, 2, 3, 4];

describeWithTool("tshark", "the capture of a day in a line of meters, each a hop farther out", (program) => {
  const folder = mkdtempSync(join(tmpdir(), "wattmesh-line-"));
  const capture = join(folder, "line.pcap");
  const tshark = new Tshark(program, capture);
  let outcome: StreetOutcome;

  beforeAll(() => {
    const topology = join(folder, "line.csv");
    const edges = Array.from(
      { length: METERS },
      (_, n) => `${n + 1},${n + 2},1,-70\n${n + 2},${n + 1},1,-70\n`,
    );
    writeFileSync(topology, `from,to,prr,rssi_dbm\n${edges.join("")}`);
    outcome = runStreet(streetOptions({ meters: METERS, depth: "model", capture, topology, days: 1 }));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is read in full over all its hops", () => {
    const { reads, mesh } = outcome.result;
    expect(reads.done).toBe(reads.due);
    expect(mesh.hops).toEqual({ 1: 1, 2: 1, 3: 1, 4: 1, 5: 1 });
  });

  it("decodes every frame, through its routing headers, to CoAP, RPL or what the MAC names", () => {
    const kinds = ["coap", "icmpv6.type == 155", "wpan.frame_type == 2", "wisun.uttie.type <= 1", QUESTION];
    const counts = kinds.map((kind) => tshark.count(kind));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(outcome.result.mesh.framesSent);
    const wrong = ["_ws.malformed", UNNAMED, "_ws.expert.severity == error", "wpan.fcs_ok == 0"];
    for (const filter of wrong) expect(tshark.count(filter), filter).toBe(0);
    expect(tshark.count("udp && !(udp.checksum.status == Good)")).toBe(0);
    expect(tshark.count("icmpv6 && !(icmpv6.checksum.status == Good)")).toBe(0);
  }, 120_000);

  it("has a rank in each packet up, and a tunnel with the routers left in each of the head end's down", () => {
    const rows = tshark.fields("coap", "ipv6.src", "ipv6.dst", "6lowpan.rhtype", "6lowpan.HopNuevo");
    const routers = new Set<number>();
    for (const [sources, destinations, typeList, hopList] of rows) {
      const up = destinations.split(",").at(-1)!.startsWith("2001:db8:ffff:");
      const types = typeList === "" ? [] : typeList.split(",").map(Number);
      expect(sources.split(",").at(-1)!.startsWith("2001:db8:ffff:")).toBe(!up);
      if (up) {
        expect(types).toEqual([RPI]);
        continue;
      }
      const left = hopList === "" ? 0 : hopList.split(",").reduce((sum, hops) => sum + Number(hops) + 1, 0);
      expect(types.filter((type) => !SRH.includes(type))).toEqual(left > 0 ? [IP_IN_IP] : []);
      routers.add(left);
    }
    expect([...routers].sort()).toEqual(Array.from({ length: METERS }, (_, n) => n));
  }, 120_000);
});
