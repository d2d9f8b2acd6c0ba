import { generate, parse, type NamedOption, type Packet, type ParsedPacket } from "coap-packet";
import { type CoapEndpoint, type CoapOptions } from "firmware/coap/endpoint";
import { Code, ContentFormat, type Request, type Resource } from "firmware/coap/resource";
import { FAIR, Network, type Weather } from "./network";

/** What the resources below were asked to do, in order. */
export interface Log {
  puts: string[];
  gets: number;
}

/** Resources for tests: one of each kind of answer. */
export function resources(log: Log): Resource[] {
  return [
    {
      path: "small",
      attributes: 'rt="test.small";ct=0',
      get(_request, response) {
        log.gets++;
        response.contentFormat = ContentFormat.text;
        response.body.ascii("a small body");
        return Code.content;
      },
      put(request) {
        log.puts.push(bodyOf(request));
        return Code.changed;
      },
      post(request, response) {
        log.puts.push(bodyOf(request));
        response.contentFormat = ContentFormat.text;
        response.body.ascii(bodyOf(request));
        return Code.changed;
      },
    },
    {
      path: "large",
      attributes: 'rt="test.large";ct=0;sz=700',
      get(_request, response) {
        response.contentFormat = ContentFormat.text;
        response.body.ascii(largeBody(700));
        return Code.content;
      },
    },
    {
      // Different at each rendering, as instantaneous values are.
      path: "inst",
      attributes: "",
      get(request, response) {
        log.gets++;
        const length = request.queryInteger("n", 400);
        if (Number.isNaN(length)) return Code.badRequest;
        const letter = String.fromCharCode(64 + log.gets);
        for (let i = 0; i < length && response.body.ok; i++) response.body.ascii(letter);
        response.contentFormat = ContentFormat.octets;
        return Code.content;
      },
    },
    { path: "a/b", attributes: "", put: () => Code.created },
  ];
}

export function largeBody(length: number): string {
  let text = "";
  for (let line = 0; text.length < length; line++) text += `line ${String(line).padStart(3, "0")}\n`;
  return text.slice(0, length);
}

function bodyOf(request: Request): string {
  return Buffer.from(
    request.body.slice(request.bodyOffset, request.bodyOffset + request.bodyLength),
  ).toString("latin1");
}

/** A server under test, and a client that is coap-packet: what it sends is up to the test. */
export class Stock {
  readonly log: Log = { puts: [], gets: 0 };
  readonly network: Network;
  readonly server: CoapEndpoint;
  /** Datagrams that came back. */
  readonly inbox: Uint8Array[] = [];
  #id = 100;

  constructor(options: Partial<CoapOptions> = {}, weather: Weather = FAIR) {
    this.network = new Network(1, weather);
    this.network.socket().onDatagram = (_peer, buffer, offset, length) => {
      this.inbox.push(buffer.slice(offset, offset + length));
    };
    this.server = this.network.endpoint({ resources: resources(this.log), ...options });
  }

  /** Sends bytes as they are from a node, the first by default; answers what comes back to the first, if anything. */
  raw(bytes: Uint8Array, node = 0): Uint8Array | undefined {
    this.inbox.length = 0;
    this.network.deliver(node, 1, bytes);
    this.network.run(1);
    return this.inbox.shift();
  }

  send(packet: Packet): ParsedPacket | undefined {
    const answer = this.raw(this.packet(packet));
    return answer && parse(Buffer.from(answer));
  }

  packet(packet: Packet): Uint8Array {
    return new Uint8Array(
      generate({
        messageId: this.#id++,
        confirmable: true,
        token: Buffer.from("tok"),
        code: "GET",
        ...packet,
      }),
    );
  }

  get(path: string, options: NamedOption[] = []): ParsedPacket {
    const answer = this.send({ options: [...uri(path), ...options] });
    if (answer === undefined) throw new Error("no answer");
    return answer;
  }
}

/** Options of `path?query&query`. */
export function uri(text: string): NamedOption[] {
  const [path, query] = text.split("?");
  return [
    ...path.split("/").map((part) => ({ name: "Uri-Path" as const, value: Buffer.from(part) })),
    ...(query?.split("&") ?? []).map((part) => ({ name: "Uri-Query" as const, value: Buffer.from(part) })),
  ];
}

/** A Block option as RFC 7959 writes it: number, more, size. */
export function block(name: "Block1" | "Block2", number: number, more: 0 | 1, size: number): NamedOption {
  return { name, value: uint((number << 4) | (more << 3) | (Math.log2(size) - 4)) };
}

export function uint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 0; value = Math.floor(value / 256)) bytes.unshift(value & 255);
  return Buffer.from(bytes);
}

/** An option's value as an integer; undefined where it is not there. */
export function option(packet: ParsedPacket, name: string): number | undefined {
  const value = packet.options.find((one) => one.name === name)?.value as unknown;
  if (value === undefined) return undefined;
  if (Buffer.isBuffer(value)) return value.reduce((sum, byte) => sum * 256 + byte, 0);
  return Number(value);
}

/** A Block option as RFC 7959 writes it: `1/1/128`. */
export function blockOf(packet: ParsedPacket, name: "Block1" | "Block2"): string | undefined {
  const value = option(packet, name);
  return value === undefined ? undefined : `${value >> 4}/${(value >> 3) & 1}/${16 << (value & 7)}`;
}

/** Reads block after block, as the answers allow; answers the bodies' bytes and the blocks seen. */
export function readAll(stock: Stock, path: string, size: number, first: NamedOption[] = []) {
  let answer = stock.get(path, first);
  const flow = [blockOf(answer, "Block2")];
  const etags = [option(answer, "ETag")];
  let body = answer.payload.toString();
  while ((option(answer, "Block2") ?? 0) & 8) {
    answer = stock.get(path, [block("Block2", body.length / size, 0, size)]);
    flow.push(blockOf(answer, "Block2"));
    etags.push(option(answer, "ETag"));
    body += answer.payload.toString();
  }
  return { body, flow, etags };
}
