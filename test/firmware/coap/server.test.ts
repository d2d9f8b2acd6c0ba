import { parse } from "coap-packet";
import { describe, expect, it } from "vitest";
import { option, Stock, uint, uri } from "./street";
import { hex, unhex } from "../../support/hex";

describe("a server", () => {
  it("answers a confirmable request in its acknowledgement (RFC 7252, section 5.2.1)", () => {
    const stock = new Stock();
    const answer = stock.send({ messageId: 0x1234, options: uri("small") })!;
    expect(answer).toMatchObject({ ack: true, messageId: 0x1234, code: "2.05" });
    expect(answer.token.toString()).toBe("tok");
    expect(answer.payload.toString()).toBe("a small body");
    expect(option(answer, "Content-Format")).toBe(0);
  });

  it("answers a non-confirmable request with a non-confirmable response (section 5.2.3)", () => {
    const stock = new Stock();
    const answer = stock.send({ confirmable: false, messageId: 7, options: uri("small") })!;
    expect(answer).toMatchObject({ ack: false, confirmable: false, code: "2.05" });
    expect(answer.token.toString()).toBe("tok");
  });

  it("takes tokens of 0 to 8 bytes", () => {
    const stock = new Stock();
    for (let length = 0; length <= 8; length++) {
      const token = Buffer.alloc(length, 0xa0 + length);
      expect(stock.send({ token, options: uri("small") })!.token.equals(token)).toBe(true);
    }
  });

  it.each([
    ["an unknown path", { options: uri("nothing") }, "4.04"],
    ["the start of a path", { options: uri("a") }, "4.04"],
    ["a path that goes on", { options: uri("small/er") }, "4.04"],
    ["a path with a slash at its end", { options: uri("small/") }, "4.04"],
    ["a path with an empty part before it", { options: uri("/small") }, "4.04"],
    [
      "a path of two parts in one option",
      { code: "PUT", options: [{ name: "Uri-Path" as const, value: Buffer.from("a/b") }] },
      "2.01",
    ],
    ["no path", {}, "4.04"],
    ["a path of two parts", { code: "PUT", options: uri("a/b") }, "2.01"],
    ["a method that is not there", { options: uri("a/b") }, "4.05"],
    ["DELETE", { code: "DELETE", options: uri("small") }, "4.05"],
    ["FETCH", { code: "FETCH", options: uri("small") }, "4.05"],
    ["an unknown method", { code: "0.31", options: uri("small") }, "4.05"],
    [
      "an unknown critical option",
      { options: [...uri("small"), { name: 65001, value: Buffer.alloc(2) }] },
      "4.02",
    ],
    [
      "If-Match",
      { options: [{ name: "If-Match" as const, value: Buffer.alloc(2) }, ...uri("small")] },
      "4.02",
    ],
    [
      "an unknown elective option",
      { options: [...uri("small"), { name: 65000, value: Buffer.alloc(2) }] },
      "2.05",
    ],
    ["Observe", { options: [{ name: 6, value: Buffer.alloc(0) }, ...uri("small")] }, "2.05"],
    [
      "Uri-Host and Uri-Port",
      {
        options: [{ name: 3, value: Buffer.from("meter") }, { name: 7, value: uint(5683) }, ...uri("small")],
      },
      "2.05",
    ],
    [
      "two Uri-Ports",
      { options: [{ name: 7, value: uint(1) }, { name: 7, value: uint(1) }, ...uri("small")] },
      "4.02",
    ],
    ["Accept of its format", { options: [...uri("small"), { name: 17, value: uint(0) }] }, "2.05"],
    ["Accept of another format", { options: [...uri("small"), { name: 17, value: uint(60) }] }, "4.06"],
    ["Accept of 3 bytes", { options: [...uri("small"), { name: 17, value: Buffer.alloc(3) }] }, "4.02"],
    ["Proxy-Uri", { options: [{ name: 35, value: Buffer.from("coap://x/") }] }, "5.05"],
    ["Proxy-Scheme", { options: [...uri("small"), { name: 39, value: Buffer.from("coap") }] }, "5.05"],
    ["a query that is no number", { options: uri("inst?n=12x") }, "4.00"],
    ["a query with nothing after it", { options: uri("inst?n=") }, "4.00"],
    ["a query above 2^53", { options: uri("inst?n=9007199254740992") }, "4.00"],
    ["a body that does not fit", { options: uri("inst?n=1025") }, "5.00"],
  ])("answers %s as the RFC says", (_title, packet, code) => {
    const answer = new Stock().send(packet)!;
    expect(answer.code).toBe(code);
    expect(answer.ack).toBe(true);
  });

  it("reads queries by their whole name", () => {
    const stock = new Stock();
    expect(stock.get("inst?nn=5&n=3&n=4").payload.toString()).toBe("AAA");
    expect(stock.get("inst?x=1&n=02").payload.toString()).toBe("BB");
  });

  it("rejects a non-confirmable request with an unknown critical option in silence (section 5.4.1)", () => {
    const stock = new Stock();
    const packet = {
      confirmable: false,
      options: [...uri("small"), { name: 65001 as never, value: Buffer.alloc(0) }],
    };
    expect(stock.send(packet)).toBeUndefined();
    expect(stock.server.counters.criticalOption).toBe(1);
    expect(stock.log.gets).toBe(0);
  });

  it("answers a repeated confirmable request with the same message, and serves it once (section 4.5)", () => {
    const stock = new Stock();
    const request = stock.packet({ code: "PUT", options: uri("small"), payload: Buffer.from("one") });
    const first = stock.raw(request)!;
    expect(parse(Buffer.from(first)).code).toBe("2.04");
    stock.network.run(240);
    expect(hex(stock.raw(request)!)).toBe(hex(first));
    expect(stock.log.puts).toEqual(["one"]);
    expect(stock.server.counters).toMatchObject({ requests: 1, duplicates: 1 });
  });

  it("takes the same id for a new message after EXCHANGE_LIFETIME, and from another peer at once", () => {
    const stock = new Stock();
    const request = stock.packet({ code: "PUT", options: uri("small"), payload: Buffer.from("one") });
    stock.raw(request);
    stock.raw(request, 2);
    expect(stock.log.puts.length).toBe(2);
    stock.network.run(247);
    stock.raw(request);
    expect(stock.log.puts.length).toBe(3);
  });

  it("ignores a repeated non-confirmable request (section 4.5)", () => {
    const stock = new Stock();
    const request = stock.packet({
      confirmable: false,
      code: "PUT",
      options: uri("small"),
      payload: Buffer.from("x"),
    });
    expect(stock.raw(request)).toBeDefined();
    expect(stock.raw(request)).toBeUndefined();
    expect(stock.log.puts).toEqual(["x"]);
  });

  it("remembers as many messages as it has room for, and forgets the oldest", () => {
    const stock = new Stock({ duplicates: 3 });
    const requests = [1, 2, 3, 4].map((n) =>
      stock.packet({ code: "PUT", options: uri("small"), payload: uint(64 + n) }),
    );
    for (const request of requests) stock.raw(request);
    stock.raw(requests[1]);
    expect(stock.log.puts.length).toBe(4);
    stock.raw(requests[0]);
    expect(stock.log.puts.length).toBe(5);
  });

  it("answers a ping with a reset (section 4.3)", () => {
    const stock = new Stock();
    expect(hex(stock.raw(unhex("4000abcd"))!)).toBe("7000abcd");
    expect(stock.server.counters.pings).toBe(1);
  });

  it.each([
    ["a confirmable message with a format error", "40010001 ff", "70000001", "format"],
    ["a non-confirmable message with a format error", "50010001 ff", undefined, "format"],
    ["an acknowledgement with a format error", "60450001 ff", undefined, "format"],
    ["an empty non-confirmable message", "50000001", undefined, "format"],
    ["a reset that is not empty", "70010001", undefined, "format"],
    ["an unknown version", "80010001", undefined, "version"],
    ["half a header", "400100", undefined, "tooShort"],
    ["a confirmable message of a reserved class", "40200001", "70000001", "reservedCode"],
    ["a confirmable message of class 7", "40e10001", "70000001", "reservedCode"],
    ["a non-confirmable message of a reserved class", "50c00001", undefined, "reservedCode"],
    ["a request in an acknowledgement", "60010001 b5 736d616c6c", undefined, "reservedCode"],
    ["a confirmable response to nothing", "42450001 aabb", "70000001", "unmatched"],
    ["a non-confirmable response to nothing", "52450001 aabb", undefined, "unmatched"],
    ["an acknowledgement of nothing", "60000001", undefined, "unmatched"],
    ["a response in an acknowledgement of nothing", "62450001 aabb", undefined, "unmatched"],
    ["a reset of nothing", "70000001", undefined, "unmatched"],
  ])("rejects %s as the RFC says", (_title, bytes, answer, counter) => {
    const stock = new Stock();
    const back = stock.raw(unhex(bytes));
    expect(back && hex(back)).toBe(answer);
    expect(stock.server.counters).toMatchObject({ received: 1, requests: 0, [counter]: 1 });
    expect(stock.log).toEqual({ puts: [], gets: 0 });
  });

  it("takes requests with each byte changed, cut and grown without harm, and counts what it does not use", () => {
    const stock = new Stock();
    const good = stock.packet({
      code: "PUT",
      options: [
        ...uri("small?since=5"),
        { name: "Content-Format", value: uint(60) },
        { name: 27 as never, value: uint(0) },
      ],
      payload: Buffer.from("body"),
    });
    let sent = 0;
    const send = (bytes: Uint8Array): void => {
      stock.raw(bytes);
      sent++;
    };
    for (let at = 0; at < good.length; at++) {
      for (let bit = 0; bit < 8; bit++) send(good.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte)));
      for (const value of [0, 0xff]) send(good.map((byte, i) => (i === at ? value : byte)));
      send(good.slice(0, at));
      send(new Uint8Array([...good.slice(0, at), 0xff, ...good.slice(at)]));
    }
    const c = stock.server.counters;
    const dropped = c.tooShort + c.version + c.format + c.reservedCode + c.unmatched;
    expect(c.received).toBe(sent);
    expect(dropped).toBeGreaterThan(sent / 10);
    // Each is dropped by cause, answered, a ping, a repetition, or rejected for its option without an answer.
    const silent = c.received - dropped - c.requests - c.duplicates - c.pings;
    expect(silent).toBeGreaterThanOrEqual(0);
    expect(silent).toBeLessThanOrEqual(c.criticalOption);
    // It is as it was: the next request is served as the first would have been.
    stock.log.puts.length = 0;
    expect(stock.send({ code: "PUT", options: uri("small"), payload: Buffer.from("after") })!.code).toBe(
      "2.04",
    );
    expect(stock.log.puts).toEqual(["after"]);
  });
});
