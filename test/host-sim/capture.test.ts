import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { formatAddress } from "firmware/ip/address-text";
import { Peer } from "firmware/ip/socket";
import { Capture, writeProfile } from "../../host-sim/capture";
import { CHANNEL, PAN } from "../support/mac-street";
import { meshStreet, PREFIX } from "../support/mesh-street";
import { describeWithTool } from "../support/tools";

const EPOCH_ms = Date.UTC(2025, 0, 1);
const METERS = 24;
const DATAGRAMS = 15;
const PORT = 5000;

const FIELDS = {
  type: "wpan.frame_type",
  fcsOk: "wpan.fcs_ok",
  channel: "wpan-tap.ch_num",
  rss_dBm: "wpan-tap.rss",
  time_s: "frame.time_epoch",
  malformed: "_ws.malformed",
  severity: "_ws.expert.severity",
  icmpType: "icmpv6.type",
  icmpCode: "icmpv6.code",
  icmpChecksum: "icmpv6.checksum.status",
  udpChecksum: "udp.checksum.status",
  target: "icmpv6.rpl.opt.target.prefix",
  protocols: "frame.protocols",
  dataLength: "data.len",
};
type Row = Record<keyof typeof FIELDS, string>;
const DATA = "0x0001";
const ACK = "0x0002";
const GOOD = "1";
const EMPTY = "wpan-tap";
/** What a neighbour that is asked answers: DODAG version, rank and DTSN. */
const STANDING_BYTES = "4";

describeWithTool("tshark", "a capture of a street that joins", (tshark) => {
  const folder = mkdtempSync(join(tmpdir(), "wattmesh-capture-"));
  const file = join(folder, "street.pcap");
  const keys = `${file}.keys`;
  afterAll(() => rmSync(folder, { recursive: true }));

  const writeKeys = (profile: string) =>
    writeProfile(profile, { pans: [{ id: PAN }], contexts: [`${formatAddress(PREFIX)}/64`] });

  const decode = (profile: string): Row[] => {
    const columns = Object.values(FIELDS).flatMap((field) => ["-e", field]);
    const result = spawnSync(tshark, ["-r", file, "-T", "fields", ...columns], {
      encoding: "utf8",
      env: { ...process.env, WIRESHARK_CONFIG_DIR: profile },
      maxBuffer: 2 ** 26,
    });
    expect(result.status, result.stderr).toBe(0);
    const names = Object.keys(FIELDS);
    return result.stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => Object.fromEntries(line.split("\t").map((value, k) => [names[k], value])) as Row);
  };

  let street: ReturnType<typeof meshStreet>;
  let rows: Row[];
  const starts_us: number[] = [];
  beforeAll(() => {
    street = meshStreet(METERS, 1, { frameLoss: 0.1 });
    const capture = new Capture(file, EPOCH_ms);
    writeKeys(keys);
    street.medium.onFrame = (at_us, _from, channel, bytes, length, rssi_dBm) => {
      starts_us.push(at_us);
      capture.write(at_us, channel, bytes, length, rssi_dBm);
    };
    street.start();
    const peer = new Peer();
    peer.address.set(street.collector.stack.address);
    peer.port = PORT;
    street.collector.stack.bind(PORT);
    street.meters.forEach((meter, m) => {
      const socket = meter.stack.bind(PORT);
      for (let k = 0; k < DATAGRAMS; k++) {
        street.world.at((60 + k + m / METERS) * 1e6, () => socket.send(peer, new Uint8Array(180), 180));
      }
    });
    street.world.runUntil(90e6);
    capture.close();
    rows = decode(keys);
  });

  it("holds every frame sent, with a right FCS, and nothing malformed or worth a warning", () => {
    const sent = street.medium.radios.reduce((sum, radio) => sum + radio.airtime.frames, 0);
    expect(statSync(file).size).toBeGreaterThan(65_536);
    expect(rows.length).toBe(sent);
    for (const row of rows) expect(row).toMatchObject({ fcsOk: "1", malformed: "", severity: "" });
  });

  it("says channel, strength and time", () => {
    rows.forEach((row, k) => {
      expect([Number(row.channel), Number(row.rss_dBm)]).toEqual([CHANNEL, -60]);
      expect(Number(row.time_s)).toBeCloseTo(EPOCH_ms / 1000 + starts_us[k] / 1e6, 5);
    });
  });

  it("decodes every data frame to RPL or UDP, checksums right", () => {
    const kinds = (data: Row[]) => ({
      acks: data.filter(({ type }) => type === ACK).length,
      rpl: data.filter(
        ({ type, icmpType, icmpChecksum }) => type === DATA && icmpType === "155" && icmpChecksum === GOOD,
      ).length,
      udp: data.filter(({ type, udpChecksum }) => type === DATA && udpChecksum === GOOD).length,
      questions: data.filter(({ type, protocols }) => type === DATA && protocols === EMPTY).length,
      answers: data.filter(({ type, dataLength }) => type === ACK && dataLength === STANDING_BYTES).length,
    });
    const { acks, rpl, udp, questions, answers } = kinds(rows);
    expect(acks + rpl + udp + questions).toBe(rows.length);
    // One of ten frames is lost.
    expect(answers).toBeGreaterThan(METERS / 2);
    expect(answers).toBeLessThan(questions);
    expect(answers).toBeGreaterThan(0.8 * questions);
    expect(udp).toBeGreaterThanOrEqual(METERS * DATAGRAMS);
    expect(rpl).toBeGreaterThanOrEqual(METERS * 2 + 1);
    // The profile names the PAN, so that nothing is left to guesses: here they are off (in both of their spellings).
    const strict = `${keys}.strict`;
    writeKeys(strict);
    writeFileSync(join(strict, "heuristic_protos"), "6lowpan_wlan,0\n6lowpan_wpan,0\n");
    expect(kinds(decode(strict))).toEqual({ acks, rpl, udp, questions, answers });
  });

  it("shows the tree as the root has it", () => {
    const targets = new Set(rows.filter(({ icmpCode }) => icmpCode === "2").map(({ target }) => target));
    expect(targets).toEqual(new Set(street.meters.map((meter) => formatAddress(meter.stack.address))));
  });
});
