import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { VERSION } from "firmware/app/version";
import { root } from "../../support/tools";

it("the firmware has the package's version", () => {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { version: string };
  expect(VERSION).toBe(version);
});
