import {
  Group,
  groupOf,
  isAnyRouter,
  isLinkLocal,
  isMplDomain,
  isMulticast,
  isUnspecified,
  sameAddress,
  staysOnLink,
  writeLinkLocal,
} from "firmware/ip/address";
import { TransportFault } from "firmware/ip/checksum";
import { IpCounters } from "firmware/ip/counters";
import { ErrorLimit } from "firmware/ip/error-limit";
import {
  checkMessage,
  HOP_LIMIT_EXCEEDED,
  Icmpv6Type,
  isError,
  mayCauseError,
  messageWord,
  NEXT_HEADER_ICMPV6,
  NEXT_HEADER_POINTER,
  quotedEcho,
  Unreachable,
  UNRECOGNIZED_NEXT_HEADER,
  writeEchoReply,
  writeEchoRequest,
  writeError,
} from "firmware/ip/icmpv6";
import { NO_MPL } from "firmware/ip/mpl-option";
import { type Link, Packet } from "firmware/ip/packet";
import { Peer, type UdpSocket } from "firmware/ip/socket";
import {
  checkDatagram,
  datagramLength,
  destinationPort,
  NEXT_HEADER_UDP,
  sourcePort,
  UDP_HEADER_BYTES,
  writeDatagram,
} from "firmware/ip/udp";
import type { Kernel } from "firmware/kernel/kernel";

const DEFAULT_HOP_LIMIT = 64;

/**
 * Takes the answer to an echo request, its reply or an ICMPv6 error about it, `delay_ms` after it was sent; `answer` is
 * valid during the call only.
 */
export type EchoAnswer = (delay_ms: number, answer: Packet) => void;

/** Chooses the link of a packet that leaves the neighbourhood; undefined where there is no way. */
export interface Router {
  route(packet: Packet): Link | undefined;
}

export interface IpStackOptions {
  /** EUI-64, most significant byte first. */
  eui64: Uint8Array;
  /** Takes what has a link-local destination and, where there is no router, all else. */
  link: Link;
  kernel: Kernel;
  /** Makes this node forward packets for others (RFC 8200, section 2), and finds the way for its own. */
  router?: Router;
  /** The longest payload that it sends, no shorter than what its links deliver; `MAX_PAYLOAD` by default. */
  payloadBytes?: number;
}

/**
 * IPv6 of one node: its addresses, UDP sockets, ICMPv6, and forwarding on a router.
 *
 * Links hand packets to {@link receive} and must not do so from within their `send`.
 */
export class IpStack {
  readonly linkLocal = new Uint8Array(16);
  /** The global address, unspecified (`::`) until {@link setAddress}. */
  readonly address = new Uint8Array(16);
  readonly counters = new IpCounters();
  /** A message of RPL arrived, its checksum right; valid during the call only. */
  onRpl: (packet: Packet) => void = () => {};
  /** An ICMPv6 error arrived; valid during the call only. CoAP's own time-outs find a peer that is not there. */
  onError: (packet: Packet) => void = () => {};

  readonly #link: Link;
  readonly #router: Router | undefined;
  readonly #kernel: Kernel;
  readonly #errorLimit: ErrorLimit;
  readonly #ports: BoundPort[] = [];
  /** Own packets are made here; what is being received stays with its link, so that a handler can answer it. */
  readonly #out: Packet;

  readonly #echoIdentifier: number;
  #echoSequence = 0;
  #echoSent_ms = 0;
  #onEchoAnswer: EchoAnswer | undefined;

  constructor(options: IpStackOptions) {
    const eui64 = options.eui64;
    this.#link = options.link;
    this.#router = options.router;
    this.#kernel = options.kernel;
    this.#errorLimit = new ErrorLimit(options.kernel);
    this.#out = new Packet(options.payloadBytes);
    this.#echoIdentifier = (eui64[6] << 8) | eui64[7];
    writeLinkLocal(eui64, this.linkLocal);
  }

  /** Sets the global address, 16 bytes. */
  setAddress(address: Uint8Array): void {
    this.address.set(address);
  }

