import { describe, expect, it } from "vitest";
import { Reader, Writer } from "firmware/codec/cursor";
import { Contexts } from "firmware/ip/contexts";
import { compress } from "firmware/ip/lowpan";
import { Packet } from "firmware/ip/packet";
import { HeaderResult, MAX_ROUTERS, RoutingHeader } from "firmware/mesh/forwarding/routing-header";
import { meshStreet, PREFIX } from "../../../support/mesh-street";
import { hex, unhex } from "../../../support/hex";

/** LOWPAN_IPHC begins with 011: where a routing header ends. */
const IPHC = "7a";
const ROOT = address("0257 4dff fe00 0001");

function address(interfaceId: string): Uint8Array {
  return Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, ...unhex(interfaceId));
}

/** Reads a header; undefined where it is refused. Leaves nothing but what follows it. */
function read(text: string): RoutingHeader | undefined {
  const header = new RoutingHeader();
  const reader = new Reader(unhex(`${text}${IPHC}`));
  const result = header.read(reader, ROOT);
  if (result !== HeaderResult.ok) return undefined;
  expect(reader.remaining, "bytes of the LOWPAN_IPHC").toBe(1);
  return header;
}

function result(text: string): number {
  return new RoutingHeader().read(new Reader(unhex(`${text}${IPHC}`)), ROOT);
}

function written(header: RoutingHeader): string {
  const writer = new Writer(new Uint8Array(256));
  header.write(writer, ROOT);
  expect(writer.ok).toBe(true);
  return hex(writer.bytes.subarray(0, writer.at));
}

/** The interface identifiers of a route, which is used up. */
function routersOf(header: RoutingHeader): string[] {
  const routers: string[] = [];
  const eui64 = new Uint8Array(8);
  for (; header.hops > 0; header.pop()) {
    header.writeNext(eui64);
    eui64[0] ^= 2;
    routers.push(hex(eui64));
  }
  return routers;
}

const A = "aaaaaaaaaaaaaaaa";
const B = "aaaaaaaaaaaabbbb";
const C = "aaaaaaaacccccccc";
const D = "aaaaaaaadddddddd";

describe("a source route on its way along A, B, C and D (RFC 8138, A.3)", () => {
  /** As A, B, C and D each receive it. */
  const packets = [
    // Type 3 Size 0, type 1 size 0, type 2 size 1.
    `f1 8003 ${A} 8001 bbbb 8102 cccccccc dddddddd`,
    `f1 8003 ${B} 8102 cccccccc dddddddd`,
    `f1 8003 ${C} 8002 dddddddd`,
    `f1 8003 ${D}`,
  ].map((text) => text.replaceAll(" ", ""));

  it("names these four", () => {
    expect(routersOf(read(packets[0])!)).toEqual([A, B, C, D]);
  });

  it("leaves each of them as the next one is to receive it", () => {
    for (const [n, router] of [A, B, C, D].entries()) {
      const header = read(packets[n])!;
      expect(header.isNext(address(router))).toBe(true);
      expect(written(header)).toBe(packets[n]);
      header.pop();
      // The last router ends the route: there is no header any more.
      expect(written(header)).toBe(packets[n + 1] ?? "");
    }
  });

  it("is for nobody else", () => {
    expect(read(packets[0])!.isNext(address(B))).toBe(false);
    expect(new RoutingHeader().isNext(address(A))).toBe(false);
  });
});

describe("a packet down with route, RPI and tunnel (RFC 8138, A.2)", () => {
  // SRH-6LoRH of type 1 with three entries (8 bytes in all), RPI-6LoRH, IP-in-IP-6LoRH: in this order, after page 1.
  const packet = "f1820100020003000482050180a10640";

  it("is read, and written in the same order", () => {
    const header = read(packet)!;
    expect(header.senderRank).toBe(0x0180);
    expect(header.tunnelHopLimit).toBe(64);
    expect(written(header)).toBe(packet);
    expect(routersOf(header)).toEqual(["02574dfffe000002", "02574dfffe000003", "02574dfffe000004"]);
  });
});

describe("SRH-6LoRH (RFC 8138, section 5.1)", () => {
  it.each([
    ["f1 8000 09", "02574dfffe000009"],
    ["f1 8001 0809", "02574dfffe000809"],
    ["f1 8002 06070809", "02574dff06070809"],
    ["f1 8003 0203040506070809", "0203040506070809"],
    ["f1 8004 20010db8000000000203040506070809", "0203040506070809"],
  ])("has entries of 1, 2, 4, 8 and 16 bytes: %s", (text, router) => {
    expect(routersOf(read(text)!)).toEqual([router]);
  });

  it("completes an entry by the one before it, of the header before as well (section 4.3.2)", () => {
    expect(routersOf(read("f1 8003 0203040506070809 8100 0a 0b")!)).toEqual([
      "0203040506070809",
      "020304050607080a",
      "020304050607080b",
    ]);
  });

  it("has as many entries as its size says, and one more", () => {
    expect(read("f1 8300 01020304")!.hops).toBe(4);
  });

  it("is taken up to the longest path, and refused beyond it", () => {
    const entries = (count: number) => "01".repeat(count);
    expect(MAX_ROUTERS).toBe(24);
    expect(read(`f1 9700 ${entries(24)}`)!.hops).toBe(24);
    expect(result(`f1 9800 ${entries(25)}`)).toBe(HeaderResult.malformed);
    expect(result(`f1 9700 ${entries(24)} 8000 01`)).toBe(HeaderResult.malformed);
  });

  it("is refused with an address of another network", () => {
    expect(result("f1 8004 20010db8000000010203040506070809")).toBe(HeaderResult.malformed);
  });
});

