import { generate, parse, type Packet, type ParsedPacket } from "coap-packet";
import { MAX_URI_BYTES, NO_CALL } from "firmware/coap/client";
import { type CoapEndpoint, type CoapOptions } from "firmware/coap/endpoint";
import { type Answer, type Call, Failure } from "firmware/coap/exchange";
import { Code } from "firmware/coap/resource";
import { describe, expect, it } from "vitest";
import { Network, peerOf } from "./network";
import { block, blockOf, largeBody, option, uint } from "./street";

interface Outcome {
  failure: number;
  code: number;
  contentFormat: number;
  body: string;
  at_s: number;
}

/** A client under test, and a server that is coap-packet: it answers what the test says. */
class Script {
  readonly network = new Network(1);
  readonly client: CoapEndpoint;
  readonly requests: ParsedPacket[] = [];
  readonly times_s: number[] = [];
  readonly outcomes: Outcome[] = [];
  /** Called with each request; answers with what to send back. */
  reply: (request: ParsedPacket) => Packet | undefined = () => undefined;

  constructor(options: Partial<CoapOptions> = {}) {
    const { network } = this;
    network.socket().onDatagram = (_peer, buffer, offset, length) => {
      const request = parse(Buffer.from(buffer.slice(offset, offset + length)));
      this.requests.push(request);
      this.times_s.push(network.world.now_us / 1e6);
      const packet = this.reply(request);
      if (packet !== undefined) this.send(packet);
    };
    this.client = network.endpoint(options);
  }

  send(packet: Packet, from = 0): void {
    const bytes = new Uint8Array(
      generate({ code: "0.00", token: Buffer.alloc(0), confirmable: false, ...packet }),
    );
    this.network.world.in(1000, () => this.network.deliver(from, 1, bytes));
  }

  /** The usual answer, in the acknowledgement. */
  piggyback(request: ParsedPacket, packet: Packet): Packet {
    return { ack: true, messageId: request.messageId, token: request.token, code: "2.05", ...packet };
  }

  request(call: Partial<Call> = {}): number {
    return this.client.request({ peer: peerOf(0), code: Code.get, path: "reg", ...call }, (answer) =>
      this.note(answer),
    );
  }

  note(answer: Answer): void {
    this.outcomes.push({
      failure: answer.failure,
      code: answer.code,
      contentFormat: answer.contentFormat,
      body: Buffer.from(answer.body.slice(answer.bodyOffset, answer.bodyOffset + answer.bodyLength)).toString(
        "latin1",
      ),
      at_s: this.network.world.now_us / 1e6,
    });
  }
}

