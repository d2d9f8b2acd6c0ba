import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Children } from "firmware/mesh/rpl/children";

const CAPACITY = 6;
const address = (n: number) => Uint8Array.of(2, 0x57, 0x4d, 0, n & 1, 0, 0, n);

describe("the children of a root", () => {
  it("behave as a map of limited size", () => {
    const node = fc.integer({ min: 0, max: 9 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant("set" as const), node, value: fc.integer({ min: 0, max: 100 }) }),
      fc.record({ kind: fc.constant("delete" as const), node, value: fc.constant(0) }),
      fc.record({ kind: fc.constant("expire" as const), node, value: fc.integer({ min: 0, max: 100 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const children = new Children(CAPACITY);
        const model = new Map<number, number>();
        for (const { kind, node, value } of steps) {
          if (kind === "set") {
            const room = model.has(node) || model.size < CAPACITY;
            expect(children.set(address(node), value)).toBe(room);
            if (room) model.set(node, value);
          } else if (kind === "delete") {
            children.delete(address(node));
            model.delete(node);
          } else {
            children.expire(value);
            for (const [key, expiry] of model) if (expiry <= value) model.delete(key);
          }
          expect(children.count).toBe(model.size);
          for (let n = 0; n < 10; n++) expect(children.has(address(n))).toBe(model.has(n));
        }
      }),
    );
  });

  it("hold five thousand", () => {
    const children = new Children(5000);
    for (let k = 0; k < 5000; k++) {
      const n = (k * 1237) % 5000;
      expect(children.set(Uint8Array.of(0, 0, 0, 0, 0, 0, n >> 8, n), 1)).toBe(true);
    }
    expect(children.count).toBe(5000);
    expect(children.set(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), 1)).toBe(false);
  });
});
