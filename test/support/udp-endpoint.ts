import { createSocket, type Socket } from "node:dgram";
import { CoapEndpoint, type CoapOptions } from "firmware/coap/endpoint";
import { Peer, type UdpSocket } from "firmware/ip/socket";
import { Kernel } from "firmware/kernel/kernel";
import type { Clock } from "hal/clock";
import { seededEntropy } from "../firmware/coap/network";

/** A CoAP endpoint on a UDP port of IPv4 loopback, in wall time, for stock programs to talk to. */
export class UdpEndpoint {
  readonly endpoint: CoapEndpoint;
  readonly #socket: Socket;

  private constructor(socket: Socket, options: Partial<CoapOptions>) {
    this.#socket = socket;
    this.endpoint = new CoapEndpoint({
      socket: loopback(socket),
      kernel: new Kernel(new WallClock()),
      entropy: seededEntropy(1, "loopback"),
      ...options,
    });
  }

  static async open(options: Partial<CoapOptions>): Promise<UdpEndpoint> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return new UdpEndpoint(socket, options);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): void {
    this.#socket.close();
  }
}

function loopback(socket: Socket): UdpSocket {
  const bound: UdpSocket = {
    onDatagram: () => {},
    send: (to, payload, length) => {
      socket.send(payload.slice(0, length), to.port, "127.0.0.1");
      return true;
    },
  };
  const peer = new Peer();
  peer.address.set([0xff, 0xff, 127, 0, 0, 1], 10);
  socket.on("message", (message, from) => {
    peer.port = from.port;
    bound.onDatagram(peer, message, 0, message.length);
  });
  return bound;
}

class WallClock implements Clock {
  onAlarm: () => void = () => {};
  readonly #start_ms = performance.now();
  #timer: NodeJS.Timeout | undefined;

  now_ms(): number {
    return Math.floor(performance.now() - this.#start_ms);
  }

  setAlarm(at_ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.onAlarm(), at_ms - this.now_ms());
  }
}
