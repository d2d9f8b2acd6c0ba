import { describe, expect, it } from "vitest";
import { Code } from "firmware/coap/resource";
import { peerOf } from "./network";
import { Script } from "./script";
import { Stock, uri } from "./street";

const NO_RESPONSE = 258;

function asked(path: string, unwanted: number, confirmable = false) {
  const options = [...uri(path), { name: NO_RESPONSE, value: Buffer.of(unwanted) }];
  return new Stock().send({ confirmable, messageId: 7, options });
}

describe("a request that wants no response (RFC 7967)", () => {
  it("gets none of the classes that it names", () => {
    expect(asked("small", 2)).toBeUndefined();
    expect(asked("small", 26)).toBeUndefined();
    expect(asked("nothing", 8)).toBeUndefined();
  });

  it("gets those of the others", () => {
    expect(asked("small", 0)!.code).toBe("2.05");
    expect(asked("small", 24)!.code).toBe("2.05");
    expect(asked("nothing", 2)!.code).toBe("4.04");
  });

  it("is acknowledged all the same where it is confirmable", () => {
    expect(asked("small", 26, true)).toMatchObject({ ack: true, messageId: 7 });
  });

  it("leaves once, not confirmable, and nothing waits for an answer", () => {
    const script = new Script();
    const body = new TextEncoder().encode("gone");
    script.client.sendOnce({ peer: peerOf(0), code: Code.post, path: "a/b", body, contentFormat: 60 });
    script.network.world.runUntil(300e6);
    expect(script.requests).toHaveLength(1);
    const [request] = script.requests;
    expect(request).toMatchObject({ confirmable: false, ack: false, code: "0.02" });
    expect(request.payload.toString()).toBe("gone");
    expect(request.options.map(({ name, value }) => [name, Buffer.from(value).toString("hex")])).toEqual([
      ["Uri-Path", "61"],
      ["Uri-Path", "62"],
      ["Content-Format", "3c"],
      ["No-Response", "1a"],
    ]);
    const group = peerOf(0);
    group.address[0] = 0xff;
    script.client.sendOnce({ peer: group, code: Code.post, path: "a" });
    script.network.world.runUntil(301e6);
    // A group does not answer anyway (RFC 7252, section 8).
    expect(script.requests[1].options.map(({ name }) => name)).toEqual(["Uri-Path"]);
  });
});
