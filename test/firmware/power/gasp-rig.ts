import { Kernel } from "firmware/kernel/kernel";
import { GaspRelay } from "firmware/power/gasp-relay";
import { SeededEntropy } from "../../../host-sim/node";
import { Random } from "../../../host-sim/random";
import { exchange } from "../../support/exchange";
import { gaspBody, gaspsIn, type PlainGasp } from "../../support/gasps";
import { ManualClock } from "../../support/scripted-meter";

export const FAILED_S = 1_772_323_200;
/** Within which a gasp goes on. */
export const COLLECT_MS = 1_500;

/** EUI-64 of a node; the relay under test is number 0. */
function eui64Of(node: number): number[] {
  return [2, 0, 0, 0, 0, node >> 16, (node >> 8) & 0xff, node & 0xff];
}

function nodeOf({ eui64 }: PlainGasp): number {
  return (eui64[5] << 16) | (eui64[6] << 8) | eui64[7];
}

export function gaspsOf(nodes: readonly number[], failed_s = FAILED_S): Uint8Array {
  return gaspBody(nodes.map((node) => ({ eui64: eui64Of(node), failed_s })));
}

interface SentMessage {
  at_ms: number;
  nodes: number[];
  end: (taken: boolean) => void;
}

/** A relay whose messages are written down, as the nodes in them; `end` tells whether one was taken. */
export function gaspRig({ seed = 1, capacity = 160 } = {}) {
  const clock = new ManualClock();
  const kernel = new Kernel(clock);
  const entropy = new SeededEntropy(new Random(seed, "relay"));
  const sent: SentMessage[] = [];
  const rig = { canSend: true };
  const relay = new GaspRelay({
    kernel,
    entropy,
    eui64: Uint8Array.from(eui64Of(0)),
    capacity,
    sender: {
      send: (body, length, end) => {
        if (rig.canSend)
          sent.push({ at_ms: clock.now_ms(), nodes: gaspsIn(body.slice(0, length))!.map(nodeOf), end });
        return rig.canSend;
      },
    },
  });
  /** A message that a neighbour hands over. */
  const hear = (body: Uint8Array): number => exchange(relay, "post", { body, from: linkLocalOf(9) }).code;
  return {
    clock,
    kernel,
    entropy,
    relay,
    rig,
    sent,
    hear,
    hand: (...nodes: number[]) => hear(gaspsOf(nodes)),
    /** Hands over one gasp; the nodes of the message that it goes on in, which is taken, undefined without one. */
    pass: (node: number): number[] | undefined => {
      const before = sent.length;
      hear(gaspsOf([node]));
      clock.advance(COLLECT_MS);
      sent.at(before)?.end(true);
      return sent.at(before)?.nodes;
    },
  };
}

function linkLocalOf(node: number): Uint8Array {
  return Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, node >> 8, node & 0xff);
}
