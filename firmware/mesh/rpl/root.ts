import { Reader, type Writer } from "firmware/codec/cursor";
import { isLinkLocal, isMulticast, sameAddress, writeAddress, writeEui64 } from "firmware/ip/address";
import { Icmpv6Type, QUOTED_DESTINATION_AT, Unreachable } from "firmware/ip/icmpv6";
import type { Packet } from "firmware/ip/packet";
import type { IpStack } from "firmware/ip/stack";
import { type Kernel, Timer } from "firmware/kernel/kernel";
import type { Routing } from "firmware/mesh/forwarding/routing";
import type { RoutingHeader } from "firmware/mesh/forwarding/routing-header";
import type { MeshLink } from "firmware/mesh/link";
import { RandomBelow } from "firmware/kernel/random";
import { Answers } from "firmware/mesh/rpl/answers";
import { Announcer } from "firmware/mesh/rpl/announcer";
import { describeDodag, LIFETIME_UNIT_s, ROOT_RANK } from "firmware/mesh/rpl/dodag";
import {
  Dao,
  DaoAck,
  Dio,
  ICMPV6_HEADER_BYTES,
  INFINITE_LIFETIME,
  NO_PATH,
  RplCode,
  STATUS_ACCEPTED,
  STATUS_REJECTED,
} from "firmware/mesh/rpl/messages";
import { isNewer, nextSequence } from "firmware/mesh/rpl/sequence";
import { NO_NODE, ROOT_NODE, Routes } from "firmware/mesh/rpl/routes";
import { RplSender } from "firmware/mesh/rpl/sender";
import type { Entropy } from "hal/entropy";

const NEVER_s = 0xffffffff;
/** Answers to registrations that may wait to be sent at a time, with what else is queued. */
const MAX_ANSWERS = 18;
const EXPIRY_PERIOD_ms = 60_000;
/** No registration is under way for so long. */
const LATE_s = 60;

export interface RootOptions {
  kernel: Kernel;
  entropy: Entropy;
  link: MeshLink;
  stack: IpStack;
  eui64: Uint8Array;
  /** The utility's /64, of which the nodes make their addresses: 16 bytes. */
  prefix: Uint8Array;
  /** How many nodes it takes. */
  capacity: number;
}

/** The root of a DODAG in non-storing mode (RFC 6550): announces it, and keeps who has registered with which parent. */
export class Root implements Routing {
  /**
   * A node has registered that was not known, or has come back; `address` is valid during the call only. Set once.
   * @param moves how often it has changed its collector
   */
  onRegistered: (address: Uint8Array, moves: number) => void = () => {};
  /** A node's registration was withdrawn or has expired; `address` likewise. Set once. */
  onLost: (address: Uint8Array) => void = () => {};
  readonly isRoot = true;
  readonly root = new Uint8Array(16);
  readonly rank = ROOT_RANK;
  readonly toldRank = ROOT_RANK;
  readonly routes: Routes;
  /** RPL messages that could not be read, or are none for a root; registrations by a parent that is not known. */
  ignored = 0;
  readonly #kernel: Kernel;
  readonly #link: MeshLink;
  readonly #sender: RplSender;
  readonly #announcer: Announcer;
  readonly #expiry: Timer;
  readonly #prefix: Uint8Array;
  readonly #dao = new Dao();
  readonly #ack = new DaoAck();
  readonly #answers = new Answers();
  readonly #heard = new Dio();
  readonly #reader = new Reader(new Uint8Array(0));
  readonly #eui64 = new Uint8Array(8);
  readonly #address = new Uint8Array(16);

