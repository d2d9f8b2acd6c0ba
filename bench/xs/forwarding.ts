import { writeAddress } from "firmware/ip/address";
import { Contexts } from "firmware/ip/contexts";
import { compress } from "firmware/ip/lowpan";
import { Packet } from "firmware/ip/packet";
import { Kernel } from "firmware/kernel/kernel";
import type { Routing } from "firmware/mesh/forwarding/routing";
import { RoutingHeader } from "firmware/mesh/forwarding/routing-header";
import { MAC_SLOTS, MeshLink } from "firmware/mesh/link";
import { Composer } from "firmware/mesh/mac/composer";
import { FrameType, MacFrame } from "firmware/mesh/mac/frame";
import { Mac } from "firmware/mesh/mac/mac";
import { MacNode } from "firmware/mesh/mac/node";
import { Slot } from "firmware/mesh/mac/queue";
import { LinkSecurity } from "firmware/mesh/mac/security";
import { KEY_BYTES, type Cipher } from "hal/cipher";
import type { Clock } from "hal/clock";
import type { Radio } from "hal/radio";

/** Of the engine: sets a limit (0 for none) and the meter, and answers what the meter read. */
declare function resetMeter(limit: number, meter: number): number;

const PAYLOAD_BYTES = 60;
const FRAME_BYTES = 255;
const PANS = [{ id: 0x574d, keys: [{ index: 1, key: new Uint8Array(KEY_BYTES) }] }];
const QUEUE_SLOTS = 10;
const RANK = 512;
const NO_NEXT_HEADER = 59;
const PREFIX = Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
/** AES is the part's own: what it takes in JavaScript is measured apart. */
const noCipher: Cipher = { aesCcm: () => ({ seal: () => {}, open: () => true }) };
const entropy = { fill: (into: Uint8Array) => into.fill(7) };
const store = { reserve: () => 0 };

let alarm_ms = Infinity;
let now_ms = 1_000;
const clock: Clock = { now_ms: () => now_ms, setAlarm: (at_ms) => (alarm_ms = at_ms), onAlarm: () => {} };
const kernel = new Kernel(clock);

/** What the router has on the air. */
const sent = new MacFrame();
let sends = false;
const radio: Radio = {
  maxFrameBytes: FRAME_BYTES,
  bitRate: 100_000,
  listen: () => {},
  follow: () => {},
  transmit: (frame, length) => {
    sent.parse(frame, length);
    sends = true;
    return true;
  },
  channelClear: () => true,
  onReceive: () => {},
  onSent: () => {},
};

/** A node that hops and seals its frames. */
function options(number: number) {
  const security = new LinkSecurity(noCipher, store);
  const eui64 = Uint8Array.of(2, 0x57, 0x4d, 0, 0, 0, number >> 8, number);
  const air = { hopping: true, security, coordinator: store, pans: PANS, channel: 0, queueSlots: MAC_SLOTS };
  return { radio, kernel, entropy, eui64, ...air };
}

function addressOf(eui64: Uint8Array): Uint8Array {
  const address = new Uint8Array(16);
  writeAddress(PREFIX, eui64, address);
  return address;
}

/** A neighbour of the router, which makes frames for it. */
class Neighbour {
  readonly eui64: Uint8Array;
  readonly composer: Composer;
  readonly slot = new Slot(FRAME_BYTES);

  constructor(number: number) {
    const own = options(number);
    this.eui64 = own.eui64;
    this.composer = new Composer(new MacNode(own), FRAME_BYTES);
  }
}

const contexts = new Contexts();
contexts.set(0, PREFIX, 64);
const own = options(1);
const mac = new Mac(own);
const link = new MeshLink({ mac, kernel, contexts, queueSlots: QUEUE_SLOTS });
const child = new Neighbour(2);
const parent = new Neighbour(3);
const root = new Neighbour(4);
const routing: Routing = {
  isRoot: false,
  root: addressOf(root.eui64),
  rank: RANK,
  toldRank: RANK,
  sourceRoute: () => false,
  parentAfter: (_failures, eui64) => {
    eui64.set(parent.eui64);
    return true;
  },
  onSent: () => {},
  onUnreachable: () => {},
  onUp: () => {},
  onRankError: () => {},
  onReturn: () => {},
  tell: () => {},
  onTold: () => {},
};
link.host = { address: addressOf(own.eui64), isOwn: () => false, receive: () => {}, sendError: () => {} };
link.routeBy(routing);

let computrons = 0;
let packets = 0;

/** Gives the router a frame; what it does then is counted. */
function give({ composer: { writer } }: Neighbour): void {
  resetMeter(0, 0);
  radio.onReceive(writer.bytes, writer.length, -60);
  computrons += resetMeter(0, 0);
}

/** Runs the router until it has nothing to do, its frames acknowledged by `next`. */
function run(next: Neighbour): void {
  while (sends || alarm_ms < Infinity) {
    if (sends) {
      sends = false;
      now_ms += 10;
      resetMeter(0, 0);
      radio.onSent();
      computrons += resetMeter(0, 0);
      if (sent.type !== FrameType.ack) {
        next.composer.acknowledgement(own.eui64, sent.sequence, false, now_ms);
        give(next);
      }
    } else {
      now_ms = Math.max(now_ms, alarm_ms);
      alarm_ms = Infinity;
      resetMeter(0, 0);
      clock.onAlarm();
      computrons += resetMeter(0, 0);
    }
  }
}

/** Makes a frame of `from` to the router, with a packet of 60 bytes that has farther to go. */
function compose(from: Neighbour, to: Neighbour, header: RoutingHeader): void {
  const packet = new Packet();
  packet.source.set(addressOf(from.eui64));
  packet.destination.set(addressOf(to.eui64));
  packet.nextHeader = NO_NEXT_HEADER;
  packet.hopLimit = 9;
  packet.payloadLength = PAYLOAD_BYTES;
  packet.payload[0] = packets++;
  const { slot, composer } = from;
  slot.sequence++;
  slot.destination.set(own.eui64);
  slot.writer.reset(slot.payload, 0, slot.payload.length);
  header.write(slot.writer, routing.root);
  compress(packet, from.eui64, own.eui64, contexts, slot.writer);
  slot.length = slot.writer.length;
  composer.data(slot, now_ms);
}

/** Computrons of passing on one packet: received, acknowledged, queued, sent, and its acknowledgement received. */
function pass(from: Neighbour, to: Neighbour, header: RoutingHeader): Float64Array {
  compose(from, to, header);
  computrons = 0;
  give(from);
  run(to);
  return Float64Array.of(computrons, link.counters.passedOn);
}

/** A frame of each neighbour makes it known. */
export function greet(): void {
  for (const neighbour of [child, parent]) {
    compose(neighbour, root, new RoutingHeader());
    give(neighbour);
    run(neighbour);
  }
}

/** From a child to the parent, with a rank. */
export function up(): Float64Array {
  const header = new RoutingHeader();
  header.senderRank = RANK + 128;
  return pass(child, parent, header);
}

/** From the parent to a child, behind a source route with two routers, in the root's tunnel. */
export function down(): Float64Array {
  const header = new RoutingHeader();
  header.addHop(own.eui64, 0);
  header.addHop(child.eui64, 0);
  header.tunnelHopLimit = 64;
  return pass(parent, child, header);
}
