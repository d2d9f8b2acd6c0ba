import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ConfigurationCode, configurationSlug } from "firmware/configuration/code";
import { BILLING_BYTES } from "firmware/registers/billing";
import { SELF_READ_BYTES, SELF_READS_KEPT } from "firmware/registers/self-read";
import { TIER_REGISTERS_BYTES } from "firmware/registers/tariff";
import { root } from "../support/tools";
import { tableRows } from "./tables";

const text = readFileSync(`${root}docs/demand-and-tariff.md`, "utf8");

it("docs/demand-and-tariff.md has every code that refuses a configuration", () => {
  const codes = Object.values(ConfigurationCode).filter((code) => code !== ConfigurationCode.ok);
  const rows = tableRows(text).filter(([code]) => Number(code) > 0);
  expect(rows.map(([code, slug]) => [code, slug])).toEqual(
    codes.map((code) => [`${code}`, configurationSlug(code)]),
  );
});

it("docs/demand-and-tariff.md has the sizes of what is kept", () => {
  expect(text).toContain(`Tiers, ${TIER_REGISTERS_BYTES} bytes`);
  expect(text).toContain(`Billing, ${BILLING_BYTES} bytes`);
  expect(text).toContain(`A self-read, ${SELF_READ_BYTES} bytes`);
  expect(text).toContain(`the last ${SELF_READS_KEPT} are kept`);
});
