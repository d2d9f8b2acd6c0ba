import type { Output } from "firmware/console/output";
import { formatAddress } from "firmware/ip/address-text";
import { Icmpv6Type } from "firmware/ip/icmpv6";
import type { Packet } from "firmware/ip/packet";
import type { IpStack } from "firmware/ip/stack";
import { type Kernel, Timer } from "firmware/kernel/kernel";

/** As much as a read asks with. */
const DATA_BYTES = 32;
/** Longer than a dozen hops there and back take, some of them tried again. */
const TIMEOUT_ms = 10_000;

const State = Object.freeze({ idle: 0, resting: 1, waiting: 2, answered: 3 });

/** ICMPv6 echo requests to one node, one after the other. Made for one run of a command. */
export class EchoProbe {
  readonly destination = new Uint8Array(16);
  /** Requests so far. */
  sent = 0;
  /** ICMPv6 type of the last answer; 0 where none came in time. */
  type = 0;
  readonly #stack: IpStack;
  readonly #timer: Timer;
  readonly #from = new Uint8Array(16);
  #output: Output | undefined;
  #state: number = State.idle;
  #hopLimit = 0;
  #delay_ms = 0;

  constructor(stack: IpStack, kernel: Kernel) {
    this.#stack = stack;
    this.#timer = new Timer(kernel, () => this.onTimer());
  }

  /** Sends a request after `rest_ms`. Resumes `output` when {@link take} will tell what came of it. */
  send(output: Output, hopLimit: number, rest_ms: number): void {
    this.sent++;
    this.#output = output;
    this.#hopLimit = hopLimit;
    this.#state = State.resting;
    this.#timer.startIn(rest_ms);
  }

  /** Whether the request was answered, or no answer came in time: true once. */
  take(): boolean {
    if (this.#state !== State.answered) return false;
    this.#state = State.idle;
    return true;
  }

  /** The answer as text: from whom, the round trip, and what it says unless it is a reply. */
  describe(): string {
    if (this.type === 0) return "no answer";
    return `${formatAddress(this.#from)} ${this.#delay_ms} ms${reasonOf(this.type)}`;
  }

  private onTimer(): void {
    if (this.#state === State.waiting) {
      this.#stack.forgetPing();
      this.finish(0);
      return;
    }
    this.#state = State.waiting;
    this.#timer.startIn(TIMEOUT_ms);
    const onAnswer = (delay_ms: number, answer: Packet): void => {
      this.#timer.stop();
      this.#from.set(answer.source);
      this.#delay_ms = delay_ms;
      this.finish(answer.payload[0]);
    };
    // One that does not leave, as the queue is full, has no answer either.
    this.#stack.ping(this.destination, DATA_BYTES, onAnswer, this.#hopLimit);
  }

  private finish(type: number): void {
    this.type = type;
    this.#state = State.answered;
    this.#output!.resume();
  }
}

function reasonOf(type: number): string {
  if (type === Icmpv6Type.echoReply) return "";
  if (type === Icmpv6Type.timeExceeded) return " hop limit exceeded";
  if (type === Icmpv6Type.destinationUnreachable) return " unreachable";
  return ` ICMPv6 type ${type}`;
}
