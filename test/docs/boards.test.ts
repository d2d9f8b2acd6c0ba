import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { boards } from "../../tools/moddable.mjs";
import { pinsOf, type Pins } from "../manifests/pins";
import { root } from "../support/tools";
import { tableRows } from "./tables";

const document = readFileSync(`${root}docs/boards.md`, "utf8");
const sections = new Map(document.split(/^## /m).map((text) => [text.split("\n")[0], text]));

describe("docs/boards.md", () => {
  it.each(boards)("has for %s the pins that it is built with", async (board) => {
    const rows = tableRows(sections.get(board) ?? "");
    expect(Object.fromEntries(rows.map(([path, pin]) => [path, Number(pin)]))).toEqual(
      flattened(await pinsOf(board)),
    );
  });

  it("has the partitions of the flash", () => {
    const partitions = readFileSync(`${root}manifests/partitions.csv`, "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split(",").map((cell) => cell.trim()))
      .map(([name, , , offset, size]) => [name, offset, Number(size)]);
    const rows = tableRows(sections.get("Flash") ?? "").map(([name, from, bytes]) => [
      name,
      from,
      Number(bytes.replaceAll(",", "")),
    ]);
    expect(rows).toEqual(partitions);
  });
});

/** Pin numbers by path, `SPI.radio.clock`; what is no pin is left out. */
function flattened({ SPI = {}, I2C = {}, Digital = {}, Serial }: Pins): Record<string, number> {
  const pins: Record<string, number> = {};
  for (const [chip, { clock, in: input, out, select }] of Object.entries(SPI))
    for (const [name, pin] of Object.entries({ clock, in: input, out, select }))
      pins[`SPI.${chip}.${name}`] = pin;
  for (const [chip, { data, clock }] of Object.entries(I2C))
    for (const [name, pin] of Object.entries({ data, clock })) pins[`I2C.${chip}.${name}`] = pin;
  for (const [name, pin] of Object.entries(Digital)) pins[`Digital.${name}`] = pin;
  for (const [port, { receive, transmit }] of Object.entries(Serial))
    for (const [name, pin] of Object.entries({ receive, transmit })) pins[`Serial.${port}.${name}`] = pin;
  return pins;
}
