import { Reader } from "firmware/codec/cursor";
import { Group } from "firmware/ip/address";
import { TransportFault } from "firmware/ip/checksum";
import { checkMessage, writeMessageChecksum } from "firmware/ip/icmpv6";
import { readPacket } from "firmware/ip/ipv6";
import { Packet } from "firmware/ip/packet";
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
import { COLLECTOR, street } from "./street";
import { hex, unhex } from "../../support/hex";

describe("errors (RFC 4443)", () => {
  const request = (destination: Uint8Array, more = {}) =>
    Object.assign(datagram(HEAD_END, destination, 61440, 7, unhex("0102030405")), more);

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
    const strange = { source: HEAD_END, destination: METER, nextHeader: 253, payload: unhex("00") };
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
    meter.receive(datagram(address("::"), METER, 61440, 7, unhex("01")));
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
    const { clock, meter, fromMeter } = street();
    const flood = (count: number) => {
      for (let n = 0; n < count; n++) meter.receive(request(METER));
      return fromMeter.sent.splice(0).length;
    };
    expect(flood(20)).toBe(6);
    expect(meter.counters.errorsLimited).toBe(14);
    clock.ms += 999;
    expect(flood(5)).toBe(0);
    clock.ms += 1;
    expect(flood(5)).toBe(1);
    clock.ms += 2500;
    expect(flood(5)).toBe(2);
    clock.ms += 500;
    expect(flood(5)).toBe(1);
    clock.ms += 3_600_000;
    expect(flood(50)).toBe(6);
  });

  it("and unknown messages are told apart", () => {
    const { meter, fromMeter } = street();
    const strange = packet({
      source: HEAD_END,
      destination: METER,
      nextHeader: 58,
      payload: unhex("c800 0000"),
    });
    writeMessageChecksum(strange);
    meter.receive(strange);
    expect(meter.counters.dropped.unknownMessage).toBe(1);
    expect(fromMeter.sent).toEqual([]);
  });
});
