import { spawnSync } from "node:child_process";
import { expect } from "vitest";

/** A data frame without a payload asks a neighbour where it stands. */
export const QUESTION = "(wpan.frame_type == 1 && !6lowpan && !data && !(wisun.uttie.type in {0, 1}))";
/** What is neither the answer to that, nor the MPL option, which tshark calls data in a compressed extension header. */
export const UNNAMED = "(data && !ipv6.opt.mpl.flag && !(wpan.frame_type == 2 && data.len == 4))";

/** Reads a capture of ours by tshark with the profile beside it, checksums checked. */
export class Tshark {
  constructor(
    private readonly program: string,
    private readonly file: string,
  ) {}

  /** The values of `fields` of each frame that passes `filter`. */
  fields(filter: string, ...fields: string[]): string[][] {
    const columns = fields.flatMap((field) => ["-e", field]);
    const result = spawnSync(this.program, ["-r", this.file, "-Y", filter, "-T", "fields", ...columns], {
      encoding: "utf8",
      env: { ...process.env, WIRESHARK_CONFIG_DIR: `${this.file}.keys` },
      maxBuffer: 2 ** 28,
    });
    expect(result.status, result.stderr).toBe(0);
    return result.stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split("\t"));
  }

  count(filter: string): number {
    return this.fields(filter, "frame.number").length;
  }
}
