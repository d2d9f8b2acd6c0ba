import { Writer } from "firmware/codec/cursor";
import { Kernel } from "firmware/kernel/kernel";
import { GaspReader, writeGasp, writeGaspsHead } from "firmware/power/gasp-codec";
import { GaspRelay } from "firmware/power/gasp-relay";
import { SeededEntropy } from "../../../host-sim/node";
import { Random } from "../../../host-sim/random";
import { exchange } from "../../support/exchange";
import { ManualClock } from "../../support/scripted-meter";

export const FAILED_MS = 1_772_323_200_000;
const STRONG_dBm = -60;

/** EUI-64 of a node; the relay under test is number 0. */
export function eui64Of(node: number): Uint8Array {
  return Uint8Array.of(2, 0, 0, 0, 0, 0, node >> 8, node & 0xff);
}

export function nodeOf(eui64: Uint8Array): number {
  return (eui64[6] << 8) | eui64[7];
}

function linkLocalOf(node: number): Uint8Array {
  return Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, node >> 8, node & 0xff);
}

export function gaspsOf(nodes: readonly number[], failed_ms = FAILED_MS): Uint8Array {
  const w = new Writer(new Uint8Array(512));
  writeGaspsHead(w, nodes.length, failed_ms);
  for (const node of nodes) writeGasp(w, eui64Of(node), 0, 1, failed_ms, failed_ms);
  return w.bytes.slice(0, w.length);
}

/** Nodes of a message; undefined where it is malformed. */
function nodesOf(body: Uint8Array): number[] | undefined {
  const gasps = new GaspReader();
  if (!gasps.begin(body, 0, body.length)) return undefined;
  const nodes: number[] = [];
  while (gasps.next()) nodes.push(nodeOf(gasps.gasp.eui64));
  return nodes;
}

/** A relay whose messages are written down, as the nodes in them; and what answers its notices. */
export function gaspRig({ seed = 1, failing = false, capacity = 48 } = {}) {
  const clock = new ManualClock();
  const kernel = new Kernel(clock);
  const entropy = new SeededEntropy(new Random(seed, "relay"));
  const told: { at_ms: number; nodes: number[] }[] = [];
  const forwarded: { at_ms: number; nodes: number[]; end: (taken: boolean) => void }[] = [];
  const handed: { at_ms: number; nodes: number[]; failures: number; end: (taken: boolean) => void }[] = [];
  const monitor = { holdUp_ms: 60_000, failing, onFailing: () => {}, onRestored: () => {} };
  const air = { eui64: eui64Of(0), rssi_dBm: STRONG_dBm };
  const rig = { canForward: true, hasParent: true, abandoned: 0 };
  const relay = new GaspRelay({
    kernel,
    entropy,
    air,
    monitor,
    capacity,
    sender: {
      tell: (body, length) =>
        void told.push({ at_ms: clock.now_ms(), nodes: nodesOf(body.slice(0, length))! }),
      handOn: (body, length, failures, end) => {
        if (rig.hasParent)
          handed.push({ at_ms: clock.now_ms(), nodes: nodesOf(body.slice(0, length))!, failures, end });
        return rig.hasParent;
      },
      abandon: () => void rig.abandoned++,
      forward: (body, length, end) => {
        if (rig.canForward)
          forwarded.push({ at_ms: clock.now_ms(), nodes: nodesOf(body.slice(0, length))!, end });
        return rig.canForward;
      },
    },
  });
  /** A message from a neighbour. */
  const hear = (from: number, body: Uint8Array, toGroup = true): number =>
    exchange(relay, "post", { body, from: linkLocalOf(from), toGroup }).code;
  return {
    ...{ clock, kernel, entropy, relay, air, rig, told, handed, forwarded, hear, monitor },
    /** Neighbours that gasp themselves. */
    gasp: (...nodes: number[]) => nodes.forEach((node) => hear(node, gaspsOf([node]))),
  };
}
