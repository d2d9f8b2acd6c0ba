import { generate } from "coap-packet";
import { describe, expect, it } from "vitest";
import { CoapEndpoint } from "firmware/coap/endpoint";
import { Code, type Resource } from "firmware/coap/resource";
import { Peer, type UdpSocket } from "firmware/ip/socket";
import { Kernel } from "firmware/kernel/kernel";
import { SeededEntropy } from "../../../host-sim/node";
import { Random } from "../../../host-sim/random";
import { ManualClock } from "../../support/scripted-meter";

/** An endpoint with one resource; messages that come to its group. */
function make() {
  let sent = 0;
  let served = 0;
  const socket: UdpSocket = { onDatagram: () => {}, send: () => sent++ >= 0 };
  const resource: Resource = { path: "gasp", attributes: "", post: () => (served++, Code.changed) };
  const coap = new CoapEndpoint({
    socket,
    kernel: new Kernel(new ManualClock()),
    entropy: new SeededEntropy(new Random(1, "group")),
    resources: [resource],
  });
  const peer = new Peer();
  peer.toGroup = true;
  const hear = (bytes: Uint8Array) => socket.onDatagram(peer, bytes, 0, bytes.length);
  const post = (confirmable: boolean, path = "gasp") =>
    hear(
      generate({
        confirmable,
        code: "0.02",
        messageId: 7,
        token: Buffer.alloc(0),
        options: [{ name: "Uri-Path", value: Buffer.from(path) }],
      }),
    );
  return { coap, hear, post, sent: () => sent, served: () => served };
}

describe("a message to a group (RFC 7252, section 8)", () => {
  it("is served and not answered", () => {
    const { post, sent, served, coap } = make();
    post(false);
    post(false, "nothing");
    expect([served(), sent(), coap.counters.requests]).toEqual([1, 0, 2]);
  });

  it("that wants an acknowledgement, is no request, or is malformed is dropped in silence", () => {
    const { hear, post, sent, served, coap } = make();
    post(true);
    hear(Uint8Array.of(0x40, 0, 0, 1));
    hear(Uint8Array.of(0x50, 0x45, 0, 2));
    hear(Uint8Array.of(0x49, 2, 0, 3));
    expect([served(), sent(), coap.counters.format]).toEqual([0, 0, 4]);
  });
});
