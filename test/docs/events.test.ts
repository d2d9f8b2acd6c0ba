import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EventCode, eventName } from "firmware/events/codes";
import { root } from "../support/tools";
import { tableRows } from "./tables";

describe("docs/events.md", () => {
  const [, codes] = readFileSync(`${root}docs/events.md`, "utf8").split("\n## Codes\n") as [string, string];
  const rows = tableRows(codes);

  it("has every code with its name, in order", () => {
    expect(rows.map(([code, name]) => [Number(code), name])).toEqual(
      Object.entries(EventCode).map(([name, code]) => [code, name]),
    );
  });

  it("has each code once, with a name for people", () => {
    const codes = Object.values(EventCode);
    expect(new Set(codes).size).toBe(codes.length);
    for (const [name, code] of Object.entries(EventCode)) expect(eventName(code)).toBe(name);
    expect(eventName(999)).toBe("event 999");
  });
});
