import { expect, it } from "vitest";
import { lineAir } from "../support/edges";
import { startInNode, startInXs } from "./hal/start";
import * as meter from "./programs/meter";
import { ServedStreet } from "./street";
import { describeXs } from "./suite";
import { firstDifference } from "./transcript";

const HOUR_US = 3600e6;
/** The meter closes its interval by its own clock, 12 ppm off; and each phase has a count that is not full. */
const TOLERANCE_MWH = 10;

describeXs("a whole meter in XS", () => {
  it("makes the same calls to its HAL as in Node, and is read by the head end", () => {
    const inNode = new ServedStreet();
    const expected = startInNode(meter, inNode.hal);
    const nodeRead = inNode.readAt(HOUR_US);

    const inXs = new ServedStreet();
    const { transcript, machine } = startInXs("test/xs/programs/meter.ts", inXs.hal);
    const xsRead = inXs.readAt(HOUR_US);
    machine.close();

    expect(firstDifference(transcript.toString(), expected.toString())).toBeUndefined();
    expect(xsRead).toEqual(nodeRead);
    // Four, and the one that the installation fell into.
    expect(xsRead.intervals).toBe(5);
    expect(xsRead.delivered_mWh).toBeGreaterThan(0);
    expect(Math.abs(xsRead.delivered_mWh - xsRead.true_mWh)).toBeLessThan(TOLERANCE_MWH);
    expect(xsRead.console).toContain("1.8.0");
    expect(xsRead.console).toMatch(/trace\r\n1 2001:db8::57:4dc0:0:1 \d+ ms\r\nOK/);
  });

  it("passes on the packets of a meter behind it, by the same calls to its HAL as in Node", () => {
    const far = 1;
    const inNode = new ServedStreet(far, undefined, lineAir(3));
    const expected = startInNode(meter, inNode.hal);
    inNode.readAt(HOUR_US);

    const inXs = new ServedStreet(far, undefined, lineAir(3));
    const { transcript, machine } = startInXs("test/xs/programs/meter.ts", inXs.hal);
    inXs.readAt(HOUR_US);
    machine.close();

    expect(firstDifference(transcript.toString(), expected.toString())).toBeUndefined();
    for (const { headEnd } of [inNode, inXs])
      expect(headEnd.store.meters.map(({ intervals }) => intervals.size)).toEqual([5, 5]);
  });
});
