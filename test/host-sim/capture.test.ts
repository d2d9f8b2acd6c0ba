import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { formatAddress } from "firmware/ip/address-text";
import { Capture, writeProfile } from "../../host-sim/capture";
import { CHANNEL, PAN } from "../support/mac-street";
import { meshStreet, PREFIX } from "../support/mesh-street";
import { describeWithTool } from "../support/tools";

const EPOCH_ms = Date.UTC(2025, 0, 1);

describeWithTool("tshark", "a capture of a street that joins", (tshark) => {
  const folder = mkdtempSync(join(tmpdir(), "wattmesh-capture-"));
  const file = join(folder, "street.pcap");
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (filter: string, ...fields: string[]): string[][] => {
    const columns = fields.flatMap((field) => ["-e", field]);
    const result = spawnSync(tshark, ["-r", file, "-Y", filter, "-T", "fields", ...columns], {
      encoding: "utf8",
      env: { ...process.env, WIRESHARK_CONFIG_DIR: `${file}.keys` },
    });
    expect(result.status, result.stderr).toBe(0);
    return result.stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split("\t"));
  };
  const count = (filter: string) => run(filter, "frame.number").length;

  let street: ReturnType<typeof meshStreet>;
  let firstFrame_us = -1;
  beforeAll(() => {
    street = meshStreet(24, 1, { frameLoss: 0.1 });
    const capture = new Capture(file, EPOCH_ms);
    writeProfile(`${file}.keys`, { panId: PAN, contexts: [`${formatAddress(PREFIX)}/64`] });
    street.medium.onFrame = (at_us, _from, channel, bytes, length, rssi_dBm) => {
      if (firstFrame_us < 0) firstFrame_us = at_us;
      capture.write(at_us, channel, bytes, length, rssi_dBm);
    };
    street.start();
    street.world.runUntil(60e6);
    capture.close();
  });

  it("holds every frame sent, with a right FCS, and nothing malformed", () => {
    const sent = street.medium.radios.reduce((sum, radio) => sum + radio.airtime.frames, 0);
    expect(count("wpan")).toBe(sent);
    expect(count("wpan.fcs_ok == 1")).toBe(sent);
    expect(count("_ws.malformed || _ws.expert.severity >= warning")).toBe(0);
  });

  it("says channel, strength and time", () => {
    const [[channel, rss, time]] = run(
      "frame.number == 1",
      "wpan-tap.ch_num",
      "wpan-tap.rss",
      "frame.time_epoch",
    ) as [[string, string, string]];
    expect(Number(channel)).toBe(CHANNEL);
    expect(Number(rss)).toBe(-60);
    expect(Number(time)).toBeCloseTo(EPOCH_ms / 1000 + firstFrame_us / 1e6, 6);
  });

  it("decodes all data frames up to RPL, checksums right", () => {
    const data = count("wpan.frame_type == 1");
    expect(count("icmpv6.type == 155")).toBe(data);
    expect(count("icmpv6.checksum.status == 1")).toBe(data);
    expect(count("wpan.frame_type == 2")).toBeGreaterThan(48);
    for (const code of [1, 2, 4]) expect(count(`icmpv6.code == ${code}`) > 0 || code === 4).toBe(true);
  });

  it("shows the tree as the root has it", () => {
    const targets = new Set(
      run("icmpv6.code == 2", "icmpv6.rpl.opt.target.prefix").map(([target]) => target),
    );
    expect(targets.size).toBe(24);
    for (const meter of street.meters) expect(targets).toContain(formatAddress(meter.stack.address));
  });
});
