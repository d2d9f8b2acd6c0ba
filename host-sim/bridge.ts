import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { COAP_PORT } from "firmware/coap/endpoint";
import { Peer, type UdpSocket } from "firmware/ip/socket";
import { BadInput } from "./options";
import type { Street } from "./street";
import type { WallTime } from "./wall-time";

const LOOPBACK = "127.0.0.1";
/** Clients at a time; the one that has been there longest makes room. */
const MAX_CLIENTS = 128;

/** One client of one meter, and the head end's port that stands for it on the inside. */
interface Client {
  readonly outside: Socket;
  readonly port: number;
  readonly inside: UdpSocket;
}

/**
 * Lets CoAP clients on this machine talk to the meters of a street: meter n has UDP port `port + n - 1` of the
 * loopback. Datagrams pass unaltered, through the head end's address, the collector and the air.
 */
export class CoapBridge {
  readonly #street: Street;
  readonly #sockets: Socket[] = [];
  readonly #clients = new Map<string, Client>();
  #time: WallTime | undefined;

  private constructor(street: Street) {
    this.#street = street;
  }

  /**
   * Takes the ports; what arrives waits until {@link start}.
   * @throws BadInput when a port is taken
   */
  static async open(street: Street, port: number): Promise<CoapBridge> {
    const bridge = new CoapBridge(street);
    for (let meter = 0; meter < street.meters.length; meter++) {
      const socket = createSocket("udp4");
      bridge.#sockets.push(socket);
      await new Promise<void>((resolve, reject) => {
        socket.once("error", () => {
          bridge.close();
          reject(new BadInput(`--coap-bridge: UDP port ${port + meter} of ${LOOPBACK} is taken`));
        });
        socket.bind(port + meter, LOOPBACK, resolve);
      });
    }
    return bridge;
  }

  /** From now on datagrams reach the meters. */
  start(time: WallTime): void {
    this.#time = time;
    for (const [meter, socket] of this.#sockets.entries()) {
      socket.removeAllListeners("error");
      // A client that has gone away is told so by the system; there is nothing to do about it.
      socket.on("error", () => {});
      socket.on("message", (datagram, from) => this.#forward(meter, socket, datagram, from));
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #forward(meter: number, outside: Socket, datagram: Uint8Array, from: RemoteInfo): void {
    this.#time?.catchUp();
    const peer = new Peer();
    peer.address.set(this.#street.meters[meter].meter.stack.address);
    peer.port = COAP_PORT;
    this.#client(meter, outside, from.port).inside.send(peer, datagram, datagram.length);
  }

  #client(meter: number, outside: Socket, port: number): Client {
    const clients = this.#clients;
    const key = `${meter}:${port}`;
    let client = clients.get(key);
    if (client !== undefined) return client;
    let inside: UdpSocket;
    if (clients.size < MAX_CLIENTS) inside = this.#street.headEnd.openPort();
    else {
      const [oldestKey, oldest] = clients.entries().next().value!;
      clients.delete(oldestKey);
      inside = oldest.inside;
    }
    inside.onDatagram = (_peer, buffer, offset, length) => {
      outside.send(buffer.slice(offset, offset + length), port, LOOPBACK);
    };
    client = { outside, port, inside };
    clients.set(key, client);
    return client;
  }
}
