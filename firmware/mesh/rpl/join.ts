import { Reader, type Writer } from "firmware/codec/cursor";
import { isLinkLocal, isMulticast, sameAddress, writeAddress, writeEui64 } from "firmware/ip/address";
import type { Packet } from "firmware/ip/packet";
import type { IpStack } from "firmware/ip/stack";
import type { Kernel } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import type { Routing } from "firmware/mesh/forwarding/routing";
import type { MeshLink } from "firmware/mesh/link";
import type { Mac } from "firmware/mesh/mac/mac";
import { Announcer } from "firmware/mesh/rpl/announcer";
import { DaoAck, Dio, ICMPV6_HEADER_BYTES, INFINITE_RANK, RplCode } from "firmware/mesh/rpl/messages";
import { isNewer } from "firmware/mesh/rpl/sequence";
import { Membership } from "firmware/mesh/rpl/membership";
import type { Moves } from "firmware/mesh/rpl/moves";
import { ETX_UNIT } from "firmware/mesh/rpl/mrhof";
import { NONE } from "firmware/mesh/rpl/parents";
import { Outcome, Preference } from "firmware/mesh/rpl/preference";
import { Probes } from "firmware/mesh/rpl/probes";
import { Registration, REGISTRATION_SPREAD_ms } from "firmware/mesh/rpl/registration";
import { Search } from "firmware/mesh/rpl/search";
import { RplSender } from "firmware/mesh/rpl/sender";
import { Solicitation } from "firmware/mesh/rpl/solicitation";
import { Standing } from "firmware/mesh/rpl/standing";
import { suits } from "firmware/mesh/rpl/suitable";
import type { Entropy } from "hal/entropy";

/** After it has left its place a node believes nobody for so long: those below it still say what it told them. */
const QUIET_ms = 4_000;
/** A change of rank by so much is news. */
const NEWS = 4 * ETX_UNIT;

export interface JoinOptions {
  kernel: Kernel;
  entropy: Entropy;
  mac: Mac;
  link: MeshLink;
  stack: IpStack;
  /** Where absent, a node that has restarted has never moved. */
  moves?: Moves;
}

/**
 * A meter's place in a DODAG in non-storing mode (RFC 6550): takes a parent, makes its address of the prefix announced,
 * registers with the root, announces the DODAG to others, and looks for another place where the one it has is lost.
 */
export class Join implements Routing {
  /** The root has acknowledged this node, for the first time since it has a place. Set once. */
  onJoined: () => void = () => {};
  /** Has a parent and a registration that the root acknowledged. */
  joined = false;
  readonly preference = new Preference();
  readonly isRoot = false;
  readonly root: Uint8Array;
  /** RPL messages that could not be read, or are none for a meter. */
  ignored = 0;
  /** Times that another parent was taken, that a place was given up, and that a loop showed. */
  parentChanges = 0;
  repairs = 0;
  loops = 0;
  readonly #kernel: Kernel;
  readonly #mac: Mac;
  readonly #stack: IpStack;
  readonly #sender: RplSender;
  readonly #solicitation: Solicitation;
  readonly #registration: Registration;
  readonly #announcer: Announcer;
  readonly #probes: Probes;
  readonly #search: Search;
  readonly #membership: Membership;
  readonly #reader = new Reader(new Uint8Array(0));
  readonly #ack = new DaoAck();
  readonly #from = new Uint8Array(8);
  readonly #standing = new Standing();
  /** The DIO being read: it and the announcer's change places where this node passes on what it says. */
  #heard = new Dio();
  #quietUntil_ms = 0;
  /** This node's own; each parent has another number. */
  #dtsn = 0;

  constructor({ kernel, entropy, mac, link, stack, moves }: JoinOptions) {
    const random = new RandomBelow(entropy);
    const sender = new RplSender(link, stack);
    this.#membership = new Membership(mac, moves);
    this.root = this.#membership.root;
    this.#sender = sender;
    this.#kernel = kernel;
    this.#mac = mac;
    this.#stack = stack;
    this.#solicitation = new Solicitation(kernel, random, mac, sender);
    this.#announcer = new Announcer(kernel, random, sender);
    this.#announcer.onTold = (rank, all) => this.preference.told(rank, all);
    this.#registration = new Registration(kernel, random, sender, this.root);
    this.#registration.onAccepted = () => this.accepted();
    this.#registration.onUnanswered = () => this.avoid();
    this.#probes = new Probes(kernel, random, this.preference, sender);
    this.#search = new Search(this.preference, sender);
    stack.onRpl = (packet) => this.receive(packet);
    link.routeBy(this);
  }