  /** Opens a UDP port, for good. One that is open already is a fault of the program and throws. */
  bind(port: number): UdpSocket {
    if (this.bound(port) !== undefined) throw new RangeError("port in use");
    const bound = new BoundPort(this, port);
    this.#ports.push(bound);
    return bound;
  }

  /**
   * Sends an echo request with `bytes` bytes of data; one that is still unanswered is given up.
   * @param onAnswer called once, at the first answer
   * @returns whether it was sent
   */
  ping(
    destination: Uint8Array,
    bytes: number,
    onAnswer: EchoAnswer,
    hopLimit: number = DEFAULT_HOP_LIMIT,
  ): boolean {
    this.#echoSequence = (this.#echoSequence + 1) & 0xffff;
    this.#echoSent_ms = this.#kernel.now_ms();
    this.#onEchoAnswer = onAnswer;
    this.begin(destination);
    this.#out.hopLimit = hopLimit;
    return writeEchoRequest(this.#out, this.#echoIdentifier, this.#echoSequence, bytes) && this.send();
  }

  /** An echo request that is still unanswered is given up. */
  forgetPing(): void {
    this.#onEchoAnswer = undefined;
  }

  /** @internal Sockets call this. */
  sendDatagram(port: number, peer: Peer, data: Uint8Array, length: number): boolean {
    this.begin(peer.address);
    return writeDatagram(this.#out, port, peer.port, data, length) && this.send();
  }

  /** Takes a packet from a link. It is the caller's, and its hop limit is lowered where it is forwarded. */
  receive(packet: Packet): void {
    this.counters.received++;
    if (isMulticast(packet.source)) this.counters.dropped.badSource++;
    else if (this.isOwn(packet.destination)) this.deliver(packet);
    else this.forward(packet);
  }

  private deliver(packet: Packet): void {
    if (packet.nextHeader === NEXT_HEADER_UDP) {
      if (this.passes(checkDatagram(packet))) this.deliverDatagram(packet);
    } else if (packet.nextHeader === NEXT_HEADER_ICMPV6) {
      if (this.passes(checkMessage(packet))) this.deliverMessage(packet);
    } else {
      this.counters.dropped.unknownNextHeader++;
      this.sendErrorTo(
        packet.source,
        Icmpv6Type.parameterProblem,
        UNRECOGNIZED_NEXT_HEADER,
        NEXT_HEADER_POINTER,
        packet,
      );
    }
  }

  private passes(fault: number): boolean {
    if (fault === TransportFault.length) this.counters.dropped.badLength++;
    else if (fault === TransportFault.checksum) this.counters.dropped.badChecksum++;
    return fault === TransportFault.none;
  }

  private deliverDatagram(packet: Packet): void {
    const bound = this.bound(destinationPort(packet));
    if (bound === undefined) {
      this.counters.dropped.portUnreachable++;
      this.sendError(Icmpv6Type.destinationUnreachable, Unreachable.port, packet);
      return;
    }
    this.counters.datagrams++;
    bound.deliver(packet);
  }

  private deliverMessage(packet: Packet): void {
    const type = packet.payload[0];
    if (type === Icmpv6Type.echoRequest) {
      this.counters.messages++;
      this.begin(packet.source);
      // What was asked at one of our addresses is answered from it.
      if (!isMulticast(packet.destination)) this.#out.source.set(packet.destination);
      writeEchoReply(this.#out, packet);
      this.send();
    } else if (type === Icmpv6Type.echoReply) {
      this.counters.messages++;
      this.takeEchoAnswer(packet, messageWord(packet));
    } else if (type === Icmpv6Type.rpl) {
      this.counters.messages++;
      this.onRpl(packet);
    } else if (isError(packet)) {
      this.counters.messages++;
      this.takeEchoAnswer(packet, quotedEcho(packet));
      this.onError(packet);
    } else {
      this.counters.dropped.unknownMessage++;
    }
  }

  /** @param word identifier and sequence number of the request that it answers */
  private takeEchoAnswer(packet: Packet, word: number): void {
    const onAnswer = this.#onEchoAnswer;
    if (onAnswer === undefined || word !== this.#echoIdentifier * 0x10000 + this.#echoSequence) return;
    this.#onEchoAnswer = undefined;
    onAnswer(this.#kernel.now_ms() - this.#echoSent_ms, packet);
  }

  private forward(packet: Packet): void {
    const dropped = this.counters.dropped;
    const router = this.#router;
    if (router === undefined || isMulticast(packet.destination) || isLinkLocal(packet.destination)) {
      dropped.notForUs++;
    } else if (isLinkLocal(packet.source) || isUnspecified(packet.source)) {
      dropped.beyondScope++;
      this.sendError(Icmpv6Type.destinationUnreachable, Unreachable.beyondScope, packet);
    } else if (packet.hopLimit <= 1) {
      dropped.hopLimit++;
      this.sendError(Icmpv6Type.timeExceeded, HOP_LIMIT_EXCEEDED, packet);
    } else {
      const link = router.route(packet);
      if (link === undefined) {
        dropped.noRoute++;
        this.sendError(Icmpv6Type.destinationUnreachable, Unreachable.noRoute, packet);
        return;
      }
      packet.hopLimit--;
      if (link.send(packet)) this.counters.forwarded++;
      else dropped.linkRefused++;
    }
  }

  /** Sends an ICMPv6 error to the source of `about`, where there may be one. */
  sendError(type: number, code: number, about: Packet): void {
    this.sendErrorTo(about.source, type, code, 0, about);
  }

  /** To the root of the mesh: a route of its making that `about` took is broken (RFC 6550, section 11.2.2.3). */
  reportRoute(root: Uint8Array, about: Packet): void {
    this.sendErrorTo(root, Icmpv6Type.destinationUnreachable, Unreachable.sourceRoute, 0, about);
  }

  private sendErrorTo(to: Uint8Array, type: number, code: number, parameter: number, about: Packet): void {
    if (!mayCauseError(about)) return;
    if (!this.#errorLimit.take()) {
      this.counters.errorsLimited++;
      return;
    }
    this.begin(to);
    writeError(this.#out, type, code, parameter, about);
    this.send();
  }

  /** Starts a packet of our own: its addresses and the rest of the IPv6 header. */
  private begin(destination: Uint8Array): void {
    const out = this.#out;
    const local = staysOnLink(destination) || isUnspecified(this.address);
    out.source.set(local ? this.linkLocal : this.address);
    out.destination.set(destination);
    out.mpl = NO_MPL;
    out.trafficClass = 0;
    out.flowLabel = 0;
    out.hopLimit = DEFAULT_HOP_LIMIT;
  }

  private send(): boolean {
    const out = this.#out;
    const router = this.#router;
    const link = router === undefined || staysOnLink(out.destination) ? this.#link : router.route(out);
    const sent = link !== undefined && link.send(out);
    if (sent) this.counters.sent++;
    else this.counters.notSent++;
    return sent;
  }

  /** Whether a packet to this address is for this node. */
  isOwn(destination: Uint8Array): boolean {
    if (isMulticast(destination)) {
      const group = groupOf(destination);
      if (group === Group.allRouters) return this.#router !== undefined;
      return group === Group.allNodes || group === Group.allRplNodes || isMplDomain(destination);
    }
    if (sameAddress(destination, this.linkLocal) || isAnyRouter(destination)) return true;
    return sameAddress(destination, this.address) && !isUnspecified(destination);
  }

  private bound(port: number): BoundPort | undefined {
    const ports = this.#ports;
    for (let i = 0; i < ports.length; i++) if (ports[i].port === port) return ports[i];
    return undefined;
  }
}

class BoundPort implements UdpSocket {
  onDatagram: (peer: Peer, buffer: Uint8Array, offset: number, length: number) => void = () => {};
  readonly #peer = new Peer();

  constructor(
    private readonly stack: IpStack,
    readonly port: number,
  ) {}

  send(peer: Peer, payload: Uint8Array, length: number): boolean {
    return this.stack.sendDatagram(this.port, peer, payload, length);
  }

  deliver(packet: Packet): void {
    this.#peer.address.set(packet.source);
    this.#peer.port = sourcePort(packet);
    this.#peer.toGroup = isMulticast(packet.destination);
    this.onDatagram(this.#peer, packet.payload, UDP_HEADER_BYTES, datagramLength(packet) - UDP_HEADER_BYTES);
  }
}
