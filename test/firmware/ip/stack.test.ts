import fc from "fast-check";
import { Reader } from "firmware/codec/cursor";
import { Group } from "firmware/ip/address";
import { TransportFault } from "firmware/ip/checksum";
import { checkMessage, Icmpv6Type, writeEchoRequest, writeMessageChecksum } from "firmware/ip/icmpv6";
import { readPacket, writeHeader } from "firmware/ip/ipv6";
import { type Link, Packet } from "firmware/ip/packet";
import { Peer } from "firmware/ip/socket";
import { IpStack, type Router } from "firmware/ip/stack";
import { checkDatagram } from "firmware/ip/udp";
import { Kernel } from "firmware/kernel/kernel";
import { beforeEach, describe, expect, it } from "vitest";
import {
  address,
  bytes,
  COLLECTOR_EUI64,
  datagram,
  fields,
  group,
  HEAD_END,
  hex,
  linkLocal,
  METER,
  METER_EUI64,
  packet,
  PREFIX,
} from "./packets";

const HEAD_END_EUI64 = bytes("0200570000000053");
const COLLECTOR = address("2001:db8::5700:0:ff");

/** Keeps what it is given until it is carried on. */
class Wire implements Link {
  readonly sent: Packet[] = [];
  up = true;

  send(whole: Packet): boolean {
    if (this.up) this.sent.push(copyOf(whole));
    return this.up;
  }

  /** Hands all that was sent to `to`. Answers whether there was something. */
  carry(...to: IpStack[]): boolean {
    const packets = this.sent.splice(0);
    for (const whole of packets) for (const stack of to) stack.receive(whole);
    return packets.length > 0;
  }

  takeOne(): Packet {
    expect(this.sent).toHaveLength(1);
    return this.sent.pop()!;
  }
}

function copyOf(whole: Packet): Packet {
  const { source, destination, payload, payloadLength, ...rest } = whole;
  return packet({ source, destination, payload: payload.slice(0, payloadLength), ...rest });
}

function peer(at: Uint8Array, port: number): Peer {
  const made = new Peer();
  made.address.set(at);
  made.port = port;
  return made;
}

let now_ms = 0;
const kernel = () => new Kernel({ now_ms: () => now_ms, setAlarm() {}, onAlarm() {} });

function node(eui64: Uint8Array, link: Link, at?: Uint8Array, router?: Router): IpStack {
  const stack = new IpStack({ eui64, link, kernel: kernel(), ...(router && { router }) });
  if (at) stack.setAddress(at);
  return stack;
}

/** A meter, a collector that routes, and a head end. */
function street() {
  const fromMeter = new Wire();
  const toMesh = new Wire();
  const toBackhaul = new Wire();
  const fromHeadEnd = new Wire();
  const meter = node(METER_EUI64, fromMeter, METER);
  const router = {
    route: ({ destination }: Packet) =>
      destination[0] !== 0x20 ? undefined : hex(destination, 8) === hex(PREFIX, 8) ? toMesh : toBackhaul,
  };
  const collector = node(COLLECTOR_EUI64, toMesh, COLLECTOR, router);
  const headEnd = node(HEAD_END_EUI64, fromHeadEnd, HEAD_END);
  const settle = () => {
    while (
      [
        fromMeter.carry(collector),
        toMesh.carry(meter),
        toBackhaul.carry(headEnd),
        fromHeadEnd.carry(collector),
      ].includes(true)
    );
  };
  return { meter, collector, headEnd, fromMeter, toMesh, toBackhaul, fromHeadEnd, settle };
}

/** Sum of all that may become of a received packet. */
function accounted({ counters }: IpStack): number {
  const dropped = Object.values(counters.dropped).reduce((a, b) => a + b);
  return counters.forwarded + counters.datagrams + counters.messages + dropped;
}

beforeEach(() => {
  now_ms = 0;
});

