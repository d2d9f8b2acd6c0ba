import { type Packet } from "coap-packet";
import { Failure } from "firmware/coap/exchange";
import { Code } from "firmware/coap/resource";
import { describe, expect, it } from "vitest";
import { Script } from "./script";
import { block, blockOf, largeBody, option, uint } from "./street";

describe("a client and blocks (RFC 7959)", () => {
  /** Serves `text` in blocks of `size`, with an ETag that a test may change on the way. */
  const serve = (script: Script, text: string, size: number, etag: (number: number) => number = () => 1) => {
    script.reply = (request) => {
      const asked = option(request, "Block2") ?? 0;
      const number = asked >> 4;
      const at = number * size;
      const more = at + size < text.length ? 1 : 0;
      return script.piggyback(request, {
        options: [{ name: "ETag", value: uint(etag(number)) }, block("Block2", number, more, size)],
        payload: Buffer.from(text.slice(at, at + size)),
      });
    };
  };

  it.each([16, 64, 128, 512, 1024])("puts an answer in blocks of %i together", (size) => {
    const script = new Script();
    const text = largeBody(1000);
    serve(script, text, size);
    script.request();
    script.network.run(10);
    expect(script.outcomes).toMatchObject([{ failure: Failure.none, body: text }]);
    const count = Math.ceil(1000 / size);
    const flow = script.requests.slice(1).map((request) => blockOf(request, "Block2"));
    expect(flow).toEqual(Array.from({ length: count - 1 }, (_, i) => `${i + 1}/0/${size}`));
  });

  it("does not send its body again with the requests for the answer's blocks (section 3.3, figure 10)", () => {
    const script = new Script();
    serve(script, largeBody(300), 128);
    script.request({ code: Code.post, body: Buffer.from("once"), contentFormat: 0 });
    script.network.run(10);
    expect(script.requests.map((request) => request.payload.toString())).toEqual(["once", "", ""]);
    expect(script.requests.map((request) => option(request, "Content-Format"))).toEqual([
      0,
      undefined,
      undefined,
    ]);
    expect(script.outcomes).toMatchObject([{ failure: Failure.none, body: largeBody(300) }]);
  });

  it("does not mix two versions of a body", () => {
    const script = new Script();
    serve(script, largeBody(400), 128, (number) => (number < 2 ? 1 : 2));
    script.request();
    script.network.run(10);
    expect(script.outcomes).toMatchObject([{ failure: Failure.block }]);
  });

  it("does not take a whole body for the rest of one that it has begun", () => {
    for (const options of [[], [block("Block2", 0, 0, 16)]]) {
      const script = new Script();
      serve(script, largeBody(400), 128);
      const begun = script.reply;
      script.reply = (request) =>
        script.requests.length < 2
          ? begun(request)
          : script.piggyback(request, { options, payload: Buffer.from("new") });
      script.request();
      script.network.run(10);
      expect(script.outcomes).toMatchObject([{ failure: Failure.block }]);
    }
  });

  it("refuses a body larger than its room, and blocks out of order or of a wrong size", () => {
    const large = new Script();
    serve(large, largeBody(1025), 256);
    large.request();
    large.network.run(10);
    expect(large.outcomes).toMatchObject([{ failure: Failure.tooLarge }]);
    for (const answer of [block("Block2", 1, 1, 16), block("Block2", 0, 1, 32)]) {
      const script = new Script();
      script.reply = (request) => script.piggyback(request, { options: [answer], payload: Buffer.alloc(16) });
      script.request();
      script.network.run(10);
      expect(script.outcomes).toMatchObject([{ failure: Failure.block }]);
    }
  });

  it("sends a large body in blocks, smaller ones where they are asked for (section 3.2, figures 7 and 9)", () => {
    for (const [size, flow] of [
      [128, ["0/1/128", "1/1/128", "2/0/128"]],
      [32, ["0/1/128", "4/1/32", "5/1/32", "6/1/32", "7/1/32", "8/1/32", "9/0/32"]],
    ] as const) {
      const script = new Script();
      const body = Buffer.from(largeBody(300));
      script.reply = (request) => {
        const asked = option(request, "Block1")!;
        const more = (asked >> 3) & 1;
        const code = more ? "2.31" : "2.04";
        return script.piggyback(request, {
          code,
          options: [block("Block1", asked >> 4, more as 0 | 1, size)],
        });
      };
      script.request({ code: Code.put, body, contentFormat: 60 });
      script.network.run(10);
      expect(script.requests.map((request) => blockOf(request, "Block1"))).toEqual(flow);
      expect(Buffer.concat(script.requests.map((request) => request.payload)).equals(body)).toBe(true);
      expect(script.requests.map((request) => option(request, "Content-Format"))).toEqual(flow.map(() => 60));
      expect(option(script.requests[0], "Size1")).toBe(300);
      expect(script.outcomes).toMatchObject([{ failure: Failure.none, code: Code.changed }]);
    }
  });

  it("stops sending blocks when the peer refuses one, or asks for what cannot be", () => {
    for (const [packet, outcome] of [
      [{ code: "4.13" }, { failure: Failure.none, code: Code.requestEntityTooLarge }],
      [{ code: "2.31" }, { failure: Failure.block }],
      [{ code: "2.31", options: [block("Block1", 3, 1, 128)] }, { failure: Failure.block }],
    ] as const) {
      const script = new Script();
      script.reply = (request) => script.piggyback(request, packet as Packet);
      script.request({ code: Code.put, body: new Uint8Array(300) });
      script.network.run(10);
      expect(script.requests.length).toBe(1);
      expect(script.outcomes).toMatchObject([outcome]);
    }
  });
});
