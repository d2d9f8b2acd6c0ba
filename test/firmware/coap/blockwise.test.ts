import { parse, type NamedOption } from "coap-packet";
import { describe, expect, it } from "vitest";
import { block, blockOf, largeBody, option, readAll, Stock, uint, uri } from "./street";
import { hex } from "../../support/hex";

function put(
  stock: Stock,
  number: number,
  more: 0 | 1,
  size: number,
  text: string,
  options: NamedOption[] = [],
) {
  return stock.send({
    code: "PUT",
    options: [...uri("small"), block("Block1", number, more, size), ...options],
    payload: Buffer.from(text),
  })!;
}

describe("a server that answers in blocks (RFC 7959, section 3.1)", () => {
  it("sends blocks of its size to a client that does not ask (figure 2)", () => {
    const { body, flow, etags } = readAll(new Stock(), "inst?n=340", 128);
    expect(flow).toEqual(["0/1/128", "1/1/128", "2/0/128"]);
    expect(body).toBe("A".repeat(340));
    expect(etags[0]).toBeDefined();
    expect(new Set(etags).size).toBe(1);
  });

  it("sends smaller blocks where they are asked for at first (figure 3)", () => {
    const { body, flow } = readAll(new Stock(), "inst?n=340", 64, [block("Block2", 0, 0, 64)]);
    expect(flow).toEqual(["0/1/64", "1/1/64", "2/1/64", "3/1/64", "4/1/64", "5/0/64"]);
    expect(body).toBe("A".repeat(340));
  });

  it("goes on with smaller blocks where they are asked for later (figure 4)", () => {
    const { body, flow } = readAll(new Stock(), "inst?n=340", 64);
    expect(flow).toEqual(["0/1/128", "2/1/64", "3/1/64", "4/1/64", "5/0/64"]);
    expect(body).toBe("A".repeat(340));
  });

  it("scales the number of a block that is larger than its own", () => {
    const stock = new Stock();
    expect(blockOf(stock.get("large", [block("Block2", 0, 0, 1024)]), "Block2")).toBe("0/1/128");
    const answer = stock.get("large", [block("Block2", 1, 0, 256)]);
    expect(blockOf(answer, "Block2")).toBe("2/1/128");
    expect(answer.payload.toString()).toBe(largeBody(700).slice(256, 384));
  });

  it("sends up to its limit in one message, and tells so to who asked for blocks", () => {
    const stock = new Stock();
    expect(blockOf(stock.get("inst?n=192"), "Block2")).toBeUndefined();
    expect(stock.get("inst?n=192").payload.length).toBe(192);
    expect(blockOf(stock.get("inst?n=193"), "Block2")).toBe("0/1/128");
    expect(blockOf(stock.get("inst?n=16", [block("Block2", 0, 0, 16)]), "Block2")).toBe("0/0/16");
    expect(blockOf(stock.get("inst?n=17", [block("Block2", 0, 0, 16)]), "Block2")).toBe("0/1/16");
    expect(option(stock.get("inst?n=192"), "ETag")).toBeUndefined();
  });

  it("keeps every message with its blocks within 255 bytes and the headers of a frame", () => {
    const stock = new Stock();
    const token = Buffer.alloc(8, 1);
    const options = [
      ...uri("inst?n=1024"),
      block("Block2", 7, 0, 128),
      { name: 28 as never, value: Buffer.alloc(0) },
    ];
    expect(stock.raw(stock.packet({ token, options }))!.length).toBeLessThanOrEqual(128 + 32);
    const whole = stock.raw(stock.packet({ token, options: uri("inst?n=192") }))!;
    expect(whole.length).toBeLessThanOrEqual(192 + 16);
  });

  it("never mixes two renderings, whoever else reads", () => {
    const stock = new Stock({ representations: 4 });
    const first = stock.get("inst?n=300").payload.toString();
    stock.get("inst?n=301");
    stock.raw(stock.packet({ options: uri("inst?n=300") }), 2);
    stock.get("small");
    expect(stock.get("inst?n=300", [block("Block2", 2, 0, 128)]).payload.toString()).toBe(
      "A".repeat(300 - 256),
    );
    expect(first).toBe("A".repeat(128));
    expect(stock.get("inst?n=301", [block("Block2", 2, 0, 128)]).payload.toString()).toBe(
      "B".repeat(301 - 256),
    );
  });

  it("does not take the answer to a POST for a rendering", () => {
    const stock = new Stock();
    stock.send({ code: "POST", options: uri("small"), payload: Buffer.from(largeBody(300)) });
    expect(stock.get("small", [block("Block2", 1, 0, 128)]).code).toBe("4.00");
  });

  it("shows by the ETag that a body it no longer holds has changed", () => {
    const stock = new Stock({ representations: 1 });
    const first = stock.get("inst?n=300");
    stock.get("small");
    const second = stock.get("inst?n=300", [block("Block2", 1, 0, 128)]);
    expect(second.code).toBe("2.05");
    expect(option(second, "ETag")).not.toBe(option(first, "ETag"));
  });

  it("forgets a body that nobody fetches, and renders again at block 0", () => {
    const stock = new Stock();
    stock.get("inst?n=300");
    expect(stock.get("inst?n=300").payload.toString()).toBe("B".repeat(128));
    stock.network.run(250);
    expect(stock.get("inst?n=300", [block("Block2", 1, 0, 128)]).payload.toString()).toBe("C".repeat(128));
  });

  it("tells the size where it is asked for (section 4)", () => {
    const stock = new Stock();
    expect(option(stock.get("large", [{ name: 28 as never, value: Buffer.alloc(0) }]), "Size2")).toBe(700);
    expect(option(stock.get("large"), "Size2")).toBeUndefined();
  });

  it("refuses blocks beyond the end and the reserved size", () => {
    const stock = new Stock();
    expect(stock.get("large", [block("Block2", 6, 0, 128)]).code).toBe("4.00");
    expect(stock.get("small", [block("Block2", 1, 0, 128)]).code).toBe("4.00");
    expect(stock.get("large", [block("Block2", 0, 0, 2048)]).code).toBe("4.00");
    expect(stock.get("large", [{ name: 23 as never, value: Buffer.alloc(4) }]).code).toBe("4.02");
  });
});

