import { type Link, Packet } from "firmware/ip/packet";
import { Peer } from "firmware/ip/socket";
import { IpStack, type Router } from "firmware/ip/stack";
import { Kernel } from "firmware/kernel/kernel";
import type { Clock } from "hal/clock";
import { expect } from "vitest";
import { address, COLLECTOR_EUI64, HEAD_END, METER, METER_EUI64, packet, PREFIX } from "./packets";
import { hex, unhex } from "../../support/hex";

const HEAD_END_EUI64 = unhex("0200570000000053");
export const COLLECTOR = address("2001:db8::5700:0:ff");

/** Keeps what it is given until it is carried on. */
export class Wire implements Link {
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

export function peer(at: Uint8Array, port: number): Peer {
  const made = new Peer();
  made.address.set(at);
  made.port = port;
  return made;
}

/** A clock that stands until it is set. */
class StandingClock implements Clock {
  ms = 0;
  onAlarm = () => {};
  now_ms = () => this.ms;
  setAlarm(): void {}
}

interface NodeOptions {
  address?: Uint8Array;
  router?: Router;
  clock?: Clock;
}

export function node(eui64: Uint8Array, link: Link, options: NodeOptions = {}): IpStack {
  const kernel = new Kernel(options.clock ?? new StandingClock());
  const stack = new IpStack({ eui64, link, kernel, ...(options.router && { router: options.router }) });
  if (options.address) stack.setAddress(options.address);
  return stack;
}

/** A meter, a collector that routes, and a head end. */
export function street() {
  const fromMeter = new Wire();
  const toMesh = new Wire();
  const toBackhaul = new Wire();
  const fromHeadEnd = new Wire();
  const clock = new StandingClock();
  const meter = node(METER_EUI64, fromMeter, { address: METER, clock });
  const router = {
    route: ({ destination }: Packet) =>
      destination[0] !== 0x20 ? undefined : hex(destination, 8) === hex(PREFIX, 8) ? toMesh : toBackhaul,
  };
  const collector = node(COLLECTOR_EUI64, toMesh, { address: COLLECTOR, router, clock });
  const headEnd = node(HEAD_END_EUI64, fromHeadEnd, { address: HEAD_END, clock });
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
  return { clock, meter, collector, headEnd, fromMeter, toMesh, toBackhaul, fromHeadEnd, settle };
}