  /** Says nothing of the DODAG, or does again: an outage leaves the air to those who have to tell of it. */
  mute(muted: boolean): void {
    this.#sender.muted = muted;
  }

  start(): void {
    this.#solicitation.startAfter(0);
  }

  /** {@link INFINITE_RANK} without a parent. */
  get rank(): number {
    return this.preference.rank;
  }

  get toldRank(): number {
    return this.preference.lowestTold;
  }

  /** Writes the EUI-64 of the preferred parent; false where there is none. */
  writeParent(into: Uint8Array): boolean {
    return this.parentAfter(0, into, false);
  }

  sourceRoute(): boolean {
    return false;
  }

  parentAfter(failures: number, eui64: Uint8Array, noFurther: boolean): boolean {
    const { preference } = this;
    const { parents, preferred } = preference;
    if (preferred === NONE) return false;
    const place = noFurther ? preference.routerAbove(failures) : preference.alternate(failures);
    parents.writeEui64(place === NONE ? preferred : place, eui64);
    return true;
  }

  onSent(neighbour: Uint8Array, attempts: number, acked: boolean): void {
    this.#search.sent(neighbour);
    // Among those that tell of an outage a link is worse than it is, and a node that has lost its parent finds no other.
    if (this.#sender.muted) return;
    const { preference } = this;
    preference.measure(neighbour, attempts, acked, this.#kernel.now_ms());
    this.select();
    if (this.joined && preference.isDoubtful) this.#probes.doubt();
  }

  onUnreachable(packet: Packet): void {
    this.#stack.reportRoute(this.root, packet);
  }

  /** Has this node for a parent, and is none of its own, whatever it has told: silent nodes could make a circle. */
  onUp(neighbour: Uint8Array): void {
    const { parents } = this.preference;
    const place = parents.find(neighbour);
    if (place === NONE || parents.rank[place] === INFINITE_RANK) return;
    parents.rank[place] = INFINITE_RANK;
    this.select();
  }

  onRankError(neighbour: Uint8Array): void {
    this.loops++;
    if (this.#announcer.running) this.announce();
    else this.#announcer.deny(neighbour);
  }

  /** The way up leads back here: the parent is none until it has told its rank again. */
  onReturn(): void {
    const { parents, preferred } = this.preference;
    if (preferred === NONE) return;
    this.loops++;
    parents.rank[preferred] = INFINITE_RANK;
    this.select();
  }

  tell(writer: Writer): void {
    this.#announcer.answer(writer);
  }

  onTold(neighbour: Uint8Array, answer: Reader): void {
    const standing = this.#standing;
    const now_ms = this.#kernel.now_ms();
    if (now_ms < this.#quietUntil_ms || this.preference.preferred === NONE || !standing.read(answer)) return;
    const { version, rank, dtsn } = standing;
    if (rank !== INFINITE_RANK && version !== this.#announcer.dio.version) {
      this.#solicitation.askOne(neighbour);
      return;
    }
    this.learn(neighbour, rank, dtsn, now_ms);
    this.select();
  }

  private receive(packet: Packet): void {
    const reader = this.#reader;
    reader.reset(packet.payload, ICMPV6_HEADER_BYTES, packet.payloadLength);
    const code = packet.payload[1];
    if (code === RplCode.dio && isLinkLocal(packet.source) && this.#heard.read(reader)) {
      writeEui64(packet.source, this.#from);
      this.hear(this.#heard);
    } else if (code === RplCode.daoAck && this.#ack.read(reader)) {
      this.#registration.answer(this.#ack);
    } else if (code === RplCode.dis && isLinkLocal(packet.source)) {
      this.solicited(packet);
    } else {
      this.ignored++;
    }
  }

  private solicited(packet: Packet): void {
    this.#solicitation.hear();
    if (!this.#announcer.running) return;
    if (isMulticast(packet.destination)) this.announce();
    else this.#announcer.send(packet.source);
  }

  private hear(dio: Dio): void {
    const now_ms = this.#kernel.now_ms();
    if (now_ms < this.#quietUntil_ms || !suits(dio)) return;
    if (this.preference.preferred === NONE) {
      if (dio.rank !== INFINITE_RANK && !this.#membership.avoids(dio.dodagId, now_ms)) this.enter(dio);
    } else if (sameAddress(dio.dodagId, this.root)) {
      this.hearOwn(dio, now_ms);
    }
  }

  /** Of the DODAG that this node is in. */
  private hearOwn(dio: Dio, now_ms: number): void {
    const { version } = this.#announcer.dio;
    if (dio.version !== version) {
      if (isNewer(dio.version, version)) this.enter(dio);
      else if (this.#announcer.running) this.announce();
      return;
    }
    if (this.learn(this.#from, dio.rank, dio.dtsn, now_ms)) this.passOn();
    this.select();
  }

  /** Answers whether it is of the preferred parent. */
  private learn(neighbour: Uint8Array, rank: number, dtsn: number, now_ms: number): boolean {
    if (rank !== INFINITE_RANK) this.#announcer.hear();
    const { parents, preferred, announced } = this.preference;
    const place = parents.hear(neighbour, rank, announced, this.#mac.rssi_dBm, now_ms, preferred);
    if (place === NONE) return false;
    const wanted = parents.dtsn[place] !== dtsn;
    parents.dtsn[place] = dtsn;
    if (wanted && place === preferred) this.registerAnew();
    return place === preferred;
  }

  /** Section 9.6: the root wants all registrations anew, also of those below. */
  private registerAnew(): void {
    this.#dtsn = (this.#dtsn + 1) & 0xff;
    this.#registration.startWithin(REGISTRATION_SPREAD_ms);
    if (this.#announcer.running) this.announce();
  }

  /** From now on this node tells what it has just heard, with a rank and a DTSN of its own. */
  private passOn(): void {
    const heard = this.#heard;
    this.#heard = this.#announcer.dio;
    this.#announcer.dio = heard;
    heard.rank = this.preference.rank;
    heard.dtsn = this.#dtsn;
  }

  /** Takes a place in the DODAG, or in the version of it, that `dio` tells of: its sender is the first parent. */
  private enter(dio: Dio): void {
    const { dao } = this.#registration;
    const { preference } = this;
    if (!preference.begin(this.#from, dio.rank, this.#mac.rssi_dBm, this.#kernel.now_ms())) return;
    preference.parents.dtsn[preference.preferred] = dio.dtsn;
    if (!sameAddress(dio.dodagId, this.root)) this.#membership.moveTo(dio.dodagId);
    dao.moves = this.#membership.moves;
    dao.instance = dio.instance;
    dao.pathLifetime = dio.defaultLifetime;
    this.#registration.lifetime_ms = dio.defaultLifetime * dio.lifetimeUnit_s * 1000;
    writeAddress(dio.prefix, this.#mac.eui64, dao.target);
    this.#stack.setAddress(dao.target);
    this.#solicitation.stop();
    this.#announcer.stop();
    this.joined = false;
    this.passOn();
    this.#registration.of(preference, this.#announcer.dio.prefix);
    this.#registration.startWithin(REGISTRATION_SPREAD_ms);
    this.#probes.stop();
  }

  private select(): void {
    const { preference } = this;
    if (preference.preferred === NONE) return;
    const outcome = preference.select(this.#kernel.now_ms());
    if (outcome === Outcome.lost) {
      if (!(this.joined && preference.isLost && this.#search.goOn())) this.leave();
      return;
    }
    this.#search.end();
    this.#announcer.dio.rank = preference.rank;
    this.#registration.check(preference.parents);
    if (outcome === Outcome.unsure) {
      if (this.joined) this.#probes.hurry();
    } else if (outcome !== Outcome.same) {
      this.parentChanges++;
      this.#registration.of(preference, this.#announcer.dio.prefix);
      if (outcome === Outcome.replaced) this.#registration.startWithin(REGISTRATION_SPREAD_ms);
      else this.#registration.renew();
    }
    if (this.#announcer.running && Math.abs(preference.rank - preference.announced) >= NEWS) this.announce();
  }

  /** Local repair (section 8.2.2.5): gives up the place, says so, and looks for another one after a while. */
  private leave(): void {
    this.repairs++;
    this.joined = false;
    this.preference.clear();
    this.#announcer.poison();
    this.#registration.stop();
    this.#probes.stop();
    this.#search.end();
    this.#quietUntil_ms = this.#kernel.now_ms() + QUIET_ms;
    this.#solicitation.startAfter(QUIET_ms);
  }

  private avoid(): void {
    this.#membership.avoid(this.#kernel.now_ms());
    this.leave();
  }

  private accepted(): void {
    const first = !this.joined;
    this.joined = true;
    if (!this.#announcer.running) this.announce();
    if (!first) return;
    this.#probes.start();
    this.onJoined();
  }

  private announce(): void {
    const { redundancy } = this.#announcer.dio;
    this.#announcer.restart(redundancy === 0 ? Infinity : redundancy);
  }
}