describe("a server that is sent blocks (RFC 7959, section 3.2)", () => {
  it("puts them together and acts once (figure 7)", () => {
    const stock = new Stock();
    const text = largeBody(300);
    const flow = [
      put(stock, 0, 1, 128, text.slice(0, 128)),
      put(stock, 1, 1, 128, text.slice(128, 256)),
      put(stock, 2, 0, 128, text.slice(256)),
    ].map((answer) => `${answer.code} ${blockOf(answer, "Block1")}`);
    expect(flow).toEqual(["2.31 0/1/128", "2.31 1/1/128", "2.04 2/0/128"]);
    expect(stock.log.puts).toEqual([text]);
  });

  it("asks for smaller blocks than it is sent (figure 9)", () => {
    const stock = new Stock({ preferredBlock: 32 });
    const text = largeBody(210);
    const flow = [
      put(stock, 0, 1, 128, text.slice(0, 128)),
      put(stock, 4, 1, 32, text.slice(128, 160)),
      put(stock, 5, 1, 32, text.slice(160, 192)),
      put(stock, 6, 0, 32, text.slice(192)),
    ].map((answer) => `${answer.code} ${blockOf(answer, "Block1")}`);
    expect(flow).toEqual(["2.31 0/1/32", "2.31 4/1/32", "2.31 5/1/32", "2.04 6/0/32"]);
    expect(stock.log.puts).toEqual([text]);
  });

  it("answers a large body in blocks as well (section 3.3, figure 10)", () => {
    const stock = new Stock();
    const text = largeBody(300);
    const post = (options: NamedOption[], part: string) => {
      const answer = stock.send({
        code: "POST",
        options: [...uri("small"), ...options],
        payload: Buffer.from(part),
      })!;
      return { answer, flow: [answer.code, blockOf(answer, "Block2"), blockOf(answer, "Block1")].join(" ") };
    };
    post([block("Block1", 0, 1, 128)], text.slice(0, 128));
    post([block("Block1", 1, 1, 128)], text.slice(128, 256));
    const steps = [
      post([block("Block1", 2, 0, 128)], text.slice(256)),
      post([block("Block2", 1, 0, 128)], ""),
      post([block("Block2", 2, 0, 128)], ""),
    ];
    expect(steps.map((step) => step.flow)).toEqual([
      "2.04 0/1/128 2/0/128",
      "2.04 1/1/128 ",
      "2.04 2/0/128 ",
    ]);
    expect(steps.map((step) => step.answer.payload.toString()).join("")).toBe(text);
    expect(stock.log.puts).toEqual([text]);
    // A block of an answer that is not there is no reason to act again.
    stock.network.run(250);
    expect(post([block("Block2", 1, 0, 128)], "").answer.code).toBe("4.08");
    expect(stock.log.puts.length).toBe(1);
  });

  it("refuses what does not continue with 4.08 (section 2.9.2)", () => {
    const stock = new Stock();
    const part = "x".repeat(64);
    expect(put(stock, 1, 1, 64, part).code).toBe("4.08");
    expect(put(stock, 0, 1, 64, part).code).toBe("2.31");
    expect(put(stock, 2, 1, 64, part).code).toBe("4.08");
    // From another peer.
    const other = stock.packet({
      code: "PUT",
      options: [...uri("small"), block("Block1", 1, 0, 64)],
      payload: Buffer.from("!"),
    });
    stock.raw(other, 2);
    expect(stock.log.puts).toEqual([]);
    expect(put(stock, 1, 0, 64, "end").code).toBe("2.04");
    expect(put(stock, 2, 0, 64, "end").code).toBe("4.08");
    put(stock, 0, 1, 64, part);
    stock.network.run(250);
    expect(put(stock, 1, 0, 64, "late").code).toBe("4.08");
    expect(stock.log.puts).toEqual([part + "end"]);
  });

  it("starts over at block 0", () => {
    const stock = new Stock();
    put(stock, 0, 1, 16, "a".repeat(16));
    put(stock, 0, 1, 16, "b".repeat(16));
    put(stock, 1, 0, 16, "c");
    expect(stock.log.puts).toEqual(["b".repeat(16) + "c"]);
  });

  it("refuses what is too large with 4.13 and the size it takes (section 2.9.3)", () => {
    const stock = new Stock({ takenBytes: 256 });
    put(stock, 0, 1, 128, "x".repeat(128));
    expect(put(stock, 1, 1, 128, "x".repeat(128)).code).toBe("2.31");
    const refused = put(stock, 2, 0, 128, "x");
    expect(refused.code).toBe("4.13");
    expect(option(refused, "Size1")).toBe(256);
    expect(put(stock, 0, 1, 128, "x".repeat(128), [{ name: 60 as never, value: uint(257) }]).code).toBe(
      "4.13",
    );
    const whole = stock.send({ code: "PUT", options: uri("small"), payload: Buffer.alloc(257) })!;
    expect(whole.code).toBe("4.13");
    expect(stock.log.puts).toEqual([]);
  });

  it("refuses a block that is not of its size with 4.00 (section 2.3)", () => {
    const stock = new Stock();
    expect(put(stock, 0, 1, 64, "short").code).toBe("4.00");
    expect(put(stock, 0, 0, 16, "more than sixteen").code).toBe("4.00");
    expect(put(stock, 0, 1, 2048, "x").code).toBe("4.00");
    expect(stock.log.puts).toEqual([]);
  });

  it("refuses the first block for what it would refuse at the last", () => {
    const stock = new Stock();
    const options = [...uri("large"), block("Block1", 0, 1, 16)];
    expect(stock.send({ code: "PUT", options, payload: Buffer.alloc(16) })!.code).toBe("4.05");
  });

  it("sends a repeated block's answer again without adding it twice", () => {
    const stock = new Stock();
    const request = stock.packet({
      code: "PUT",
      options: [...uri("small"), block("Block1", 0, 1, 16)],
      payload: Buffer.alloc(16, 65),
    });
    const first = stock.raw(request)!;
    expect(hex(stock.raw(request)!)).toBe(hex(first));
    expect(parse(Buffer.from(first)).code).toBe("2.31");
    put(stock, 1, 0, 16, "B");
    expect(stock.log.puts).toEqual(["A".repeat(16) + "B"]);
  });
});
