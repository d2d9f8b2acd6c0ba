import { type Packet } from "coap-packet";
import { MAX_URI_BYTES, NO_CALL } from "firmware/coap/client";
import { Failure } from "firmware/coap/exchange";
import { Code } from "firmware/coap/resource";
import { describe, expect, it } from "vitest";
import { peerOf } from "./network";
import { Script } from "./script";
import { block, option, uint } from "./street";

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
    const asked = script.requests[0];
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
      const waits = script.times_s.slice(1).map((time, i) => time - script.times_s[i]);
      expect(waits.length).toBe(4);
      expect(waits[0]).toBeGreaterThanOrEqual(1.999);
      expect(waits[0]).toBeLessThanOrEqual(3.001);
      for (let i = 1; i < 4; i++) expect(waits[i] / waits[i - 1]).toBeCloseTo(2, 2);
      expect(new Set(script.requests.map((request) => request.messageId)).size).toBe(1);
      expect(script.outcomes.length).toBe(1);
      expect(script.outcomes[0].failure).toBe(Failure.timeout);
      expect(script.outcomes[0].at_s).toBeCloseTo(script.times_s[0] + waits[0] * 31, 1);
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
    const asked = script.requests[0];
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

  it("gives every request a token and a message id of its own (sections 4.4 and 5.3.1)", () => {
    const script = new Script();
    script.reply = (request) => script.piggyback(request, {});
    for (let i = 0; i < 300; i++) {
      script.request();
      script.network.run(0.1);
    }
    expect(new Set(script.requests.map((request) => request.token.toString("hex"))).size).toBe(300);
    expect(new Set(script.requests.map((request) => request.messageId)).size).toBe(300);
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
    const paths = () => script.requests.map((request) => String(request.options[0].value));
    expect(paths()).toEqual(["a"]);
    expect(script.network.sent.map((datagram) => datagram.to)).toEqual([0, 3]);
    script.reply = (request) => script.piggyback(request, {});
    script.send(script.piggyback(script.requests[0], {}));
    script.network.run(1);
    expect(paths()).toEqual(["a", "b", "d"]);
    expect(script.outcomes.length).toBe(3);
  });

  it("gives the turn to the peer that is free, whatever else has waited longer", () => {
    const script = new Script();
    script.request({ path: "a", peer: peerOf(3) });
    script.request({ path: "b" });
    script.request({ path: "c", peer: peerOf(3) });
    script.request({ path: "d" });
    script.network.run(0.5);
    script.reply = (request) => script.piggyback(request, {});
    script.send(script.piggyback(script.requests[0], {}));
    script.network.run(1);
    expect(script.requests.map((request) => String(request.options[0].value))).toEqual(["b", "d"]);
  });

  it("takes an acknowledgement whose id the peer has used for a message of its own (section 4.4)", () => {
    const script = new Script();
    script.reply = (request) => script.piggyback(request, {});
    script.request();
    script.network.run(1);
    const id = (script.requests[0].messageId + 1) & 0xffff;
    script.reply = () => undefined;
    script.send({ confirmable: true, code: "0.01", messageId: id });
    script.network.run(1);
    script.reply = (request) => script.piggyback(request, { payload: Buffer.from("mine") });
    script.request();
    script.network.run(1);
    expect(script.requests.at(-1)!.messageId).toBe(id);
    expect(script.outcomes[1]).toMatchObject({ failure: Failure.none, body: "mine" });
  });

  it("lets the next request go when one is acknowledged, given up or cancelled", () => {
    const script = new Script();
    script.request({ path: "a" });
    const second = script.request({ path: "b" });
    script.request({ path: "c" });
    script.network.run(1);
    script.send({ ack: true, messageId: script.requests[0].messageId });
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
    script.send(script.piggyback(script.requests[0], {}));
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
      script.piggyback(request, { payload: Buffer.from(String(request.options[0].value)) });
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
            value: request.options.find((o) => o.name === "Block1")!.value,
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
    expect(script.requests[7].payload.length).toBe(128);
  });
});
