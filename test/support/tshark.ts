import { spawnSync } from "node:child_process";
import { expect } from "vitest";

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
