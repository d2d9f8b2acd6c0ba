import { CoapEndpoint, type CoapOptions } from "firmware/coap/endpoint";
import { Peer, type UdpSocket } from "firmware/ip/socket";
import { Kernel } from "firmware/kernel/kernel";
import type { Entropy } from "hal/entropy";
import { CrystalClock } from "../../../host-sim/clock";
import { Random } from "../../../host-sim/random";
import { World } from "../../../host-sim/world";

/** One datagram on its way, as a test sees it. */
export interface Datagram {
  at_us: number;
  from: number;
  to: number;
  bytes: Uint8Array;
}

export interface Weather {
  /** Share of datagrams lost. */
  loss: number;
  /** Share that arrives a second time. */
  duplication: number;
  latency_us: number;
  /** Added at random, so that datagrams overtake each other. */
  jitter_us: number;
}

export const FAIR: Weather = { loss: 0, duplication: 0, latency_us: 10_000, jitter_us: 0 };

/** A network of UDP sockets in simulated time; node n has the address n in its last byte. */
export class Network {
  readonly world = new World();
  /** Everything that was sent, lost or not. */
  readonly sent: Datagram[] = [];
  readonly #sockets: UdpSocket[] = [];
  readonly #random: Random;

  constructor(
    private readonly seed: number,
    readonly weather: Weather = FAIR,
  ) {
    this.#random = new Random(seed, "network");
  }

  /** A socket for the next node: the first is node 0. */
  socket(): UdpSocket {
    const node = this.#sockets.length;
    const socket: UdpSocket = {
      onDatagram: () => {},
      send: (peer, payload, length) => {
        this.#carry(node, peer.address[15], payload.slice(0, length));
        return true;
      },
    };
    this.#sockets.push(socket);
    return socket;
  }

  endpoint(options: Partial<CoapOptions> = {}): CoapEndpoint {
    const node = this.#sockets.length;
    return new CoapEndpoint({
      socket: this.socket(),
      kernel: new Kernel(new CrystalClock(this.world, node % 2 === 0 ? 20 : -20)),
      entropy: seededEntropy(this.seed, `entropy ${node}`),
      ...options,
    });
  }

  run(seconds: number): void {
    this.world.runUntil(this.world.now_us + seconds * 1e6);
  }

  /** Delivers a datagram at once, at an offset that is not 0, as in a stack's buffer. */
  deliver(from: number, to: number, bytes: Uint8Array): void {
    const offset = 5;
    const buffer = new Uint8Array(bytes.length + offset + 3).fill(0xee);
    buffer.set(bytes, offset);
    this.#sockets[to]?.onDatagram(peerOf(from), buffer, offset, bytes.length);
    buffer.fill(0xdd);
  }

  #carry(from: number, to: number, bytes: Uint8Array): void {
    const { loss, duplication, latency_us, jitter_us } = this.weather;
    const random = this.#random;
    this.sent.push({ at_us: this.world.now_us, from, to, bytes });
    const copies = random.chance(duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (random.chance(loss)) continue;
      const delay_us = Math.floor(latency_us + random.next() * jitter_us);
      this.world.in(delay_us, () => this.deliver(from, to, bytes));
    }
  }
}

export function peerOf(node: number): Peer {
  const peer = new Peer();
  peer.address[15] = node;
  peer.port = 5683;
  return peer;
}

export function seededEntropy(seed: number, stream: string): Entropy {
  const random = new Random(seed, stream);
  return {
    fill: (into) => {
      for (let i = 0; i < into.length; i++) into[i] = random.below(256);
    },
  };
}

export function ascii(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}