  constructor(options: RootOptions) {
    const { kernel, entropy, link, stack, eui64, prefix, capacity } = options;
    const random = new RandomBelow(entropy);
    this.#kernel = kernel;
    this.#link = link;
    this.#sender = new RplSender(link, stack);
    this.#announcer = new Announcer(kernel, random, this.#sender);
    this.#prefix = prefix;
    this.routes = new Routes(capacity);
    this.#expiry = new Timer(kernel, () => this.expire());
    writeAddress(prefix, eui64, this.root);
    stack.setAddress(this.root);
    stack.onRpl = (packet) => this.receive(packet);
    stack.onError = (packet) => this.hearError(packet);
    link.routeBy(this);

    // A root that has restarted knows no nodes: another number makes those that hear it register again (9.6).
    describeDodag(this.#announcer.dio, this.root, prefix, random.below(256));
  }

  start(): void {
    this.#announcer.restart(Infinity);
    this.expire();
  }

  /** Global repair (section 3.2.2): a new version of the DODAG, in which every node takes its place anew. */
  repair(): void {
    const { dio } = this.#announcer;
    dio.version = nextSequence(dio.version);
    this.#announcer.restart(Infinity);
  }

  get count(): number {
    return this.routes.count;
  }

  /** Is there a way down to this address? */
  has(address: Uint8Array): boolean {
    return this.hops(address) > 0;
  }

  /** Hops to the node with this address, 0 where there is no way. */
  hops(address: Uint8Array): number {
    const node = this.nodeOf(address);
    return node >= ROOT_NODE ? 0 : this.routes.hops(node);
  }

  sourceRoute(destination: Uint8Array, header: RoutingHeader): boolean {
    const node = this.nodeOf(destination);
    return node < ROOT_NODE && this.routes.write(node, header);
  }

  parentAfter(): boolean {
    return false;
  }

  onSent(): void {
    this.answer();
  }

  /** Whoever sends up to the root has it for a parent, and may register that minutes later only. */
  onUp(neighbour: Uint8Array): void {
    const node = this.routes.find(neighbour);
    if (node !== NO_NODE) this.routes.adopt(node);
  }

  tell(writer: Writer): void {
    this.#announcer.answer(writer);
  }

  onTold(): void {}

  onRankError(): void {}

  onReturn(): void {}

  onUnreachable(packet: Packet): void {
    this.broken(ROOT_NODE, packet.destination);
  }

  private expire(): void {
    const now_s = this.now_s();
    let node = this.routes.expired(0, now_s);
    while (node !== NO_NODE) {
      this.forget(node);
      node = this.routes.expired(node + 1, now_s);
    }
    this.#expiry.startIn(EXPIRY_PERIOD_ms);
  }

  private forget(node: number): void {
    this.routes.writeEui64(node, this.#eui64);
    this.routes.remove(node);
    writeAddress(this.#prefix, this.#eui64, this.#address);
    this.onLost(this.#address);
  }

  private receive(packet: Packet): void {
    const reader = this.#reader;
    reader.reset(packet.payload, ICMPV6_HEADER_BYTES, packet.payloadLength);
    const code = packet.payload[1];
    if (code === RplCode.dis && isLinkLocal(packet.source)) {
      // Section 8.3: to all by resetting Trickle, so that one DIO answers many that start at once.
      if (isMulticast(packet.destination)) this.#announcer.restart(Infinity);
      else this.#announcer.send(packet.source);
    } else if (
      code === RplCode.dao &&
      this.#dao.read(reader) &&
      this.#dao.instance === this.#announcer.dio.instance
    ) {
      this.register(packet.source);
    } else if (code === RplCode.dio && this.#heard.read(reader)) {
      this.hear(this.#heard);
    } else {
      this.ignored++;
    }
  }

  /** A root that has restarted does not know which version it had: it goes on from that which others remember. */
  private hear(dio: Dio): void {
    const own = this.#announcer.dio;
    if (!sameAddress(dio.dodagId, this.root) || !isNewer(dio.version, own.version)) return;
    own.version = dio.version;
    this.repair();
  }

  private register(source: Uint8Array): void {
    const dao = this.#dao;
    const status = this.update(dao);
    if (status < 0) {
      this.ignored++;
      return;
    }
    if (!dao.ackRequested) return;
    const node = this.nodeOf(source);
    if (status >= STATUS_REJECTED || node >= ROOT_NODE) {
      this.send(source, dao.sequence, status);
    } else {
      this.#answers.add(node, dao.sequence);
      this.answer();
    }
  }

  /** Answers as many as there is room for, and leaves room for what else goes down. */
  private answer(): void {
    while (this.#link.queued < MAX_ANSWERS && this.#answers.take()) {
      this.routes.writeEui64(this.#answers.node, this.#eui64);
      writeAddress(this.#prefix, this.#eui64, this.#address);
      this.send(this.#address, this.#answers.sequence, STATUS_ACCEPTED);
    }
  }

  private send(destination: Uint8Array, sequence: number, status: number): void {
    const ack = this.#ack;
    ack.sequence = sequence;
    ack.status = status;
    ack.write(this.#sender.begin(destination, RplCode.daoAck));
    this.#sender.send();
  }

  /** Answers the status for the node, or -1 where there is no way to tell it. */
  private update(dao: Dao): number {
    const { routes } = this;
    const parent = this.nodeOf(dao.parent);
    let node = this.nodeOf(dao.target);
    if (!this.isOfPrefix(dao.target) || node === ROOT_NODE) return -1;
    if (dao.pathLifetime === NO_PATH) {
      if (node !== NO_NODE) this.forget(node);
      return -1;
    }
    if (parent === NO_NODE) return -1;
    const known = node !== NO_NODE;
    const moved = known && routes.moves(node) !== (dao.moves & 0xffff);
    const expiry_s =
      dao.pathLifetime === INFINITE_LIFETIME ? NEVER_s : this.now_s() + dao.pathLifetime * LIFETIME_UNIT_s;
    // An old registration may arrive late, by a slower way. One that seems old and comes much later is of a node that
    // has restarted, whose numbers begin anew (RFC 6550, section 7.2).
    const seemsOld = known && !moved && isNewer(routes.pathSequence(node), dao.pathSequence);
    if (seemsOld && expiry_s - routes.expiry_s(node) < LATE_s) return STATUS_ACCEPTED;
    if (!known) {
      writeEui64(dao.target, this.#eui64);
      node = routes.add(this.#eui64);
      if (node === NO_NODE) return parent === ROOT_NODE ? STATUS_REJECTED : -1;
    }
    const alternate = dao.hasAlternate ? this.nodeOf(dao.alternate) : NO_NODE;
    routes.set(node, parent, alternate, dao.pathSequence, dao.moves & 0xffff, expiry_s);
    if (!known || moved) this.onRegistered(dao.target, dao.moves);
    return STATUS_ACCEPTED;
  }

  /** A router on the way to the destination that the error quotes does not reach the next one. */
  private hearError(packet: Packet): void {
    const { payload, payloadLength } = packet;
    if (payload[0] !== Icmpv6Type.destinationUnreachable || payload[1] !== Unreachable.sourceRoute) return;
    if (payloadLength < QUOTED_DESTINATION_AT + 16) return;
    for (let i = 0; i < 16; i++) this.#address[i] = payload[QUOTED_DESTINATION_AT + i]!;
    this.broken(this.nodeOf(packet.source), this.#address);
  }

  private broken(reporter: number, destination: Uint8Array): void {
    const node = this.nodeOf(destination);
    if (reporter !== NO_NODE && node < ROOT_NODE) this.routes.broken(reporter, node);
  }

  /** Its number, {@link ROOT_NODE}, or {@link NO_NODE} where it is not known. */
  private nodeOf(address: Uint8Array): number {
    if (!this.isOfPrefix(address)) return NO_NODE;
    if (sameAddress(address, this.root)) return ROOT_NODE;
    writeEui64(address, this.#eui64);
    return this.routes.find(this.#eui64);
  }

  private isOfPrefix(address: Uint8Array): boolean {
    for (let i = 0; i < 8; i++) if (address[i] !== this.#prefix[i]) return false;
    return true;
  }

  private now_s(): number {
    return Math.floor(this.#kernel.now_ms() / 1000);
  }
}
