import { describe, expect, it } from "vitest";
import { Duplicates } from "firmware/mesh/mac/duplicates";

const sender = (n: number) => Uint8Array.of(2, 0, 0, 0, 0, 0, n, 1);

describe("the memory for duplicates", () => {
  it("tells a repeated number from a new one, for each sender", () => {
    const duplicates = new Duplicates();
    expect(duplicates.seen(sender(1), 5, 0)).toBe(false);
    expect(duplicates.seen(sender(2), 5, 1)).toBe(false);
    expect(duplicates.seen(sender(1), 5, 2)).toBe(true);
    expect(duplicates.seen(sender(1), 6, 3)).toBe(false);
    expect(duplicates.seen(sender(1), 6, 4)).toBe(true);
  });

  it("takes a number for a new one after 20 s", () => {
    const duplicates = new Duplicates();
    duplicates.seen(sender(1), 5, 0);
    expect(duplicates.seen(sender(1), 5, 20_000)).toBe(true);
    expect(duplicates.seen(sender(1), 5, 40_001)).toBe(false);
  });

  it("forgets the sender heard longest ago when there are too many", () => {
    const duplicates = new Duplicates();
    for (let n = 0; n < 16; n++) duplicates.seen(sender(n), 5, n);
    duplicates.seen(sender(0), 6, 16);
    duplicates.seen(sender(99), 5, 17);
    for (let n = 2; n < 16; n++) expect(duplicates.seen(sender(n), 5, 18)).toBe(true);
    expect(duplicates.seen(sender(0), 6, 19)).toBe(true);
    expect(duplicates.seen(sender(99), 5, 19)).toBe(true);
    expect(duplicates.seen(sender(1), 5, 20)).toBe(false);
  });
});
