import { Reader } from "firmware/codec/cursor";
import { Group, isLinkLocal, writeAddress, writeEui64, writeGroup } from "firmware/ip/address";
import type { Packet } from "firmware/ip/packet";
import type { IpStack } from "firmware/ip/stack";
import { type Kernel, Timer } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import type { MeshLink } from "firmware/mesh/link";
import type { Mac } from "firmware/mesh/mac/mac";
import {
  Dao,
  DaoAck,
  Dio,
  FIRST_SEQUENCE,
  ICMPV6_HEADER_BYTES,
  INFINITE_RANK,
  ModeOfOperation,
  nextSequence,
  RplCode,
  STATUS_REJECTED,
  writeDis,
} from "firmware/mesh/rpl/messages";
import { RplSender } from "firmware/mesh/rpl/sender";
import type { Entropy } from "hal/entropy";

/**
 * All meters of a street may boot at once: the first solicitation waits up to this long, so that one of them asks and
 * the others hear it. No longer than half of a root's shortest Trickle interval, before which no answer comes.
 */
const START_SPREAD_ms = 1_000;
/** One DIO may be news to all of them: their registrations are spread over this. */
const DAO_SPREAD_ms = 8_000;
/** Waits after a solicitation or a registration that stays unanswered; each is twice the one before. */
const FIRST_WAIT_ms = 5_000;
const LONGEST_WAIT_ms = 300_000;
/** Registrations without an answer before another parent is looked for. */
const MAX_REGISTRATIONS = 6;
/** Frames given up by the MAC in a row before the parent counts as lost. */
const MAX_LINK_FAILURES = 3;
/** How much one hop adds to the rank, in units of MinHopRankIncrease: DEFAULT_STEP_OF_RANK of RFC 6552, section 6. */
const STEP_OF_RANK = 3;
const PREFIX_BITS = 64;

export interface JoinOptions {
  kernel: Kernel;
  entropy: Entropy;
  mac: Mac;
  link: MeshLink;
  stack: IpStack;
}

/**
 * A meter's way into a DODAG in non-storing mode (RFC 6550): solicits, takes a parent, makes its address of the
 * prefix announced, registers with the root, and keeps that up. All that leaves goes to the parent.
 */
export class Join {
  /** The root has acknowledged this node, for the first time with its parent. Set once. */
  onJoined: () => void = () => {};
  /** Has a parent and a registration that the root acknowledged. */
  joined = false;
  /** {@link INFINITE_RANK} without a parent. */
  rank = INFINITE_RANK;
  /** EUI-64 of the parent; only valid while {@link rank} is finite. */
  readonly parent = new Uint8Array(8);
  /** RPL messages that could not be read, or are none for a meter. */
  ignored = 0;
  readonly #mac: Mac;
  readonly #stack: IpStack;
  readonly #random: RandomBelow;
  readonly #sender: RplSender;
  /** Next solicitation or registration. */
  readonly #timer: Timer;
  readonly #reader = new Reader(new Uint8Array(0));
  readonly #dio = new Dio();
  readonly #dao = new Dao();
  readonly #ack = new DaoAck();
  readonly #from = new Uint8Array(8);
  readonly #allNodes = new Uint8Array(16);
  readonly #root = new Uint8Array(16);
  #parentRank = INFINITE_RANK;
  #parentDtsn = 0;
  #refresh_ms = 0;
  #wait_ms = FIRST_WAIT_ms;
  /** Has heard nobody else solicit. */
  #alone = true;
  #registrations = 0;
  #linkFailures = 0;

  constructor(options: JoinOptions) {
    const { kernel, entropy, mac, link, stack } = options;
    this.#mac = mac;
    this.#stack = stack;
    this.#random = new RandomBelow(entropy);
    this.#sender = new RplSender(link, stack);
    this.#timer = new Timer(kernel, () => this.#onTimer());
    writeGroup(Group.allRplNodes, this.#allNodes);
    this.#dao.ackRequested = true;
    this.#dao.sequence = FIRST_SEQUENCE;
    this.#dao.pathSequence = FIRST_SEQUENCE;
    stack.onRpl = (packet) => this.#receive(packet);
    mac.onSent = (destination, _attempts, acked) => this.#onSent(destination, acked);
    link.nextHop = (_destination, neighbour) => {
      neighbour.set(this.parent);
      return this.#hasParent;
    };
  }

  start(): void {
    this.#timer.startIn(this.#random.below(START_SPREAD_ms));
  }

  get #hasParent(): boolean {
    return this.rank !== INFINITE_RANK;
  }

