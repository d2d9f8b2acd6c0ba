import type { Kernel } from "firmware/kernel/kernel";
import { Composer } from "firmware/mesh/mac/composer";
import { Mac } from "firmware/mesh/mac/mac";
import { MacNode } from "firmware/mesh/mac/node";
import { Slot } from "firmware/mesh/mac/queue";
import { channelOf } from "firmware/mesh/mac/schedule";
import { LinkSecurity } from "firmware/mesh/mac/security";
import { KEY_BYTES, type Cipher } from "hal/cipher";
import type { Radio } from "hal/radio";

/** Of the engine: sets a limit (0 for none) and the meter, and answers what the meter read. */
declare function resetMeter(limit: number, meter: number): number;

const PAYLOAD_BYTES = 60;
const FRAME_BYTES = 255;
const PANS = [{ id: 0x574d, keys: [{ index: 1, key: new Uint8Array(KEY_BYTES) }] }];
/** AES is the part's own: what it takes in JavaScript is measured apart. */
const noCipher: Cipher = { aesCcm: () => ({ seal: () => {}, open: () => true }) };
const entropy = { fill: (into: Uint8Array) => into.fill(7) };
const store = { reserve: () => 0 };

let now_ms = 1_000;
const kernel = { now_ms: () => now_ms, arm: () => {}, disarm: () => {} } as unknown as Kernel;

/** A node that hops and seals its frames, and its address. */
function options(number: number) {
  const security = new LinkSecurity(noCipher, store);
  const radio: Radio = {
    maxFrameBytes: FRAME_BYTES,
    bitRate: 100_000,
    listen: () => {},
    follow: () => {},
    transmit: () => true,
    channelClear: () => true,
    onReceive: () => {},
    onSent: () => {},
  };
  const eui64 = Uint8Array.of(2, 0x57, 0x4d, 0, 0, 0, number >> 8, number);
  const air = { hopping: true, security, coordinator: store, pans: PANS, channel: 0, queueSlots: 2 };
  return { radio, kernel, entropy, eui64, ...air };
}

const own = options(1);
new Mac(own);
const peer = new MacNode(options(2));
const composer = new Composer(peer, FRAME_BYTES);
const slot = new Slot(FRAME_BYTES);
slot.length = PAYLOAD_BYTES;

/** Computrons of a frame with 60 bytes of payload from its bytes to its acknowledgement, or to its being dropped. */
export function receive(to: number): Float64Array {
  // A first frame makes the sender known.
  let computrons = 0;
  for (let i = 0; i < 2; i++) {
    now_ms += 1_000;
    slot.sequence++;
    slot.destination.set(options(to).eui64);
    composer.data(slot, now_ms);
    resetMeter(0, 0);
    own.radio.onReceive(composer.writer.bytes, composer.writer.length, -60);
    computrons = resetMeter(0, 0);
  }
  return Float64Array.of(computrons);
}

/** Of making and sealing such a frame. */
export function compose(): Float64Array {
  resetMeter(0, 0);
  composer.data(slot, now_ms);
  return Float64Array.of(resetMeter(0, 0));
}

/** Of working out a channel, on average. */
export function hop(): Float64Array {
  resetMeter(0, 0);
  for (let i = 0; i < 1000; i++) channelOf(12345, i);
  return Float64Array.of(resetMeter(0, 0) / 1000);
}
