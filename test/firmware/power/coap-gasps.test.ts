import { parse } from "coap-packet";
import { describe, expect, it } from "vitest";
import { GaspsToHeadEnd, GaspsToParent } from "firmware/power/coap-gasps";
import { Network } from "../coap/network";
import { Script } from "../coap/script";

const BODY = Uint8Array.of(1, 2, 3, 0xff);

describe("last gasps by CoAP", () => {
  it("go to any router without an answer, and are on their way where the link takes them", () => {
    const network = new Network(1);
    const sender = new GaspsToParent();
    const outcomes: boolean[] = [];
    network.socket();
    sender.coap = network.endpoint();
    expect(sender.send(BODY, 3, (taken) => outcomes.push(taken))).toBe(true);
    network.run(300);
    expect(outcomes).toEqual([true]);
    expect(network.sent).toHaveLength(1);
    const { code, confirmable, payload, options } = parse(Buffer.from(network.sent[0].bytes));
    expect([code, confirmable, [...payload]]).toEqual(["0.02", false, [1, 2, 3]]);
    expect(options.map(({ name }) => name)).toEqual(["Uri-Path", "Content-Format", "No-Response"]);
  });

  it("are not begun where the link does not take them", () => {
    const sender = new GaspsToParent();
    sender.coap = new Network(1).endpoint({ socket: { onDatagram: () => {}, send: () => false } });
    expect(sender.send(BODY, 3, () => expect.unreachable())).toBe(false);
  });

  it.each([
    ["2.04", true],
    ["4.00", false],
  ])("go from a collector to the head end, and are taken where it answers so: %s", (code, isTaken) => {
    const script = new Script({ exchanges: 1 });
    script.reply = (request) => script.piggyback(request, { code });
    const sender = new GaspsToHeadEnd(new Uint8Array(16));
    sender.coap = script.client;
    const outcomes: boolean[] = [];
    expect(sender.send(BODY, 3, (taken) => outcomes.push(taken))).toBe(true);
    expect(sender.send(BODY, 3, () => {})).toBe(false);
    script.network.run(10);
    expect(outcomes).toEqual([isTaken]);
    expect(script.requests).toHaveLength(1);
    expect(script.requests[0]).toMatchObject({ confirmable: true, code: "0.02" });
  });
});
