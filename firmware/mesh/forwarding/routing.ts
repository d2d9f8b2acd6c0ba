import type { Reader, Writer } from "firmware/codec/cursor";
import type { Packet } from "firmware/ip/packet";
import type { RoutingHeader } from "firmware/mesh/forwarding/routing-header";

/** What forwarding asks of the routing protocol. */
export interface Routing {
  /** A root hands what comes up to IP, which knows the way out; others pass it on. */
  readonly isRoot: boolean;
  /** Address of the DODAG's root, 16 bytes; source routes are compressed relative to it. */
  readonly root: Uint8Array;
  /** Rank of this node, for what it sends up. */
  readonly rank: number;
  /** The lowest rank by which those below this node may go. */
  readonly toldRank: number;

  /**
   * The way of a packet that leaves the root: writes the routers to pass into `header`, which is clear. False: none.
   */
  sourceRoute(destination: Uint8Array, header: RoutingHeader): boolean;

  /**
   * The neighbour that a packet goes up through after the MAC has given it up `failures` times: writes its EUI-64.
   * False: there is none.
   * @param noFurther it is for that neighbour, so that more will do
   */
  parentAfter(failures: number, eui64: Uint8Array, noFurther: boolean): boolean;

  /** The result of each frame that asked for an acknowledgement. */
  onSent(neighbour: Uint8Array, attempts: number, acked: boolean): void;

  /** A neighbour asks where this node stands: writes the answer, or nothing. */
  tell(writer: Writer): void;

  /** A neighbour that was asked where it stands has answered. Valid during the call only. */
  onTold(neighbour: Uint8Array, answer: Reader): void;

  /** A packet on its way down was given up: the next node of its route does not answer. Valid during the call only. */
  onUnreachable(packet: Packet): void;

  /** A packet came up to its end from this neighbour, whoever made it. Valid during the call only. */
  onUp(neighbour: Uint8Array): void;

  /** A packet came up from a neighbour whose rank is not above this one: there is a loop, or there was one. */
  onRankError(neighbour: Uint8Array): void;

  /** A packet that this node has sent up came back to it from below. */
  onReturn(): void;
}