describe("a client", () => {
  it("asks for a path with queries and hands over the answer", () => {
    const script = new Script();
    script.reply = (request) =>
      script.piggyback(request, {
        payload: Buffer.from("hello"),
        options: [{ name: "Content-Format", value: uint(60) }],
      });
    expect(script.request({ path: ".well-known/core", query: "rt=x&n=2", accept: 40 })).not.toBe(NO_CALL);
    script.network.run(1);
    const asked = script.requests[0]!;
    expect(asked).toMatchObject({ code: "0.01", confirmable: true });
    expect(asked.options.map(({ name, value }) => `${name} ${String(value)}`).slice(0, 4)).toEqual([
      "Uri-Path .well-known",
      "Uri-Path core",
      "Uri-Query rt=x",
      "Uri-Query n=2",
    ]);
    expect(option(asked, "Accept")).toBe(40);
    expect(script.outcomes).toMatchObject([
      { failure: Failure.none, code: Code.content, contentFormat: 60, body: "hello" },
    ]);
    script.network.run(200);
    expect(script.requests.length).toBe(1);
  });

  it("hands over errors as answers", () => {
    const script = new Script();
    script.reply = (request) => script.piggyback(request, { code: "4.04", payload: Buffer.from("no") });
    script.request();
    script.network.run(1);
    expect(script.outcomes).toMatchObject([
      { failure: Failure.none, code: Code.notFound, contentFormat: -1, body: "no" },
    ]);
  });

  it("retransmits at growing intervals and gives up (RFC 7252, sections 4.2 and 4.8)", () => {
    for (let seed = 0; seed < 5; seed++) {
      const script = new Script();
      for (let i = 0; i < seed; i++) script.network.run(0.001);
      script.request();
      script.network.run(100);
      const waits = script.times_s.slice(1).map((time, i) => time - script.times_s[i]!);
      expect(waits.length).toBe(4);
      expect(waits[0]).toBeGreaterThanOrEqual(1.999);
      expect(waits[0]).toBeLessThanOrEqual(3.001);
      for (let i = 1; i < 4; i++) expect(waits[i]! / waits[i - 1]!).toBeCloseTo(2, 2);
      expect(new Set(script.requests.map((request) => request.messageId)).size).toBe(1);
      expect(script.outcomes.length).toBe(1);
      expect(script.outcomes[0]!.failure).toBe(Failure.timeout);
      expect(script.outcomes[0]!.at_s).toBeCloseTo(script.times_s[0]! + waits[0]! * 31, 1);
      expect(script.client.counters).toMatchObject({ requestsSent: 1, retransmissions: 4, failures: 1 });
    }
  });

  it("takes other transmission parameters", () => {
    const script = new Script({ ackTimeout_ms: 10_000, maxRetransmit: 1 });
    script.request();
    script.network.run(46);
    expect(script.requests.length).toBe(2);
    expect(script.outcomes).toMatchObject([{ failure: Failure.timeout }]);
  });

  it("acknowledges a separate response, again when it is repeated (sections 5.2.2 and 4.5)", () => {
    const script = new Script();
    script.reply = (request) => ({ ack: true, messageId: request.messageId });
    script.request();
    script.network.run(20);
    expect(script.requests.length).toBe(1);
    const asked = script.requests[0]!;
    const response: Packet = {
      confirmable: true,
      messageId: 77,
      token: asked.token,
      code: "2.05",
      payload: Buffer.from("late"),
    };
    script.reply = () => undefined;
    script.send(response);
    script.network.run(1);
    script.send(response);
    script.network.run(1);
    expect(script.requests.slice(1)).toMatchObject([
      { ack: true, code: "0.00", messageId: 77 },
      { ack: true, code: "0.00", messageId: 77 },
    ]);
    expect(script.outcomes).toMatchObject([{ failure: Failure.none, body: "late" }]);
    // To anybody else's response it says that it knows nothing of it.
    script.send({ ...response, messageId: 78 });
    script.network.run(1);
    expect(script.requests[3]).toMatchObject({ reset: true, messageId: 78 });
  });

  it("takes a non-confirmable response, and one whose acknowledgement was lost", () => {
    const script = new Script();
    script.reply = (request) => ({
      messageId: 5,
      token: request.token,
      code: "2.05",
      payload: Buffer.from("non"),
    });
    script.request();
    script.network.run(10);
    expect(script.requests.length).toBe(1);
    expect(script.outcomes).toMatchObject([{ failure: Failure.none, body: "non" }]);
  });

  it("stops waiting for a response that was acknowledged and does not come", () => {
    const script = new Script();
    script.reply = (request) => ({ ack: true, messageId: request.messageId });
    script.request();
    script.network.run(92);
    expect(script.outcomes).toEqual([]);
    script.network.run(2);
    expect(script.outcomes).toMatchObject([{ failure: Failure.noResponse }]);
  });

  it("ends at a reset", () => {
    const script = new Script();
    script.reply = (request) => ({ reset: true, messageId: request.messageId });
    script.request();
    script.network.run(100);
    expect(script.requests.length).toBe(1);
    expect(script.outcomes).toMatchObject([{ failure: Failure.reset }]);
  });

  it.each([
    ["another token", { token: Buffer.from("else") }, 0],
    ["another message id", { messageId: 1 }, 0],
    ["another peer", {}, 2],
    ["an unknown critical option", { options: [{ name: 65001 as never, value: Buffer.alloc(0) }] }, 0],
    ["a critical option twice", { options: [block("Block2", 0, 0, 16), block("Block2", 0, 0, 16)] }, 0],
  ])("does not take a response with %s", (_title, packet, from) => {
    const script = new Script();
    script.reply = (request) => {
      script.send(script.piggyback(request, packet), from);
      return undefined;
    };
    script.request();
    script.network.run(1);
    expect(script.outcomes).toEqual([]);
    expect(script.client.counters.unmatched + script.client.counters.criticalOption).toBe(1);
  });

  it("resets a confirmable response with an unknown critical option (section 5.4.1)", () => {
    const script = new Script();
    script.reply = (request) => {
      if (request.code !== "0.01") return undefined;
      const options = [{ name: 65001 as never, value: Buffer.alloc(0) }];
      return { confirmable: true, messageId: 9, token: request.token, code: "2.05", options };
    };
    script.request();
    script.network.run(1);
    expect(script.requests[1]).toMatchObject({ reset: true, messageId: 9 });
  });

  it("has one request at a time with a peer (NSTART, section 4.7), in their order, and others beside", () => {
    const script = new Script();
    script.request({ path: "a" });
    script.request({ path: "b" });
    script.request({ path: "c", peer: peerOf(3) });
    script.request({ path: "d" });
    expect(script.request({ path: "e" })).toBe(NO_CALL);
    script.network.run(1);
    const paths = () => script.requests.map((request) => String(request.options[0]!.value));
    expect(paths()).toEqual(["a"]);
    expect(script.network.sent.map((datagram) => datagram.to)).toEqual([0, 3]);
    script.reply = (request) => script.piggyback(request, {});
    script.send(script.piggyback(script.requests[0]!, {}));
    script.network.run(1);
    expect(paths()).toEqual(["a", "b", "d"]);
    expect(script.outcomes.length).toBe(3);
  });

  it("lets the next request go when one is acknowledged, given up or cancelled", () => {
    const script = new Script();
    script.request({ path: "a" });
    const second = script.request({ path: "b" });
    script.request({ path: "c" });
    script.network.run(1);
    script.send({ ack: true, messageId: script.requests[0]!.messageId });
    script.network.run(1);
    expect(script.requests.length).toBe(2);
    script.client.cancel(second);
    script.network.run(1);
    expect(script.requests.length).toBe(3);
    script.network.run(200);
    expect(script.outcomes.map((outcome) => outcome.failure)).toEqual([Failure.timeout, Failure.noResponse]);
  });

  it("forgets a cancelled request, and a cancellation that comes too late", () => {
    const script = new Script();
    const first = script.request();
    script.network.run(1);
    script.client.cancel(first);
    script.send(script.piggyback(script.requests[0]!, {}));
    script.network.run(10);
    expect(script.outcomes).toEqual([]);
    expect(script.requests.length).toBe(1);
    script.request();
    script.client.cancel(first);
    script.network.run(10);
    expect(script.requests.length).toBeGreaterThan(1);
  });

  it("can ask again from its handler", () => {
    const script = new Script({ exchanges: 1 });
    script.reply = (request) =>
      script.piggyback(request, { payload: Buffer.from(String(request.options[0]!.value)) });
    script.client.request({ peer: peerOf(0), code: Code.get, path: "one" }, (answer) => {
      script.note(answer);
      expect(script.request({ path: "two" })).not.toBe(NO_CALL);
    });
    script.network.run(1);
    expect(script.outcomes.map((outcome) => outcome.body)).toEqual(["one", "two"]);
  });

  it("does not take a path and query that would not fit", () => {
    const script = new Script();
    expect(script.request({ path: "x".repeat(MAX_URI_BYTES + 1) })).toBe(NO_CALL);
    const body = new Uint8Array(1024);
    const path = `${"x".repeat(13)}/${"y".repeat(13)}`;
    script.reply = (request) =>
      script.piggyback(request, {
        code: "2.31",
        options: [
          {
            name: 27 as never,
            value: request.options.find((o) => o.name === "Block1")!.value as unknown as Buffer,
          },
        ],
      });
    script.request({
      path,
      query: "z".repeat(MAX_URI_BYTES - path.length),
      code: Code.put,
      body,
      contentFormat: 65535,
      accept: 65535,
    });
    script.network.run(1);
    expect(script.requests.length).toBe(8);
    expect(script.requests[7]!.payload.length).toBe(128);
  });
});

describe("a client and blocks (RFC 7959)", () => {
  /** Serves `text` in blocks of `size`, with an ETag that a test may change on the way. */
  const serve = (script: Script, text: string, size: number, etag = (_number: number) => 1) => {
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
      expect(option(script.requests[0]!, "Size1")).toBe(300);
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
