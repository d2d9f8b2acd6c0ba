import { MessageBuilder, OptionNumber, Type } from "firmware/coap/message";
import { Code } from "firmware/coap/resource";
import { Peer, type UdpSocket } from "firmware/ip/socket";

const COAP_PORT = 5683;
const SLASH = 0x2f;

/**
 * Asks a meter for a resource, once.
 * @param address of the meter, 16 bytes
 */
export function ask(
  socket: UdpSocket,
  address: Uint8Array,
  path: string,
  query: string,
  onAnswer: () => void,
): void {
  const peer = new Peer();
  peer.address.set(address);
  peer.port = COAP_PORT;
  const request = new MessageBuilder(64);
  request.start(Type.confirmable, Code.get, 1 + path.length, request.bytes, 0, 0);
  request.textOptions(OptionNumber.uriPath, path, SLASH);
  if (query !== "") request.textOptions(OptionNumber.uriQuery, query, SLASH);
  socket.onDatagram = onAnswer;
  socket.send(peer, request.bytes, request.length);
}