describe("RPI-6LoRH (RFC 8138, section 6.2)", () => {
  it.each([
    ["f1 8005 00 0180", 0x0180],
    ["f1 8105 00 03", 0x0300],
    ["f1 8205 0180", 0x0180],
    ["f1 8305 03", 0x0300],
  ])(
    "has an instance of 0 inline or elided, and a rank whose low byte may be elided as 0: %s",
    (text, rank) => {
      const header = read(text)!;
      expect(header.senderRank).toBe(rank);
      expect(header.rankError).toBe(false);
    },
  );

  it("has a flag for an error of ranks", () => {
    const header = read("f1 8a05 0180")!;
    expect(header.rankError).toBe(true);
    expect(written(header)).toBe("f18a050180");
  });

  it.each([
    ["on its way down, which in non-storing mode has a route instead", "f1 9205 0180"],
    ["with a forwarding error, which storing mode alone has", "f1 8605 0180"],
    ["of another instance", "f1 8005 01 0180"],
    ["of another instance, compressed", "f1 8105 1e 03"],
  ])("is refused %s", (_why, text) => {
    expect(result(text)).toBe(HeaderResult.malformed);
  });
});

describe("IP-in-IP-6LoRH (RFC 8138, section 7)", () => {
  it("has a hop limit, and leaves out the root that has put the packet into it", () => {
    const header = read("f1 a106 3f")!;
    expect(header.tunnelHopLimit).toBe(63);
    expect(written(header)).toBe("f1a1063f");
  });

  it.each(["f1 a006", "f1 a306 3f 0009", "f1 b106 3f 20010db8000000000203040506070809"])(
    "is refused from another encapsulator: %s",
    (text) => expect(result(text)).toBe(HeaderResult.malformed),
  );
});

describe("other 6LoRH (RFC 8138, section 4)", () => {
  it("are skipped where they are elective", () => {
    expect(read("f1 a20f 0102 8205 0180 a07f")!.senderRank).toBe(0x0180);
  });

  it("are refused where they are critical", () => {
    for (const type of ["06", "07", "0f", "ff"]) expect(result(`f1 80${type}`)).toBe(HeaderResult.unknown);
  });

  it("are not looked for outside page 1 (RFC 8025)", () => {
    const header = new RoutingHeader();
    const reader = new Reader(unhex("82050180"));
    expect(header.read(reader, ROOT)).toBe(HeaderResult.ok);
    expect([reader.at, header.senderRank]).toEqual([0, -1]);
  });
});

describe("a header that is cut", () => {
  const whole = unhex(`f1 8003 ${A} 8001 bbbb 8102 cccccccc dddddddd 8005 00 0180 a20f 0102 a106 40 ${IPHC}`);
  it("anywhere is refused", () => {
    const header = new RoutingHeader();
    expect(header.read(new Reader(whole), ROOT)).toBe(HeaderResult.ok);
    for (let length = 1; length < whole.length; length++)
      expect(header.read(new Reader(whole.slice(0, length)), ROOT), `${length} bytes`).not.toBe(
        HeaderResult.ok,
      );
  });
});

describe("a router", () => {
  /** Gives a meter a frame of the collector's: a routing header, then a packet for another node. */
  function dropped(text: string, hopLimit = 9): Record<string, number> {
    const { world, collector, meters } = meshStreet(1, 1);
    const [meter] = meters;
    const contexts = new Contexts();
    contexts.set(0, PREFIX, 64);
    const packet = new Packet();
    packet.source.set(ROOT);
    packet.destination.set(address(D));
    packet.nextHeader = 59;
    packet.hopLimit = hopLimit;
    const header = text.replace("self", hex(meter.stack.address.subarray(8)));
    const writer = collector.mac.prepare(meter.eui64)!;
    writer.copy(unhex(header), 0, unhex(header).length);
    expect(compress(packet, collector.eui64, meter.eui64, contexts, writer)).toBe(true);
    expect(collector.mac.submit()).toBe(true);
    world.runUntil(1e6);
    expect(meter.mac.counters.received).toBe(1);
    const { counters } = meter.link;
    const counts = Object.entries({ taken: counters.taken, ...counters.dropped });
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
  }

  it("passes on what it is the next one for", () => {
    expect(dropped("f1 8003 self")).toMatchObject({ taken: 1 });
    expect(dropped(`f1 8003 self 8003 ${C} a106 40`)).toMatchObject({ taken: 1 });
  });

  it.each([
    ["badHeader", `f1 8007 0000`],
    ["badHeader", `f1 8003 self 9205 0180`],
    ["badHeader", `f1 8003 self b106 3f 20010db8000000000203040506070809`],
    ["badHeader", `f1 8003 self 9f00`],
    ["badRoute", `f1 8003 ${A}`],
    ["badRoute", `f1 8003 ${A} 8003 self`],
    ["notForUs", ""],
    ["notForUs", "f1 a106 40"],
    ["hopLimit", `f1 8003 self 8003 ${C} a106 01`],
  ])("drops, under %s, a packet behind %s", (cause, text) => {
    expect(dropped(text)).toEqual({ [cause]: 1 });
  });

  it("drops a packet at the end of its hop limit", () => {
    expect(dropped("f1 8003 self", 1)).toMatchObject({ hopLimit: 1 });
  });
});
