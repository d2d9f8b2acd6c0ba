import { COAP_PORT, CoapEndpoint } from "firmware/coap/endpoint";
import { BackhaulLink } from "firmware/ip/backhaul-link";
import { isMulticast } from "firmware/ip/address";
import type { UdpSocket } from "firmware/ip/socket";
import type { Link } from "firmware/ip/packet";
import { IpStack, type Router } from "firmware/ip/stack";
import { Kernel } from "firmware/kernel/kernel";
import type { Backhaul } from "hal/backhaul";
import type { Clock } from "hal/clock";
import type { Entropy } from "hal/entropy";
import { GaspResource, PowerResource } from "./outages";
import { Everyone, Seed } from "./everyone";
import { type Pace, Poller } from "./poller";
import { type MeterRecord, ReadStore } from "./store";
import { Whereabouts } from "./whereabouts";

/** Ports that header compression shortens to a byte (RFC 6282, section 4.3.3: 0xF0xx). */
const FIRST_PORT = 0xf000;
const LAST_PORT = 0xf0ff;
/** No place in an array. */
const NO_LINE = -1;
/**
 * Through one collector: more would only wait for each other on the air around it. What is left of half an hour is for
 * those that fail at first.
 */
const PACE: Pace = Object.freeze({ inFlight: 8, spacing_ms: 1_000, spread_ms: 24 * 60_000 });
/**
 * For several hops a way; a message that two more did not bring is left to the next attempt, so that a meter that does
 * not answer holds up the others for half a minute only.
 */
const TRANSMISSION = Object.freeze({ ackTimeout_ms: 4_000, maxRetransmit: 2 });
/** Room for the largest load profile that a meter answers with. */
const BODY_BYTES = 4096;

export interface HeadEndOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** 16 bytes. */
  readonly address: Uint8Array;
  readonly utc_ms: () => number;
  /** How many collectors it has at most; 1 where absent. */
  readonly collectors?: number;
}

/** The utility's end: reads every meter each four hours, and keeps what it got. */
export class HeadEnd {
  readonly store = new ReadStore();
  readonly poller: Poller;
  readonly everyone: Everyone;
  readonly gasps: GaspResource;
  readonly whereabouts = new Whereabouts();
  readonly #stack: IpStack;
  /** To the collectors, by number. */
  readonly #lines: BackhaulLink[] = [];
  /** Their addresses. */
  readonly #collectors: Uint8Array[] = [];
  #nextPort = FIRST_PORT;

  constructor(options: HeadEndOptions) {
    const { clock, entropy, address, utc_ms } = options;
    const kernel = new Kernel(clock);
    const seed = new Seed(this.#lines);
    const router: Router = {
      route: ({ destination }) =>
        isMulticast(destination) ? seed : this.#lines[this.whereabouts.lineOf(destination) ?? NO_LINE],
    };
    const nowhere: Link = { send: () => false };
    const stack = new IpStack({ eui64: address.slice(8), link: nowhere, kernel, router });
    this.#stack = stack;
    stack.setAddress(address);
    const coap = new CoapEndpoint({
      socket: this.openPort(),
      kernel,
      entropy,
      exchanges: (PACE.inFlight + 1) * (options.collectors ?? 1),
      takenBytes: BODY_BYTES,
      ...TRANSMISSION,
    });
    const power = new PowerResource(this.store, utc_ms);
    power.onNotice = (meter) => this.poller.giveWay(meter);
    this.gasps = new GaspResource(this.store, utc_ms);
    new CoapEndpoint({
      socket: stack.bind(COAP_PORT),
      kernel,
      entropy,
      resources: [power, this.gasps],
      exchanges: 1,
    });
    const collectors = this.#collectors;
    const lineOf = (meter: MeterRecord): number | undefined => this.whereabouts.lineOf(meter.address);
    this.everyone = new Everyone({ kernel, coap, utc_ms, seed, collectors, store: this.store });
    this.poller = new Poller({ kernel, coap, utc_ms, lineOf, collectors, pace: PACE });
  }

  /** Takes the line of one more collector, which has this address. Answers its number. */
  connect(backhaul: Backhaul, collector: Uint8Array): number {
    const link = new BackhaulLink(backhaul);
    link.onPacket = (packet) => this.#stack.receive(packet);
    const line = this.#lines.push(link) - 1;
    this.whereabouts.claim(collector, line, 0);
    this.#collectors.push(collector.slice());
    return line;
  }

  /**
   * A meter has registered with a collector; it is read from now on.
   * @param line of the collector
   * @param moves how often the meter has changed its collector
   */
  meterJoined(address: Uint8Array, line: number, moves: number): void {
    const isBack = this.whereabouts.lineOf(address) === undefined;
    this.whereabouts.claim(address, line, moves);
    const known = this.store.meter(address);
    const meter = known ?? this.store.add(address);
    this.poller.giveWay(meter);
    if (known === undefined) this.poller.add(meter);
    else if (isBack) this.poller.found(meter);
  }

  /** A meter's registration with a collector has ended. */
  meterLost(address: Uint8Array, line: number): void {
    this.whereabouts.release(address, line);
  }

  /** Another socket beside the poller's, while there are ports that compress well. */
  openPort(): UdpSocket {
    if (this.#nextPort > LAST_PORT) throw new RangeError("no more ports");
    return this.#stack.bind(this.#nextPort++);
  }
}
