import { Reader } from "firmware/codec/cursor";
import { Group, isLinkLocal, isMulticast, writeAddress, writeEui64, writeGroup } from "firmware/ip/address";
import type { Packet } from "firmware/ip/packet";
import type { IpStack } from "firmware/ip/stack";
import { type Kernel, Timer } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import type { MeshLink } from "firmware/mesh/link";
import { Children } from "firmware/mesh/rpl/children";
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
import { RplSender } from "firmware/mesh/rpl/sender";
import { Trickle } from "firmware/mesh/rpl/trickle";
import type { Entropy } from "hal/entropy";

/** 2 s to 17 min between DIOs. */
const INTERVAL_MIN = 11;
const INTERVAL_DOUBLINGS = 9;
/** RFC 6550, section 17: ROOT_RANK is MinHopRankIncrease, whose default this is. */
const ROOT_RANK = 256;
/** Objective function zero, RFC 6552. */
const OBJECTIVE_ZERO = 0;
/** Routes last two hours. */
const LIFETIME_UNIT_s = 60;
const LIFETIME = 120;
const PREFIX_BITS = 64;
const EXPIRY_PERIOD_ms = 60_000;

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

/** The root of a DODAG in non-storing mode (RFC 6550): announces it, and keeps who has registered. */
export class Root {
  /** A node has registered that was not known; `address` is valid during the call only. Set once. */
  onRegistered: (address: Uint8Array) => void = () => {};
  /** RPL messages that could not be read, or are none for a root. */
  ignored = 0;
  readonly #kernel: Kernel;
  readonly #sender: RplSender;
  readonly #trickle: Trickle;
  readonly #expiry: Timer;
  readonly #children: Children;
  readonly #dio = new Dio();
  readonly #dao = new Dao();
  readonly #ack = new DaoAck();
  readonly #reader = new Reader(new Uint8Array(0));
  readonly #allNodes = new Uint8Array(16);
  readonly #child = new Uint8Array(8);

  constructor(options: RootOptions) {
    const { kernel, entropy, link, stack, eui64, prefix, capacity } = options;
    const random = new RandomBelow(entropy);
    const dio = this.#dio;
    writeAddress(prefix, eui64, dio.dodagId);
    stack.setAddress(dio.dodagId);
    stack.onRpl = (packet) => this.#receive(packet);
    link.nextHop = (destination, neighbour) => {
      // One hop: every node is a neighbour, also one that is being refused.
      writeEui64(destination, neighbour);
      return this.#ofPrefix(destination);
    };
    this.#kernel = kernel;
    this.#sender = new RplSender(link, stack);
    this.#children = new Children(capacity);
    this.#trickle = new Trickle(kernel, random, INTERVAL_MIN, INTERVAL_DOUBLINGS, () =>
      this.#sendDio(this.#allNodes),
    );
    this.#expiry = new Timer(kernel, () => this.#expire());
    writeGroup(Group.allRplNodes, this.#allNodes);

    dio.rank = ROOT_RANK;
    dio.grounded = true;
    // A root that has restarted knows no nodes: another number makes those that hear it register again (9.6).
    dio.dtsn = random.below(256);
    dio.hasConfiguration = true;
    dio.intervalMin = INTERVAL_MIN;
    dio.intervalDoublings = INTERVAL_DOUBLINGS;
    dio.minHopRankIncrease = ROOT_RANK;
    dio.objective = OBJECTIVE_ZERO;
    dio.defaultLifetime = LIFETIME;
    dio.lifetimeUnit_s = LIFETIME_UNIT_s;
    dio.hasPrefix = true;
    dio.autonomous = true;
    dio.prefixBits = PREFIX_BITS;
    dio.prefix.set(prefix);
    dio.validLifetime_s = 0xffffffff;
    dio.preferredLifetime_s = 0xffffffff;
  }

  start(): void {
    this.#trickle.reset();
    this.#expire();
  }

  get count(): number {
    return this.#children.count;
  }

  /** Is there a way down to this address? */
  has(address: Uint8Array): boolean {
    if (!this.#ofPrefix(address)) return false;
    writeEui64(address, this.#child);
    return this.#children.has(this.#child);
  }

  #expire(): void {
    this.#children.expire(this.#kernel.now_ms());
    this.#expiry.startIn(EXPIRY_PERIOD_ms);
  }

  #receive(packet: Packet): void {
    const reader = this.#reader;
    reader.reset(packet.payload, ICMPV6_HEADER_BYTES, packet.payloadLength);
    const code = packet.payload[1];
    if (code === RplCode.dis && isLinkLocal(packet.source)) {
      // Section 8.3: to all by resetting Trickle, so that one DIO answers many that start at once.
      if (isMulticast(packet.destination)) this.#trickle.reset();
      else this.#sendDio(packet.source);
    } else if (code === RplCode.dao && this.#dao.read(reader) && this.#dao.instance === this.#dio.instance) {
      this.#register(packet.source);
    } else if (code !== RplCode.dio) {
      this.ignored++;
    }
  }

  #sendDio(destination: Uint8Array): void {
    this.#dio.write(this.#sender.begin(destination, RplCode.dio));
    this.#sender.send();
  }

  #register(source: Uint8Array): void {
    const dao = this.#dao;
    const known = this.has(dao.target);
    const accepted = this.#update(dao);
    if (dao.ackRequested) {
      const ack = this.#ack;
      ack.sequence = dao.sequence;
      ack.status = accepted ? STATUS_ACCEPTED : STATUS_REJECTED;
      ack.write(this.#sender.begin(source, RplCode.daoAck));
      this.#sender.send();
    }
    if (!known && this.has(dao.target)) this.onRegistered(dao.target);
  }

  /** Answers false where the node is refused. */
  #update(dao: Dao): boolean {
    if (!this.#ofPrefix(dao.target)) return false;
    writeEui64(dao.target, this.#child);
    if (dao.pathLifetime === NO_PATH) {
      this.#children.delete(this.#child);
      return true;
    }
    const lifetime_ms =
      dao.pathLifetime === INFINITE_LIFETIME ? Infinity : dao.pathLifetime * LIFETIME_UNIT_s * 1000;
    return this.#children.set(this.#child, this.#kernel.now_ms() + lifetime_ms);
  }

  #ofPrefix(address: Uint8Array): boolean {
    const prefix = this.#dio.prefix;
    for (let i = 0; i < 8; i++) if (address[i] !== prefix[i]) return false;
    return true;
  }
}
