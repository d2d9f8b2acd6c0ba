import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Answers } from "firmware/mesh/rpl/answers";

const CAPACITY = 256;

describe("answers that wait", () => {
  it("come in the order of the questions, one a node with the latest number", () => {
    const steps = fc.array(fc.option(fc.tuple(fc.nat(40), fc.nat(255)), { freq: 4 }), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (actions) => {
        const answers = new Answers();
        const model = new Map<number, number>();
        for (const action of actions) {
          if (action !== null) {
            expect(answers.add(...action)).toBe(true);
            // A map keeps the place of a key that is set again.
            model.set(...action);
          } else {
            const [first] = model;
            expect(answers.take()).toBe(first !== undefined);
            if (first === undefined) continue;
            expect([answers.node, answers.sequence]).toEqual(first);
            model.delete(first[0]);
          }
          expect(answers.count).toBe(model.size);
        }
      }),
    );
  });

  it("are for as many as there is room for, and for those again", () => {
    const answers = new Answers();
    for (let node = 0; node < CAPACITY; node++) expect(answers.add(node, 1)).toBe(true);
    expect(answers.add(CAPACITY, 1)).toBe(false);
    expect(answers.add(7, 2)).toBe(true);
    expect(answers.take()).toBe(true);
    expect(answers.add(CAPACITY, 1)).toBe(true);
  });
});
