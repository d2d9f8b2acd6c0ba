import { Group } from "firmware/ip/address";
import { TransportFault } from "firmware/ip/checksum";
import { checkMessage, Icmpv6Type, writeEchoRequest, writeMessageChecksum } from "firmware/ip/icmpv6";
import type { Packet } from "firmware/ip/packet";
import { checkDatagram } from "firmware/ip/udp";
import { describe, expect, it } from "vitest";
import {
  address,
  COLLECTOR_EUI64,
  datagram,
  fields,
  group,
  HEAD_END,
  linkLocal,
  METER,
  METER_EUI64,
  packet,
} from "./packets";
import { COLLECTOR, node, peer, street, Wire } from "./street";
import { hex, unhex } from "../../support/hex";

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
    expect(client.send(peer(METER, 5683), unhex("c0ffee00"), 3)).toBe(true);
    settle();
    expect(answers).toEqual([`${hex(METER)} 5683 c0ffeeff`]);
    expect(collector.counters.forwarded).toBe(2);
  });

  it("leaves with addresses, hop limit and checksum", () => {
    const { meter, fromMeter } = street();
    meter.bind(5683).send(peer(HEAD_END, 61440), unhex("0102"), 2);
    const whole = fromMeter.takeOne();
    expect(checkDatagram(whole)).toBe(TransportFault.none);
    expect(fields(whole)).toEqual(fields(datagram(METER, HEAD_END, 5683, 61440, unhex("0102"))));
    expect(whole.hopLimit).toBe(64);
  });

  it("uses the link-local address on the link, and where there is no other", () => {
    const { meter, fromMeter } = street();
    const socket = meter.bind(5683);
    for (const to of [linkLocal(COLLECTOR_EUI64), group(Group.allNodes)]) {
      socket.send(peer(to, 1), unhex(""), 0);
      expect(hex(fromMeter.takeOne().source)).toBe(hex(linkLocal(METER_EUI64)));
    }
    const young = node(METER_EUI64, fromMeter);
    young.bind(1).send(peer(HEAD_END, 1), unhex(""), 0);
    expect(hex(fromMeter.takeOne().source)).toBe(hex(linkLocal(METER_EUI64)));
  });

  it("is lowered by one hop", () => {
    const { headEnd, fromHeadEnd, collector, toMesh } = street();
    headEnd.bind(61440).send(peer(METER, 5683), unhex("01"), 1);
    const before = fields(fromHeadEnd.sent[0]);
    fromHeadEnd.carry(collector);
    expect(fields(toMesh.takeOne())).toEqual({ ...before, hopLimit: 63 });
  });

  it("says when a link did not take it, or it is too long", () => {
    const { meter, fromMeter } = street();
    const socket = meter.bind(5683);
    expect(socket.send(peer(HEAD_END, 1), new Uint8Array(1233), 1233)).toBe(false);
    expect(socket.send(peer(HEAD_END, 1), new Uint8Array(1233), 1232)).toBe(true);
    fromMeter.up = false;
    expect(socket.send(peer(HEAD_END, 1), unhex("01"), 1)).toBe(false);
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
    const { clock, meter, headEnd, settle } = street();
    const replies: number[][] = [];
    expect(
      headEnd.ping(METER, 33, (delay_ms, { payloadLength }) => replies.push([delay_ms, payloadLength - 8])),
    ).toBe(true);
    clock.ms += 250;
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

  it("is answered by the router at which its hop limit ends, once", () => {
    const { clock, headEnd, fromHeadEnd, collector, toBackhaul } = street();
    const answers: unknown[] = [];
    const onAnswer = (delay_ms: number, { source, payload }: Packet) =>
      answers.push([delay_ms, hex(source), payload[0]]);
    expect(headEnd.ping(METER, 8, onAnswer, 1)).toBe(true);
    expect(fromHeadEnd.sent[0].hopLimit).toBe(1);
    fromHeadEnd.carry(collector);
    const error = toBackhaul.takeOne();
    clock.ms += 90;
    headEnd.receive(error);
    headEnd.receive(error);
    expect(answers).toEqual([[90, hex(COLLECTOR), Icmpv6Type.timeExceeded]]);
  });

  it("is not answered by an error about another packet, nor after it was given up", () => {
    const { headEnd, fromHeadEnd, collector, toBackhaul } = street();
    const answers: unknown[] = [];
    headEnd.ping(METER, 8, () => answers.push("first"), 1);
    fromHeadEnd.carry(collector);
    const first = toBackhaul.takeOne();
    headEnd.ping(METER, 8, () => answers.push("second"), 1);
    headEnd.receive(first);
    fromHeadEnd.carry(collector);
    headEnd.forgetPing();
    headEnd.receive(toBackhaul.takeOne());
    expect(answers).toEqual([]);
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
      payload: unhex("9b01 0000 1234"),
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
    Object.assign(datagram(HEAD_END, destination, 61440, 5683, unhex("01")), more);

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
    meter.receive(datagram(group(1), METER, 1, 2, unhex("")));
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