describe("UDP", () => {
  it("is asked and answered across a router, from within the handler", () => {
    const { meter, collector, headEnd, settle } = street();
    const server = meter.bind(5683);
    server.onDatagram = (from, buffer, offset, length) => {
      expect([hex(from.address), from.port]).toEqual([hex(HEAD_END), 61440]);
      // The request is still in use while its answer leaves.
      const answer = Uint8Array.from([...buffer.slice(offset, offset + length), 0xff]);
      expect(server.send(from, answer, answer.length)).toBe(true);
      expect(hex(buffer.slice(offset, offset + length))).toBe("c0ffee");
    };
    const answers: string[] = [];
    const client = headEnd.bind(61440);
    client.onDatagram = (from, buffer, offset, length) => {
      answers.push(`${hex(from.address)} ${from.port} ${hex(buffer.slice(offset, offset + length))}`);
    };
    expect(client.send(peer(METER, 5683), bytes("c0ffee00"), 3)).toBe(true);
    settle();
    expect(answers).toEqual([`${hex(METER)} 5683 c0ffeeff`]);
    expect(collector.counters.forwarded).toBe(2);
  });

  it("leaves with addresses, hop limit and checksum", () => {
    const { meter, fromMeter } = street();
    meter.bind(5683).send(peer(HEAD_END, 61440), bytes("0102"), 2);
    const whole = fromMeter.takeOne();
    expect(checkDatagram(whole)).toBe(TransportFault.none);
    expect(fields(whole)).toEqual(fields(datagram(METER, HEAD_END, 5683, 61440, bytes("0102"))));
    expect(whole.hopLimit).toBe(64);
  });

  it("uses the link-local address on the link, and where there is no other", () => {
    const { meter, fromMeter } = street();
    const socket = meter.bind(5683);
    for (const to of [linkLocal(COLLECTOR_EUI64), group(Group.allNodes)]) {
      socket.send(peer(to, 1), bytes(""), 0);
      expect(hex(fromMeter.takeOne().source)).toBe(hex(linkLocal(METER_EUI64)));
    }
    const young = node(METER_EUI64, fromMeter);
    young.bind(1).send(peer(HEAD_END, 1), bytes(""), 0);
    expect(hex(fromMeter.takeOne().source)).toBe(hex(linkLocal(METER_EUI64)));
  });

  it("is lowered by one hop", () => {
    const { headEnd, fromHeadEnd, collector, toMesh } = street();
    headEnd.bind(61440).send(peer(METER, 5683), bytes("01"), 1);
    const before = fields(fromHeadEnd.sent[0]!);
    fromHeadEnd.carry(collector);
    expect(fields(toMesh.takeOne())).toEqual({ ...before, hopLimit: 63 });
  });

  it("says when a link did not take it, or it is too long", () => {
    const { meter, fromMeter } = street();
    const socket = meter.bind(5683);
    expect(socket.send(peer(HEAD_END, 1), new Uint8Array(1233), 1233)).toBe(false);
    expect(socket.send(peer(HEAD_END, 1), new Uint8Array(1233), 1232)).toBe(true);
    fromMeter.up = false;
    expect(socket.send(peer(HEAD_END, 1), bytes("01"), 1)).toBe(false);
    expect([meter.counters.sent, meter.counters.notSent]).toEqual([1, 1]);
  });

  it("binds a port once", () => {
    const { meter } = street();
    meter.bind(5683);
    expect(() => meter.bind(5683)).toThrow(RangeError);
  });
});

describe("echo", () => {
  it("is answered, and timed", () => {
    const { meter, headEnd, settle } = street();
    const replies: number[][] = [];
    expect(headEnd.ping(METER, 33, (delay_ms, length) => replies.push([delay_ms, length]))).toBe(true);
    now_ms += 250;
    settle();
    expect(replies).toEqual([[250, 33]]);
    expect([meter.counters.messages, headEnd.counters.messages]).toEqual([1, 1]);
  });

  it("is answered with the data as it came, from the address that was asked", () => {
    const { meter, fromMeter } = street();
    for (const asked of [METER, linkLocal(METER_EUI64)]) {
      const request = packet({ source: linkLocal(COLLECTOR_EUI64), destination: asked });
      writeEchoRequest(request, 0x1234, 0xfffe, 20);
      meter.receive(request);
      const reply = fromMeter.takeOne();
      expect([hex(reply.source), hex(reply.destination)]).toEqual([hex(asked), hex(request.source)]);
      expect(checkMessage(reply)).toBe(TransportFault.none);
      expect(hex(reply.payload, 2)).toBe("8100");
      expect(hex(reply.payload.slice(4, 28))).toBe(hex(request.payload.slice(4, 28)));
    }
  });

  it("to all nodes is answered from an address of one's own", () => {
    const { meter, fromMeter } = street();
    const request = packet({ source: linkLocal(COLLECTOR_EUI64), destination: group(Group.allNodes) });
    writeEchoRequest(request, 1, 1, 0);
    meter.receive(request);
    expect(hex(fromMeter.takeOne().source)).toBe(hex(linkLocal(METER_EUI64)));
  });

  it("takes only the reply to the last request, once", () => {
    const { headEnd, fromHeadEnd } = street();
    const replies: string[] = [];
    const reply = () => {
      const answer = fromHeadEnd.takeOne();
      answer.source.set(METER);
      answer.destination.set(HEAD_END);
      answer.payload[0] = Icmpv6Type.echoReply;
      writeMessageChecksum(answer);
      return answer;
    };
    headEnd.ping(METER, 0, () => replies.push("first"));
    const first = reply();
    headEnd.ping(METER, 0, () => replies.push("second"));
    const second = reply();
    for (const answer of [first, second, second]) headEnd.receive(answer);
    expect(replies).toEqual(["second"]);
    expect(headEnd.counters.messages).toBe(3);
  });

  it("is not asked with more than a packet holds", () => {
    expect(street().headEnd.ping(METER, 1233, () => {})).toBe(false);
  });
});

