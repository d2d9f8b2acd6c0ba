import { isMplDomain, sameAddress } from "firmware/ip/address";
import { MPL_LATEST, MPL_SEQUENCE_MASK } from "firmware/ip/mpl-option";
import { Packet } from "firmware/ip/packet";
import { type Kernel, Timer } from "firmware/kernel/kernel";
import { RandomBelow } from "firmware/kernel/random";
import type { MeshLink, Multicast } from "firmware/mesh/link";
import type { Mac } from "firmware/mesh/mac/mac";
import { Seeds } from "firmware/mesh/multicast/seeds";
import type { Entropy } from "hal/entropy";

/** Messages that are passed on at a time; one more takes the place of the one that was passed on for longest. */
const MESSAGES = 2;

/** How a message is passed on: the Trickle parameters of RFC 7731, section 5.4, where Imax is Imin. */
export interface MplParameters {
  /** DATA_MESSAGE_IMIN. */
  readonly interval_ms: number;
  /** DATA_MESSAGE_K: how many others that pass it on make a node keep silent. */
  readonly redundancy: number;
  /** DATA_MESSAGE_TIMER_EXPIRATIONS. */
  readonly intervals: number;
}

/** Long beside a broadcast interval (1,020 ms), so that nodes that heard a message at once do not tell it at once. */
export const MPL_PARAMETERS: MplParameters = Object.freeze({
  interval_ms: 8_000,
  redundancy: 4,
  intervals: 2,
});

export interface MplForwarderOptions {
  kernel: Kernel;
  entropy: Entropy;
  mac: Mac;
  link: MeshLink;
}

/** What an {@link MplForwarder} has done. */
export class MplCounters {
  /** Messages that were new, and copies of those that came before. */
  taken = 0;
  duplicates = 0;
  /** Frames, and those that the MAC had no room for, no time to send by, or another PAN. */
  sent = 0;
  notSent = 0;
  /** Messages that others had told often enough. */
  silent = 0;
  /** Messages to no domain of ours, with no hop left, or given up for another one. */
  refused = 0;
  expired = 0;
  replaced = 0;
}

/** A message that is being passed on. */
class Message {
  readonly packet: Packet;
  /** It may speak of a PAN's time, and is passed on in that one alone. */
  readonly panId: number;
  /** Where the Trickle interval ends, and its turn before that. */
  end_ms: number;
  due_ms = 0;
  /** Trickle's counter c, which here goes on from one interval to the next: decision 11. */
  heard = 0;
  left: number;

  constructor(packet: Packet, panId: number, intervals: number, now_ms: number) {
    const copy = new Packet(packet.payloadLength);
    copy.source.set(packet.source);
    copy.destination.set(packet.destination);
    copy.trafficClass = packet.trafficClass;
    copy.flowLabel = packet.flowLabel;
    copy.nextHeader = packet.nextHeader;
    copy.hopLimit = packet.hopLimit - 1;
    copy.mpl = packet.mpl;
    copy.payloadLength = packet.payloadLength;
    for (let i = 0; i < packet.payloadLength; i++) copy.payload[i] = packet.payload[i]!;
    this.packet = copy;
    this.panId = panId;
    this.left = intervals;
    this.end_ms = now_ms;
  }

  is(packet: Packet): boolean {
    const { mpl, source } = this.packet;
    return ((mpl ^ packet.mpl) & MPL_SEQUENCE_MASK) === 0 && sameAddress(source, packet.source);
  }
}

/**
 * An MPL forwarder (RFC 7731) that forwards proactively and sends no control messages: each new message is given to IP,
 * and told to all in range once in each of a few Trickle intervals, until enough others are heard to do so. Nothing is
 * held while there is no message.
 */
export class MplForwarder implements Multicast {
  /** Of messages that come from now on. */
  parameters = MPL_PARAMETERS;
  readonly counters = new MplCounters();
  readonly #kernel: Kernel;
  readonly #random: RandomBelow;
  readonly #mac: Mac;
  readonly #link: MeshLink;
  readonly #seeds = new Seeds();
  readonly #messages: Message[] = [];
  readonly #timer: Timer;

  constructor({ kernel, entropy, mac, link }: MplForwarderOptions) {
    this.#kernel = kernel;
    this.#random = new RandomBelow(entropy);
    this.#mac = mac;
    this.#link = link;
    this.#timer = new Timer(kernel, () => this.onTimer());
    link.multicast = this;
  }

  /** Takes a packet with the MPL option, from the mesh or from the line to the seed. */
  receive(packet: Packet): void {
    const { counters } = this;
    if (!isMplDomain(packet.destination)) {
      counters.refused++;
    } else if (this.#seeds.take(packet.source, packet.mpl & MPL_SEQUENCE_MASK, this.#kernel.now_ms())) {
      counters.taken++;
      if (packet.hopLimit > 1)
        this.add(new Message(packet, this.#mac.panId, this.parameters.intervals, this.#kernel.now_ms()));
      else counters.expired++;
      this.#link.host.receive(packet);
    } else {
      counters.duplicates++;
      this.hear(packet);
    }
  }

  private hear(packet: Packet): void {
    for (let i = 0; i < this.#messages.length; i++)
      if (this.#messages[i].is(packet)) this.#messages[i].heard++;
  }

  private add(message: Message): void {
    const messages = this.#messages;
    if (messages.length === MESSAGES) {
      messages.shift();
      this.counters.replaced++;
    }
    messages.push(message);
    this.begin(message);
    this.schedule();
  }

  private begin(message: Message): void {
    const half_ms = this.parameters.interval_ms / 2;
    message.due_ms = this.#mac.inWindow_ms(message.end_ms + half_ms + this.#random.below(half_ms));
    message.end_ms += 2 * half_ms;
    message.left--;
  }

  private onTimer(): void {
    const messages = this.#messages;
    const now_ms = this.#kernel.now_ms();
    for (let i = messages.length - 1; i >= 0; i--) {
      const message = messages[i];
      if (message.due_ms > now_ms) continue;
      if (this.tell(message) && message.left > 0) this.begin(message);
      else messages.splice(i, 1);
    }
    this.schedule();
  }

  /** Answers false where others have told it often enough, or this node is in another PAN now. */
  private tell({ heard, packet, panId }: Message): boolean {
    if (panId !== this.#mac.panId) {
      this.counters.notSent++;
      return false;
    }
    if (heard >= this.parameters.redundancy) {
      this.counters.silent++;
      return false;
    }
    const sequence = packet.mpl & MPL_SEQUENCE_MASK;
    packet.mpl = this.#seeds.isLatest(packet.source, sequence) ? MPL_LATEST | sequence : sequence;
    if (this.#mac.synced && this.#link.send(packet)) this.counters.sent++;
    else this.counters.notSent++;
    return true;
  }

  private schedule(): void {
    const messages = this.#messages;
    let due_ms = Infinity;
    for (let i = 0; i < messages.length; i++) due_ms = Math.min(due_ms, messages[i].due_ms);
    if (due_ms < Infinity) this.#timer.startAt(due_ms);
  }
}
