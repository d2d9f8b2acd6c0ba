import { generate, parse, type Packet, type ParsedPacket } from "coap-packet";
import { type CoapEndpoint, type CoapOptions } from "firmware/coap/endpoint";
import { type Answer, type Call } from "firmware/coap/exchange";
import { Code } from "firmware/coap/resource";
import { Network, peerOf } from "./network";

interface Outcome {
  failure: number;
  code: number;
  contentFormat: number;
  body: string;
  at_s: number;
}

/** A client under test, and a server that is coap-packet: it answers what the test says. */
export class Script {
  readonly network = new Network(1);
  readonly client: CoapEndpoint;
  readonly requests: ParsedPacket[] = [];
  readonly times_s: number[] = [];
  readonly outcomes: Outcome[] = [];
  /** Called with each request; answers with what to send back. */
  reply: (request: ParsedPacket) => Packet | undefined = () => undefined;

  constructor(options: Partial<CoapOptions> = {}) {
    const { network } = this;
    network.socket().onDatagram = (_peer, buffer, offset, length) => {
      const request = parse(Buffer.from(buffer.slice(offset, offset + length)));
      this.requests.push(request);
      this.times_s.push(network.world.now_us / 1e6);
      const packet = this.reply(request);
      if (packet !== undefined) this.send(packet);
    };
    this.client = network.endpoint(options);
  }

  send(packet: Packet, from = 0): void {
    const bytes = new Uint8Array(
      generate({ code: "0.00", token: Buffer.alloc(0), confirmable: false, ...packet }),
    );
    this.network.world.in(1000, () => this.network.deliver(from, 1, bytes));
  }

  /** The usual answer, in the acknowledgement. */
  piggyback(request: ParsedPacket, packet: Packet): Packet {
    return { ack: true, messageId: request.messageId, token: request.token, code: "2.05", ...packet };
  }

  request(call: Partial<Call> = {}): number {
    return this.client.request({ peer: peerOf(0), code: Code.get, path: "reg", ...call }, (answer) =>
      this.note(answer),
    );
  }

  note(answer: Answer): void {
    this.outcomes.push({
      failure: answer.failure,
      code: answer.code,
      contentFormat: answer.contentFormat,
      body: Buffer.from(answer.body.slice(answer.bodyOffset, answer.bodyOffset + answer.bodyLength)).toString(
        "latin1",
      ),
      at_s: this.network.world.now_us / 1e6,
    });
  }
}