describe("RPL", () => {
  it("is handed on, its checksum right", () => {
    const { meter } = street();
    const seen: string[] = [];
    meter.onRpl = (message) => seen.push(hex(message.payload, message.payloadLength));
    const dio = packet({
      source: linkLocal(COLLECTOR_EUI64),
      destination: group(Group.allRplNodes),
      nextHeader: 58,
      payload: bytes("9b01 0000 1234"),
    });
    meter.receive(dio);
    writeMessageChecksum(dio);
    meter.receive(dio);
    expect(seen).toEqual([hex(dio.payload, 6)]);
    expect([meter.counters.messages, meter.counters.dropped.badChecksum]).toEqual([1, 1]);
  });
});

describe("who a packet is for", () => {
  const to = (destination: Uint8Array, more = {}) =>
    Object.assign(datagram(HEAD_END, destination, 61440, 5683, bytes("01")), more);

  it.each([
    ["2001:db8::5700:0:2", "a neighbour"],
    ["fe80::1", "a link-local address of another"],
    ["ff02::2", "all routers"],
    ["ff02::fb", "a group that it is not in"],
    ["ff05::1", "a group of the site"],
    ["::", "nobody"],
  ])("a meter does not take or forward %s, %s", (destination) => {
    const { meter, fromMeter } = street();
    meter.receive(to(address(destination)));
    expect(meter.counters.dropped.notForUs).toBe(1);
    expect(fromMeter.sent).toEqual([]);
  });

  it("nobody's address is not a young node's", () => {
    const young = node(METER_EUI64, new Wire());
    young.receive(to(address("::")));
    expect(young.counters.dropped.notForUs).toBe(1);
  });

  it("a router is one of all routers", () => {
    const { collector } = street();
    let heard = 0;
    collector.bind(5683).onDatagram = () => heard++;
    collector.receive(to(group(Group.allRouters)));
    collector.receive(to(group(Group.allNodes)));
    expect(heard).toBe(2);
  });

  it("a router forwards nothing that must stay on its link", () => {
    const { collector, toMesh, toBackhaul } = street();
    collector.receive(to(address("fe80::1")));
    collector.receive(to(address("ff0e::1")));
    expect(collector.counters.dropped.notForUs).toBe(2);
    collector.receive(to(METER, { source: address("::") }));
    expect(collector.counters.dropped.beyondScope).toBe(1);
    expect([...toMesh.sent, ...toBackhaul.sent]).toEqual([]);
  });

  it("nothing comes from a group", () => {
    const { meter } = street();
    meter.receive(datagram(group(1), METER, 1, 2, bytes("")));
    expect(meter.counters.dropped.badSource).toBe(1);
  });

  it("what a link does not take is counted", () => {
    const { collector, toMesh } = street();
    toMesh.up = false;
    collector.receive(to(METER));
    expect(collector.counters.dropped.linkRefused).toBe(1);
    expect(collector.counters.forwarded).toBe(0);
  });
});

