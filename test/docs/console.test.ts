import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Result, slugOf } from "firmware/console/command";
import { Street } from "../../host-sim/street";
import { root } from "../support/tools";
import { streetOptions } from "../support/street";
import { tableRows } from "./tables";

const rows = tableRows(readFileSync(`${root}docs/console.md`, "utf8"));

it("docs/console.md has every command of a meter", () => {
  const { meters } = new Street(streetOptions({ meters: 1, depth: "model" }));
  let text = "";
  meters[0].serial.connect((bytes) => (text += Buffer.from(bytes).toString("latin1")));
  meters[0].serial.type(Buffer.from("help\r"));
  const commands = text.split("\r\n").slice(2, -2);
  expect(commands.length).toBeGreaterThan(10);
  const told = rows.map(([commands]) => commands).join();
  for (const command of commands)
    expect(told).toContain(`\`${/^[a-z ]*[a-z]/.exec(command.slice(0, 24))![0]}`);
});

it("docs/console.md has every code", () => {
  const told = rows.filter(([code]) => /^\d+$/.test(code)).map(([code, slug]) => [Number(code), slug]);
  const codes = Object.values(Result).filter((code) => code !== Result.ok);
  expect(told).toEqual(codes.map((code) => [code, slugOf(code)]));
});
