import { encodeBlock, szxOf } from "firmware/coap/block";
import { Discovery } from "firmware/coap/discovery";
import type { Message, MessageBuilder } from "firmware/coap/message";
import { OptionNumber } from "firmware/coap/message";
import type { Representation } from "firmware/coap/representation";
import { Representations } from "firmware/coap/representation";
import { IncomingRequest } from "firmware/coap/request";
import type { Resource, Response } from "firmware/coap/resource";
import { Code, ContentFormat } from "firmware/coap/resource";
import { Upload } from "firmware/coap/upload";
import type { Peer } from "firmware/ip/socket";

export interface ServerOptions {
  readonly resources: readonly Resource[];
  readonly representations: number;
  readonly bodyBytes: number;
  readonly takenBytes: number;
  /** SZX of the blocks that are sent when the client does not ask for smaller ones. */
  readonly preferredBlock: number;
  readonly maxUnfragmented: number;
  /** How long parts of bodies are kept for the blocks that follow. */
  readonly lifetime_ms: number;
}

/** Answers requests from the resources of a node, in blocks where they are large (RFC 7959). */
export class Server {
  readonly #resources: Resource[] = [];
  readonly #request = new IncomingRequest();
  readonly #representations: Representations;
  readonly #upload: Upload;
  readonly #takenBytes: number;
  readonly #preferredSzx: number;
  readonly #maxUnfragmented: number;
  /** What the answer being made shows, if it has a body. */
  #shown: Representation | undefined;

  constructor(options: ServerOptions) {
    for (let i = 0; i < options.resources.length; i++) this.#resources.push(options.resources[i]);
    this.#resources.push(new Discovery(options.resources));
    this.#representations = new Representations(
      options.representations,
      options.bodyBytes,
      options.lifetime_ms,
    );
    this.#upload = new Upload(options.takenBytes, options.lifetime_ms);
    this.#takenBytes = options.takenBytes;
    this.#preferredSzx = szxOf(options.preferredBlock);
    this.#maxUnfragmented = options.maxUnfragmented;
  }

  /** Writes the answer to a request into `reply`, which then lacks nothing; answers its code. */
  respond(
    message: Message,
    peer: Peer,
    type: number,
    id: number,
    reply: MessageBuilder,
    now_ms: number,
  ): number {
    const request = this.#request;
    this.#shown = undefined;
    let code = request.read(message, peer);
    if (code === Code.empty) code = this.serve(peer, now_ms);
    const shown = this.#shown as Representation | undefined;
    // Beyond the end of the body there is no block.
    if (shown !== undefined && request.block2.offset > 0 && request.block2.offset >= shown.body.length) {
      code = Code.badRequest;
      this.#shown = undefined;
    }
    reply.start(type, code, id, message.bytes, message.tokenAt, message.tokenLength);
    if (this.#shown === undefined) this.writeBlock1(reply, code);
    else this.writeBody(reply, this.#shown, code, now_ms);
    return code;
  }

  /** Whether who asked last wants no response of the class of `code` (RFC 7967). */
  isUnwanted(code: number): boolean {
    return (this.#request.unwanted & (1 << ((code >> 5) - 1))) !== 0;
  }

  private serve(peer: Peer, now_ms: number): number {
    const request = this.#request;
    const resource = this.find();
    if (resource === undefined) return Code.notFound;
    if (!serves(resource, request.method)) return Code.methodNotAllowed;
    if (request.block2.number > 0) {
      const kept = this.#representations.find(peer, resource, request, now_ms);
      if (kept !== undefined) return this.show(kept);
      // What was asked for once is not done again for the sake of its answer; reading again does no harm.
      if (request.method !== Code.get) return Code.requestEntityIncomplete;
    }
    if (request.block1.present) {
      const code = this.#upload.add(peer, resource, request, now_ms);
      if (code !== Code.empty) return code;
    }
    if (request.bodyLength > this.#takenBytes) return Code.requestEntityTooLarge;
    const fresh = this.#representations.claim(peer, resource, request, now_ms);
    fresh.code = invoke(resource, request, fresh);
    return fresh.body.ok ? this.show(fresh) : Code.internalServerError;
  }

  /** Makes `representation` the answer's body, if its format is one that the client takes. */
  private show(representation: Representation): number {
    const accept = this.#request.accept;
    const wanted = accept === ContentFormat.none || accept === representation.contentFormat;
    if (representation.code === Code.content && !wanted) return Code.notAcceptable;
    if (representation.body.length > 0) this.#shown = representation;
    return representation.code;
  }

  private find(): Resource | undefined {
    const resources = this.#resources;
    for (let i = 0; i < resources.length; i++)
      if (this.#request.pathIs(resources[i].path)) return resources[i];
    return undefined;
  }

  private writeBody(reply: MessageBuilder, shown: Representation, code: number, now_ms: number): void {
    const request = this.#request;
    const asked = request.block2;
    const length = shown.body.length;
    const limit = asked.present ? Math.min(asked.size, this.#maxUnfragmented) : this.#maxUnfragmented;
    const whole = asked.number === 0 && length <= limit;
    // A client that asks for larger blocks than we send gets its number scaled to ours (section 2.4).
    const szx = whole ? asked.szx : Math.min(asked.szx, this.#preferredSzx);
    const offset = asked.offset;
    const count = whole ? length : Math.min(16 << szx, length - offset);
    if (!whole) {
      if (shown.used_ms === -Infinity) shown.keep(now_ms);
      shown.used_ms = now_ms;
      reply.option(OptionNumber.etag, shown.etag, 0, shown.etag.length);
    }
    if (shown.contentFormat !== ContentFormat.none) {
      reply.uintOption(OptionNumber.contentFormat, shown.contentFormat);
    }
    if (asked.present || !whole) {
      reply.uintOption(OptionNumber.block2, encodeBlock(offset, offset + count < length, szx));
    }
    this.writeBlock1(reply, code);
    if (request.wantsSize2) reply.uintOption(OptionNumber.size2, length);
    reply.payload(shown.body.bytes, offset, count);
  }

  /** Confirms the block that the request carried, and asks for smaller ones where they are larger than ours. */
  private writeBlock1(reply: MessageBuilder, code: number): void {
    const block = this.#request.block1;
    if (code === Code.requestEntityTooLarge) {
      reply.uintOption(OptionNumber.size1, this.#takenBytes);
    } else if (block.present && code < Code.badRequest) {
      const szx = Math.min(block.szx, this.#preferredSzx);
      reply.uintOption(OptionNumber.block1, (block.number << 4) | (code === Code.continue ? 8 : 0) | szx);
    }
  }
}

function serves(resource: Resource, method: number): boolean {
  switch (method) {
    case Code.get:
      return resource.get !== undefined;
    case Code.put:
      return resource.put !== undefined;
    case Code.post:
      return resource.post !== undefined;
    default:
      return false;
  }
}

function invoke(resource: Resource, request: IncomingRequest, response: Response): number {
  switch (request.method) {
    case Code.get:
      return resource.get!(request, response);
    case Code.put:
      return resource.put!(request, response);
    default:
      return resource.post!(request, response);
  }
}