describe("errors (RFC 4443)", () => {
  const request = (destination: Uint8Array, more = {}) =>
    Object.assign(datagram(HEAD_END, destination, 61440, 7, bytes("0102030405")), more);

  function expectError(error: Packet, from: Uint8Array, start: string, about: ReturnType<typeof fields>) {
    expect([hex(error.source), hex(error.destination), error.nextHeader]).toEqual([
      hex(from),
      about.source,
      58,
    ]);
    expect(checkMessage(error)).toBe(TransportFault.none);
    expect(hex(error.payload, 2) + hex(error.payload.slice(4, 8))).toBe(start);
    const quoted = new Packet();
    expect(readPacket(new Reader(error.payload, 8, error.payloadLength), quoted)).toBe(true);
    expect(fields(quoted)).toEqual(about);
  }

  it("port unreachable (3.1)", () => {
    const { meter, fromMeter } = street();
    meter.receive(request(METER, { trafficClass: 0xb9, flowLabel: 0xabcde, hopLimit: 9 }));
    const about = fields(request(METER, { trafficClass: 0xb9, flowLabel: 0xabcde, hopLimit: 9 }));
    expectError(fromMeter.takeOne(), METER, "0104" + "00000000", about);
    expect(meter.counters.dropped.portUnreachable).toBe(1);
  });

  it("no route (3.1)", () => {
    const { collector, toBackhaul } = street();
    const nowhere = address("3fff::1");
    collector.receive(request(nowhere));
    expectError(toBackhaul.takeOne(), COLLECTOR, "0100" + "00000000", fields(request(nowhere)));
    expect(collector.counters.dropped.noRoute).toBe(1);
  });

  it("beyond scope of source address (3.1)", () => {
    const { collector, toMesh } = street();
    const local = { source: linkLocal(METER_EUI64) };
    collector.receive(packet({ ...local, destination: HEAD_END, nextHeader: 59 }));
    expectError(
      toMesh.takeOne(),
      linkLocal(COLLECTOR_EUI64),
      "0102" + "00000000",
      fields(packet({ ...local, destination: HEAD_END, nextHeader: 59 })),
    );
  });

  it.each([0, 1])("hop limit exceeded at %i (3.3)", (hopLimit) => {
    const { collector, toMesh, toBackhaul } = street();
    collector.receive(request(METER, { hopLimit }));
    expectError(toBackhaul.takeOne(), COLLECTOR, "0300" + "00000000", fields(request(METER, { hopLimit })));
    expect(collector.counters.dropped.hopLimit).toBe(1);
    expect(toMesh.sent).toEqual([]);
  });

  it("unrecognized next header (3.4; RFC 8200, 4)", () => {
    const { meter, fromMeter } = street();
    const strange = { source: HEAD_END, destination: METER, nextHeader: 253, payload: bytes("00") };
    meter.receive(packet(strange));
    expectError(fromMeter.takeOne(), METER, "0401" + "00000006", fields(packet(strange)));
    expect(meter.counters.dropped.unknownNextHeader).toBe(1);
  });

  it("quote no more than fits a frame", () => {
    const { meter, fromMeter } = street();
    meter.receive(datagram(HEAD_END, METER, 1, 2, new Uint8Array(1000).fill(7)));
    expect(fromMeter.takeOne().payloadLength).toBe(8 + 96);
  });

  it("are never about errors, groups, nobody or redirects (2.4, e)", () => {
    const { meter, collector, fromMeter, toMesh, toBackhaul } = street();
    meter.receive(request(group(Group.allNodes)));
    meter.receive(datagram(address("::"), METER, 61440, 7, bytes("01")));
    const message = (type: number) => {
      const made = packet({
        source: HEAD_END,
        destination: METER,
        nextHeader: 58,
        payload: new Uint8Array(8),
      });
      made.payload[0] = type;
      writeMessageChecksum(made);
      return Object.assign(made, { hopLimit: 1 });
    };
    for (const type of [1, 4, 127, 137]) collector.receive(message(type));
    meter.receive(message(1));
    expect([fromMeter.sent, toMesh.sent, toBackhaul.sent]).toEqual([[], [], []]);
    expect([meter.counters.dropped.portUnreachable, meter.counters.messages]).toEqual([2, 1]);
    collector.receive(message(128));
    expect(toBackhaul.sent).toHaveLength(1);
  });

  it("are limited in time (2.4, f), each node's by itself", () => {
    const { meter, fromMeter } = street();
    const flood = (count: number) => {
      for (let n = 0; n < count; n++) meter.receive(request(METER));
      return fromMeter.sent.splice(0).length;
    };
    expect(flood(20)).toBe(6);
    expect(meter.counters.errorsLimited).toBe(14);
    now_ms += 999;
    expect(flood(5)).toBe(0);
    now_ms += 1;
    expect(flood(5)).toBe(1);
    now_ms += 2500;
    expect(flood(5)).toBe(2);
    now_ms += 500;
    expect(flood(5)).toBe(1);
    now_ms += 3_600_000;
    expect(flood(50)).toBe(6);
  });

  it("and unknown messages are told apart", () => {
    const { meter, fromMeter } = street();
    const strange = packet({
      source: HEAD_END,
      destination: METER,
      nextHeader: 58,
      payload: bytes("c800 0000"),
    });
    writeMessageChecksum(strange);
    meter.receive(strange);
    expect(meter.counters.dropped.unknownMessage).toBe(1);
    expect(fromMeter.sent).toEqual([]);
  });
});

