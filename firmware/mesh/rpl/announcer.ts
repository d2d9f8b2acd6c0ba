import type { Writer } from "firmware/codec/cursor";
import { Group, isMulticast, writeGroup, writeLinkLocal } from "firmware/ip/address";
import type { Kernel } from "firmware/kernel/kernel";
import type { RandomBelow } from "firmware/kernel/random";
import { Dio, INFINITE_RANK, RplCode } from "firmware/mesh/rpl/messages";
import type { RplSender } from "firmware/mesh/rpl/sender";
import { writeStanding } from "firmware/mesh/rpl/standing";
import { Trickle } from "firmware/mesh/rpl/trickle";

/** Tells others of the DODAG, at times set by Trickle (RFC 6550, section 8.3). */
export class Announcer {
  /** What is told. */
  dio = new Dio();
  running = false;
  /** A neighbour, or all in range, have been told this rank. Set once. */
  onTold: (rank: number, all: boolean) => void = () => {};
  readonly #sender: RplSender;
  readonly #trickle: Trickle;
  readonly #all = new Uint8Array(16);
  readonly #one = new Uint8Array(16);

  constructor(kernel: Kernel, random: RandomBelow, sender: RplSender) {
    this.#sender = sender;
    this.#trickle = new Trickle(kernel, random, () => this.tell());
    writeGroup(Group.allRplNodes, this.#all);
  }

  /**
   * Starts by what the configuration in {@link dio} says, or makes it what the others will hear soon.
   * @param redundancy how many others that say the same make it keep silent
   */
  restart(redundancy: number): void {
    const { dio } = this;
    this.running = true;
    this.#trickle.configure(dio.intervalMin, dio.intervalDoublings, redundancy);
    this.#trickle.reset();
  }

  /** Another node has told the same. */
  hear(): void {
    this.#trickle.hear();
  }

  /** Withdraws what was told: those below are to look for another parent (section 8.2.2.5). */
  poison(): void {
    this.dio.rank = INFINITE_RANK;
    if (this.running) this.tell();
    this.stop();
  }

  /**
   * Tells a neighbour that still sends what goes up that this node is no parent now. What is told to all may never be
   * heard there, over a link that carries little more than what is acknowledged and repeated.
   */
  deny(neighbour: Uint8Array): void {
    const { rank } = this.dio;
    this.dio.rank = INFINITE_RANK;
    writeLinkLocal(neighbour, this.#one);
    this.send(this.#one);
    this.dio.rank = rank;
  }

  /** Tells a neighbour that asks where this node stands. */
  answer(writer: Writer): void {
    if (this.#sender.muted) return;
    const { version, dtsn } = this.dio;
    const rank = this.running ? this.dio.rank : INFINITE_RANK;
    writeStanding(writer, version, rank, dtsn);
    this.onTold(rank, false);
  }

  stop(): void {
    this.running = false;
    this.#trickle.stop();
  }

  private tell(): void {
    this.send(this.#all);
  }

  send(destination: Uint8Array): void {
    this.dio.write(this.#sender.begin(destination, RplCode.dio));
    this.#sender.send();
    this.onTold(this.dio.rank, isMulticast(destination));
  }
}
