import { MessageBuilder, OptionNumber, Type } from "firmware/coap/message";
import { Code } from "firmware/coap/resource";
import { Peer, type UdpSocket } from "firmware/ip/socket";

const COAP_PORT = 5683;
const SLASH = 0x2f;

/** Asks one meter for its resources, each time once. */
export class Questioner {
  readonly #socket: UdpSocket;
  readonly #peer = new Peer();
  readonly #request = new MessageBuilder(64);
  #messageId = 0;

  /** @param address of the meter, 16 bytes */
  constructor(socket: UdpSocket, address: Uint8Array) {
    this.#socket = socket;
    this.#peer.address.set(address);
    this.#peer.port = COAP_PORT;
  }

  ask(path: string, query: string, onAnswer: () => void): void {
    const request = this.#request;
    request.start(Type.confirmable, Code.get, ++this.#messageId, request.bytes, 0, 0);
    request.textOptions(OptionNumber.uriPath, path, SLASH);
    if (query !== "") request.textOptions(OptionNumber.uriQuery, query, SLASH);
    this.#socket.onDatagram = onAnswer;
    this.#socket.send(this.#peer, request.bytes, request.length);
  }
}
