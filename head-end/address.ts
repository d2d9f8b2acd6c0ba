import { COAP_PORT } from "firmware/coap/endpoint";
import { Peer } from "firmware/ip/socket";

/** The CoAP server at an address. */
export function serverAt(address: Uint8Array): Peer {
  const peer = new Peer();
  peer.address.set(address);
  peer.port = COAP_PORT;
  return peer;
}

/** By which an address, or an EUI-64, is found in a map. */
export function keyOf(address: Uint8Array): string {
  return Buffer.from(address).toString("hex");
}
