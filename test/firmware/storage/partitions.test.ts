import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PARTITIONS_4MB, PARTITIONS_8MB, RecordBytes, Store } from "firmware/storage/partitions";
import { root } from "../../support/tools";

const SECTOR_BYTES = 4096;
/** ESP-IDF places programs at multiples of 64 KB. */
const PROGRAM_BYTES = 0x10000;
const INTERVALS_A_DAY = 96;

describe.each([
  ["partitions.csv", PARTITIONS_4MB, 4, 1.5e6, 45],
  ["partitions-8mb.csv", PARTITIONS_8MB, 8, 1.9e6, 400],
])("%s", (file, map, megabytes, slotBytes, days) => {
  const rows = readFileSync(`${root}manifests/${file}`, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(",").map((cell) => cell.trim()))
    .map(([name = "", type, , offset, size]) => ({ name, type, offset: Number(offset), size: Number(size) }));

  it("agrees with the firmware", () => {
    const platform = ["nvs", "otadata", "phy_init"];
    const places = rows
      .filter(({ name }) => !platform.includes(name))
      .map(({ name, offset, size }) => [name, { offset, size }]);
    expect(Object.fromEntries(places)).toEqual(map);
  });

  it("overlaps nowhere, and ends with the flash", () => {
    let end = 0x9000;
    for (const { type, offset, size } of rows) {
      expect(offset).toBeGreaterThanOrEqual(end);
      expect(offset % (type === "app" ? PROGRAM_BYTES : SECTOR_BYTES)).toBe(0);
      expect(size % SECTOR_BYTES).toBe(0);
      end = offset + size;
    }
    expect(end).toBeLessThanOrEqual(megabytes * 1024 * 1024);
  });

  it("has room", () => {
    const full = (store: keyof typeof Store): number => {
      const slots = SECTOR_BYTES / RecordBytes[store] - 1;
      return (map[store].size / SECTOR_BYTES - 2) * slots;
    };
    expect(map.slotA.size).toBe(map.slotB.size);
    expect(map.slotA.size).toBeGreaterThanOrEqual(slotBytes);
    // A tenth more, for power failures and restarts.
    expect(full("intervals")).toBeGreaterThanOrEqual(1.09 * days * INTERVALS_A_DAY);
    expect(full("events")).toBeGreaterThan(3_700);
    expect(map.registers.size).toBe(128 * 1024);
    expect(map.configuration.size).toBeGreaterThanOrEqual(3 * SECTOR_BYTES);
    expect(map.keys.size).toBeGreaterThanOrEqual(3 * SECTOR_BYTES);
  });
});

it("stores have numbers of their own, of a byte", () => {
  const numbers = Object.values(Store);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.every((number) => number > 0 && number < 256)).toBe(true);
});