describe("damaged packets", () => {
  const ping = packet({ source: HEAD_END, destination: METER });
  writeEchoRequest(ping, 1, 2, 4);
  const wholes = [datagram(HEAD_END, METER, 61440, 5683, bytes("c0ffee")), ping].map((whole) => {
    const made = new Uint8Array(40 + whole.payloadLength);
    writeHeader(whole, made, 0);
    made.set(whole.payload.slice(0, whole.payloadLength), 40);
    return made;
  });
  /** Not under a checksum: version, class and flow label, length (seen by the reader), hop limit. */
  const UNCHECKED = [0, 1, 2, 3, 7];

  function receiving(make: (n: number) => IpStack) {
    const into = new Packet();
    return wholes.map((whole, n) => {
      const stack = make(n);
      return {
        whole,
        stack,
        receive: (raw: Uint8Array) => readPacket(new Reader(raw), into) && stack.receive(into),
      };
    });
  }

  it.each(["meter", "collector"] as const)("are counted by a %s, and change nothing", (who) => {
    let heard = 0;
    for (const { whole, stack, receive } of receiving(() => street()[who])) {
      const bound = stack.bind(5683);
      bound.onDatagram = () => heard++;
      const state = hex(stack.address) + hex(stack.linkLocal);
      for (let at = 0; at <= whole.length; at++) {
        receive(whole.slice(0, at));
        for (let value = 0; value < 256; value++) {
          const before = heard + stack.counters.messages;
          const flipped = whole.slice();
          if (at < whole.length) flipped[at] = value;
          receive(flipped);
          const taken = heard + stack.counters.messages > before;
          if (taken && value !== whole[at] && at < whole.length && !UNCHECKED.includes(at)) {
            expect.fail(`byte ${at} = ${value} went unseen`);
          }
          const grown = Uint8Array.from([...whole.slice(0, at), value, ...whole.slice(at)]);
          receive(grown);
          // With the length mended, so that it gets past the reader.
          grown[5] = grown.length - 40;
          receive(grown);
        }
        const cut = whole.slice(0, at);
        if (at > 5) cut[5] = at - 40;
        receive(cut);
      }
      expect(accounted(stack)).toBe(stack.counters.received);
      expect(hex(stack.address) + hex(stack.linkLocal)).toBe(state);
    }
    if (who === "meter") expect(heard).toBeGreaterThan(1000);
  });

  it("of any kind add up", () => {
    const anyAddress = fc.constantFrom(
      METER,
      COLLECTOR,
      HEAD_END,
      address("::"),
      group(1),
      address("fe80::9"),
    );
    const anyPacket = fc.record({
      source: anyAddress,
      destination: anyAddress,
      nextHeader: fc.constantFrom(17, 58, 59, 0, 43),
      hopLimit: fc.nat(3),
      payload: fc.uint8Array({ maxLength: 40 }),
    });
    const { meter, collector, headEnd } = street();
    fc.assert(
      fc.property(anyPacket, (whole) => {
        for (const stack of [meter, collector, headEnd]) {
          stack.receive(packet(whole));
          expect(accounted(stack)).toBe(stack.counters.received);
        }
      }),
      { seed: 5, numRuns: 2000 },
    );
  });
});
