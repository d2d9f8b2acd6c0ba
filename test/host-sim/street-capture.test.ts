import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { noFaults } from "../../host-sim/options";
import { openCapture, runStreet, type StreetOutcome } from "../../host-sim/run-street";
import { Street } from "../../host-sim/street";
import { streetOptions } from "../support/street";
import { describeWithTool } from "../support/tools";
import { Tshark, QUESTION, UNNAMED } from "../support/tshark";

describeWithTool("tshark", "the capture of a day in a street that hops and seals its frames", (program) => {
  const folder = mkdtempSync(join(tmpdir(), "wattmesh-secured-"));
  const capture = join(folder, "street.pcap");
  const tshark = new Tshark(program, capture);
  let outcome: StreetOutcome;

  beforeAll(() => {
    const faults = { ...noFaults, frameLoss: 0.05 };
    outcome = runStreet(streetOptions({ meters: 12, depth: "model", capture, faults }));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is read in full", () => {
    const { intervals, reads, mesh } = outcome.result;
    expect(intervals).toMatchObject({ delivered: intervals.due, missing: 0, corrupt: 0, duplicate: 0 });
    expect(reads.done).toBe(reads.due);
    expect(mesh.channelDwellMaxMs).toBeLessThanOrEqual(400);
  });

  it("decrypts every frame to CoAP, RPL, an acknowledgement or a named question for the PAN and its answer", () => {
    const { framesSent } = outcome.result.mesh;
    const kinds = [
      "coap",
      "icmpv6.type == 155",
      "wpan.frame_type == 2",
      "wisun.uttie.type == 0",
      "wisun.uttie.type == 1",
      QUESTION,
    ];
    const counts = kinds.map((kind) => tshark.count(kind));
    for (const count of counts) expect(count).toBeGreaterThan(0);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(framesSent);
    expect(tshark.count(UNNAMED)).toBe(0);
    expect(tshark.count("wpan.aux_sec.sec_level == 6 && wpan.mic")).toBe(framesSent);
  });

  it("has no malformed packet, no bad FCS, no bad checksum, and no frame that does not decrypt", () => {
    expect(tshark.count("_ws.malformed")).toBe(0);
    expect(tshark.count("wpan.fcs_ok == 0")).toBe(0);
    expect(tshark.count("udp && !(udp.checksum.status == Good)")).toBe(0);
    expect(tshark.count("icmpv6 && !(icmpv6.checksum.status == Good)")).toBe(0);
    expect(tshark.count("_ws.expert.severity == error")).toBe(0);
  });

  it("names what is said to all, the time at two in the morning: MPL, and CoAP in it", () => {
    const said = tshark.fields(
      "ipv6.opt.mpl.flag",
      "ipv6.dst",
      "ipv6.opt.mpl.flag.s",
      "coap.opt.uri_path_recon",
    );
    expect(said.length).toBeGreaterThan(2);
    expect(new Set(said.map((row) => row.join(" ")))).toEqual(new Set(["ff04::fc 0 /time"]));
  });

  it("uses no nonce twice", () => {
    const nonces = tshark.fields("wpan", "wpan.src64", "wpan.aux_sec.frame_counter").map((row) => row.join());
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it("says where each sender stands in its schedule, and what time the PAN has", () => {
    expect(tshark.count("wisun.uttie.ufsi")).toBe(outcome.result.mesh.framesSent);
    expect(tshark.count("coap && wisun.btie.slot && wpan.header_ie.vendor_specific.vendor_oui")).toBe(
      tshark.count("coap"),
    );
  });
});

describeWithTool("tshark", "the capture of a street with two collectors, one of which dies", (program) => {
  const folder = mkdtempSync(join(tmpdir(), "wattmesh-pans-"));
  const capture = join(folder, "street.pcap");
  const tshark = new Tshark(program, capture);
  const street = new Street(streetOptions({ meters: 12, collectors: 2, depth: "model", capture }));

  beforeAll(() => {
    openCapture(street);
    street.run(60);
    street.collectors[0].powerOff();
    street.run(2 * 3600);
    street.capture!.close();
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it("decrypts every frame of either PAN, under its key, to what it is", () => {
    const known = [
      "coap",
      "icmpv6.type == 155",
      "wpan.frame_type == 2",
      "wisun.uttie.type in {0, 1}",
      QUESTION,
    ];
    const frames = street.capture!.frames;
    expect(tshark.count(known.join(" || "))).toBe(frames);
    expect(tshark.count("wpan.aux_sec.sec_level == 6 && wpan.mic")).toBe(frames);
    expect(tshark.count(`${UNNAMED} || _ws.malformed || _ws.expert.severity == error`)).toBe(0);
  });

  it("shows the meters of the first, and only those, change over to the second", () => {
    const [first, second] = street.collectors.map(({ collector }) => collector.mac.panId);
    const pans = new Map<string, Set<number>>();
    for (const [source, pan] of tshark.fields("icmpv6.type == 155", "wpan.src64", "wpan.dst_pan"))
      pans.set(source, (pans.get(source) ?? new Set()).add(Number(pan)));
    const moved = [...pans.values()].filter((each) => each.size === 2);
    expect(moved.map((each) => [...each])).toEqual(Array.from({ length: 6 }, () => [first, second]));
    expect([...pans.values()].filter((each) => each.size === 1 && each.has(second)).length).toBe(7);
  });

  it("uses no nonce twice, under whichever key", () => {
    const nonces = tshark.fields("wpan", "wpan.src64", "wpan.aux_sec.frame_counter").map((row) => row.join());
    expect(new Set(nonces).size).toBe(nonces.length);
  });
});

describeWithTool("tshark", "the capture of a day in a street on one channel, nothing sealed", (program) => {
  const folder = mkdtempSync(join(tmpdir(), "wattmesh-street-"));
  const capture = join(folder, "street.pcap");
  const tshark = new Tshark(program, capture);
  let outcome: StreetOutcome;

  beforeAll(() => {
    const faults = { ...noFaults, frameLoss: 0.05 };
    const air = { hopping: false, linkSecurity: false };
    outcome = runStreet(streetOptions({ meters: 12, depth: "model", capture, faults, ...air }));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it("holds every frame that the simulator counted", () => {
    expect(tshark.count("wpan")).toBe(outcome.result.mesh.framesSent);
  });

  it("has no malformed packet, no bad FCS and no bad checksum", () => {
    expect(tshark.count("_ws.malformed")).toBe(0);
    expect(tshark.count("wpan.fcs_ok == 0")).toBe(0);
    expect(tshark.count("udp.checksum.status == Bad || icmpv6.checksum.status == Bad")).toBe(0);
    expect(tshark.count("udp && !(udp.checksum.status == Good)")).toBe(0);
    expect(tshark.count("icmpv6 && !(icmpv6.checksum.status == Good)")).toBe(0);
  });

  it("decodes every frame to CoAP, RPL or an acknowledgement", () => {
    const kinds = ["coap", "icmpv6.type == 155", "wpan.frame_type == 2", QUESTION];
    const counts = kinds.map((kind) => tshark.count(kind));
    for (const count of counts) expect(count).toBeGreaterThan(0);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(outcome.result.mesh.framesSent);
    expect(tshark.count(`${UNNAMED} || (coap && !udp)`)).toBe(0);
  });

  it("shows a read: a request for what comes after the last interval, and its answer in CBOR", () => {
    const requests = tshark.fields("coap.code == 1", "ipv6.dst", "coap.opt.uri_path", "coap.opt.uri_query");
    const answers = tshark.fields("coap.code == 69", "ipv6.src", "coap.opt.ctype", "udp.srcport");
    expect(new Set(requests.map(([address]) => address)).size).toBe(12);
    expect(requests.every(([, path]) => path === "lp" || path === "ev")).toBe(true);
    expect(requests.some(([, , query]) => query === "since=17,p=17")).toBe(true);
    expect(answers.length).toBeGreaterThanOrEqual(outcome.result.reads.done);
    expect(answers.every(([, format, port]) => format === "application/cbor" && port === "5683")).toBe(true);
    expect(tshark.fields("cbor", "cbor.type.bytestring").length).toBeGreaterThanOrEqual(
      outcome.result.reads.done,
    );
  });
});