  #onTimer(): void {
    if (!this.#hasParent) this.#solicit();
    else if (this.#registrations === MAX_REGISTRATIONS) this.#startOver();
    else this.#register();
  }

  #solicit(): void {
    writeDis(this.#sender.begin(this.#allNodes, RplCode.dis));
    this.#sender.send();
    this.#waitLonger();
  }

  #register(): void {
    const dao = this.#dao;
    dao.sequence = nextSequence(dao.sequence);
    dao.pathSequence = nextSequence(dao.pathSequence);
    dao.write(this.#sender.begin(this.#root, RplCode.dao));
    this.#sender.send();
    this.#registrations++;
    this.#waitLonger();
  }

  /** A wait between 1 and 1.5 times its length, so that nodes that collided once part. */
  #waitLonger(): void {
    this.#timer.startIn(this.#wait_ms + this.#random.below(this.#wait_ms / 2));
    this.#wait_ms = Math.min(2 * this.#wait_ms, LONGEST_WAIT_ms);
  }

  /** Registers anew after `delay_ms`. */
  #registerIn(delay_ms: number): void {
    this.#registrations = 0;
    this.#wait_ms = FIRST_WAIT_ms;
    this.#timer.startIn(delay_ms);
  }

  #startOver(): void {
    this.joined = false;
    this.rank = INFINITE_RANK;
    this.#parentRank = INFINITE_RANK;
    this.#wait_ms = FIRST_WAIT_ms;
    this.#alone = true;
    this.start();
  }

  #onSent(destination: Uint8Array, delivered: boolean): void {
    if (!this.#isParent(destination)) return;
    this.#linkFailures = delivered ? 0 : this.#linkFailures + 1;
    if (this.#linkFailures === MAX_LINK_FAILURES) this.#startOver();
  }

  #receive(packet: Packet): void {
    const reader = this.#reader;
    reader.reset(packet.payload, ICMPV6_HEADER_BYTES, packet.payloadLength);
    const code = packet.payload[1];
    if (code === RplCode.dio && isLinkLocal(packet.source) && this.#dio.read(reader)) {
      writeEui64(packet.source, this.#from);
      this.#hear(this.#dio);
    } else if (code === RplCode.daoAck && this.#ack.read(reader)) {
      this.#acknowledged(this.#ack);
    } else if (code === RplCode.dis) {
      if (!this.#hasParent) this.#joinSolicitation();
    } else {
      this.ignored++;
    }
  }

  /** Another asks: all that hear it hear the answer too, and most of them will register. */
  #joinSolicitation(): void {
    this.#alone = false;
    const asked = this.#wait_ms > FIRST_WAIT_ms;
    if (!asked) this.#waitLonger();
  }

  #hear(dio: Dio): void {
    if (this.#isParent(this.#from)) {
      if (dio.rank === INFINITE_RANK) this.#startOver();
      else if (dio.dtsn !== this.#parentDtsn) this.#registerIn(this.#random.below(DAO_SPREAD_ms));
      this.#parentRank = dio.rank;
      this.#parentDtsn = dio.dtsn;
    } else if (dio.rank < this.#parentRank && suits(dio)) {
      this.#follow(dio);
    }
  }

  #follow(dio: Dio): void {
    const dao = this.#dao;
    this.joined = false;
    this.parent.set(this.#from);
    this.#parentRank = dio.rank;
    this.#parentDtsn = dio.dtsn;
    this.rank = rankBelow(dio);
    this.#linkFailures = 0;
    this.#root.set(dio.dodagId);
    writeAddress(dio.prefix, this.#mac.eui64, dao.target);
    this.#stack.setAddress(dao.target);
    dao.instance = dio.instance;
    dao.pathLifetime = dio.defaultLifetime;
    writeAddress(dio.prefix, this.parent, dao.parent);
    this.#refresh_ms = (dio.defaultLifetime * dio.lifetimeUnit_s * 1000) / 2;
    this.#registerIn(this.#alone ? 0 : this.#random.below(DAO_SPREAD_ms));
  }

  #acknowledged(ack: DaoAck): void {
    if (!this.#hasParent || ack.sequence !== this.#dao.sequence || ack.instance !== this.#dao.instance)
      return;
    // A refusal is taken like silence: asked again after longer and longer waits.
    if (ack.status >= STATUS_REJECTED) return;
    const first = !this.joined;
    this.joined = true;
    // Between a half and three quarters of the lifetime.
    this.#registerIn(this.#refresh_ms + this.#random.below(this.#refresh_ms / 2));
    if (first) this.onJoined();
  }

  #isParent(eui64: Uint8Array): boolean {
    if (!this.#hasParent) return false;
    for (let i = 7; i >= 0; i--) if (eui64[i] !== this.parent[i]) return false;
    return true;
  }
}

/** Whether its sender can be a parent: a DIO that says all that a node needs to know, for a meter's way of joining. */
function suits(dio: Dio): boolean {
  return (
    dio.mode === ModeOfOperation.nonStoring &&
    dio.hasConfiguration &&
    dio.defaultLifetime > 0 &&
    dio.lifetimeUnit_s > 0 &&
    rankBelow(dio) < INFINITE_RANK &&
    dio.hasPrefix &&
    dio.autonomous &&
    dio.prefixBits === PREFIX_BITS
  );
}

function rankBelow(dio: Dio): number {
  return dio.rank + STEP_OF_RANK * dio.minHopRankIncrease;
}
