import { Peer, type UdpSocket } from "firmware/ip/socket";
import type { SimulatedMeter } from "./meter";
import { quantile } from "./quantile";
import { Random } from "./random";
import type { Street } from "./street";

/** `--traffic echo:BYTES:SECONDS`: every node sends so much up so often, and its collector sends it back. */
export interface EchoTraffic {
  readonly bytes: number;
  readonly period_s: number;
}

/** What became of it; messages sent in the first {@link SETTLING_S} are left out. */
export interface TrafficResult {
  sent: number;
  /** At the collector, each once. */
  delivered: number;
  /** Back at their nodes, each once. */
  replied: number;
  /** From a node to the collector. */
  p50Ms: number;
  p95Ms: number;
  maxMs: number;
  /** Least share of a node's messages that was delivered. */
  worstNode: number;
  /** Frames on the air, acknowledgements among them, from then on, for each message delivered. */
  framesPerDelivered: number;
  /** Delivered more than once, at the collector or back at the node. */
  duplicates: number;
}

const SETTLING_S = 900;
/** The number of the node and that of the message. */
export const LEAST_BYTES = 6;
/** Messages still under way at the end have so long. */
const LATE_US = 30e6;
const PORT = 0xf0b1;
/** So long before and after its time each message may be sent. */
const JITTER_US = 1e6;

/** One message. */
interface Message {
  readonly node: number;
  readonly sent_us: number;
  /** When it was first at the collector. */
  arrived_us: number | undefined;
  returned: boolean;
}

/** Sends the messages of a street, and counts. */
export class Traffic {
  /** How long each message took that was delivered. */
  readonly latencies_ms: number[] = [];
  readonly #street: Street;
  readonly #echo: EchoTraffic;
  readonly #start_us: number;
  readonly #messages = new Map<number, Message>();
  #duplicates = 0;
  #framesBefore = 0;

  /** Starts at the street's present time. */
  constructor(street: Street, echo: EchoTraffic) {
    this.#street = street;
    this.#echo = echo;
    const { world, meters, collectors } = street;
    this.#start_us = world.now_us + SETTLING_S * 1e6;
    for (const { collector } of collectors) this.#answer(collector.stack.bind(PORT));
    for (const meter of meters) {
      const random = new Random(street.options.seed, `traffic ${meter.number}`);
      const socket = meter.meter.stack.bind(PORT);
      socket.onDatagram = (_peer, buffer, offset) => this.#returned(keyAt(buffer, offset));
      this.#schedule(meter, socket, world.now_us + random.below(echo.period_s * 1e6), 0, random);
    }
    world.at(this.#start_us, () => (this.#framesBefore = this.#frames()));
  }

  #schedule(meter: SimulatedMeter, socket: UdpSocket, due_us: number, number: number, random: Random): void {
    const { world } = this.#street;
    world.at(due_us + random.below(2 * JITTER_US) - JITTER_US, () => {
      this.#send(meter, socket, number);
      this.#schedule(meter, socket, due_us + this.#echo.period_s * 1e6, number + 1, random);
    });
  }

  #send({ number: node, meter }: SimulatedMeter, socket: UdpSocket, number: number): void {
    const { now_us } = this.#street.world;
    const payload = new Uint8Array(this.#echo.bytes);
    const view = new DataView(payload.buffer);
    view.setUint16(0, node);
    view.setUint32(2, number);
    if (now_us >= this.#start_us)
      this.#messages.set(keyAt(payload, 0), {
        node,
        sent_us: now_us,
        arrived_us: undefined,
        returned: false,
      });
    if (!meter.join.joined) return;
    const peer = new Peer();
    peer.address.set(meter.join.root);
    peer.port = PORT;
    socket.send(peer, payload, payload.length);
  }

  #answer(socket: UdpSocket): void {
    socket.onDatagram = (peer, buffer, offset, length) => {
      const message = this.#messages.get(keyAt(buffer, offset));
      if (message?.arrived_us !== undefined) this.#duplicates++;
      else if (message !== undefined) message.arrived_us = this.#street.world.now_us;
      socket.send(peer, buffer.slice(offset, offset + length), length);
    };
  }

  #returned(key: number): void {
    const message = this.#messages.get(key);
    if (message === undefined) return;
    if (message.returned) this.#duplicates++;
    message.returned = true;
  }

  /** What came of the messages sent up to now, which are given a while to arrive. */
  result(): TrafficResult {
    const { world } = this.#street;
    const frames = this.#frames() - this.#framesBefore;
    const messages = [...this.#messages.values()];
    world.runUntil(world.now_us + LATE_US);
    const nodes = new Map<number, { sent: number; delivered: number }>();
    for (const { node, sent_us, arrived_us } of messages) {
      const count = nodes.get(node) ?? { sent: 0, delivered: 0 };
      nodes.set(node, count);
      count.sent++;
      if (arrived_us === undefined) continue;
      count.delivered++;
      this.latencies_ms.push((arrived_us - sent_us) / 1000);
    }
    const { latencies_ms } = this;
    latencies_ms.sort((a, b) => a - b);
    return {
      sent: messages.length,
      delivered: latencies_ms.length,
      replied: messages.filter(({ returned }) => returned).length,
      p50Ms: quantile(latencies_ms, 0.5),
      p95Ms: quantile(latencies_ms, 0.95),
      maxMs: quantile(latencies_ms, 1),
      worstNode: Math.min(1, ...[...nodes.values()].map(({ sent, delivered }) => delivered / sent)),
      framesPerDelivered: Math.round((1000 * frames) / Math.max(1, latencies_ms.length)) / 1000,
      duplicates: this.#duplicates,
    };
  }

  #frames(): number {
    return this.#street.medium.radios.reduce((sum, { airtime }) => sum + airtime.frames, 0);
  }
}

/** A message's node and number as one. */
function keyAt(bytes: Uint8Array, offset: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint16(offset) * 2 ** 32 + view.getUint32(offset + 2);
}
