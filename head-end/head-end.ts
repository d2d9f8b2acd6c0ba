import { COAP_PORT, CoapEndpoint } from "firmware/coap/endpoint";
import { BackhaulLink } from "firmware/ip/backhaul-link";
import type { UdpSocket } from "firmware/ip/socket";
import { IpStack } from "firmware/ip/stack";
import { Kernel } from "firmware/kernel/kernel";
import type { Backhaul } from "hal/backhaul";
import type { Clock } from "hal/clock";
import type { Entropy } from "hal/entropy";
import { PowerResource } from "./outages";
import { Poller } from "./poller";
import { ReadStore } from "./store";

/** Ports that header compression shortens to a byte (RFC 6282, section 4.3.3: 0xF0xx). */
export const FIRST_PORT = 0xf000;
const LAST_PORT = 0xf0ff;
/** Meters read at a time through one collector: more would only wait for each other on the air. */
const IN_FLIGHT = 2;
/** Room for the largest load profile that a meter answers with. */
const BODY_BYTES = 4096;

export interface HeadEndOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly backhaul: Backhaul;
  /** 16 bytes. */
  readonly address: Uint8Array;
  readonly utc_ms: () => number;
}

/** The utility's end: reads every meter each four hours, and keeps what it got. */
export class HeadEnd {
  readonly store = new ReadStore();
  readonly poller: Poller;
  readonly power: PowerResource;
  readonly #stack: IpStack;
  #nextPort = FIRST_PORT;

  constructor(options: HeadEndOptions) {
    const { clock, entropy, address, utc_ms } = options;
    const kernel = new Kernel(clock);
    const link = new BackhaulLink(options.backhaul);
    const stack = new IpStack({ eui64: address.slice(8), link, kernel });
    this.#stack = stack;
    stack.setAddress(address);
    link.onPacket = (packet) => stack.receive(packet);
    const coap = new CoapEndpoint({
      socket: this.openPort(),
      kernel,
      entropy,
      exchanges: IN_FLIGHT,
      bodyBytes: BODY_BYTES,
    });
    this.power = new PowerResource(this.store, utc_ms);
    new CoapEndpoint({
      socket: stack.bind(COAP_PORT),
      kernel,
      entropy,
      resources: [this.power],
      exchanges: 1,
    });
    this.poller = new Poller({ kernel, coap, utc_ms, inFlight: IN_FLIGHT });
  }

  /** A meter has registered with its collector; it is read from now on. */
  meterJoined(address: Uint8Array): void {
    const known = this.store.meter(address);
    if (known === undefined) this.poller.add(this.store.add(address));
  }

  /** Another socket beside the poller's, while there are ports that compress well. */
  openPort(): UdpSocket {
    if (this.#nextPort > LAST_PORT) throw new RangeError("no more ports");
    return this.#stack.bind(this.#nextPort++);
  }
}
