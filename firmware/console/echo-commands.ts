import { integerArgument, MORE, Result, WAIT, type Command } from "firmware/console/command";
import { EchoProbe } from "firmware/console/echo-probe";
import { type MeshNode, nodeArgument } from "firmware/console/mesh-node";
import type { Output } from "firmware/console/output";
import { Icmpv6Type } from "firmware/ip/icmpv6";

const DEFAULT_COUNT = 4;
const MAX_COUNT = 20;
/** Between an answer and the next request, so that a technician does not fill the air. */
const REST_ms = 1_000;
const PING_HOP_LIMIT = 64;
/** From one end of a deep mesh to the other. */
const MAX_HOPS = 32;
/** After so many routers in a row that did not answer no other one will. */
const MAX_SILENT = 3;

/** `ping`: echo requests to another node, an answer a line. */
export class PingCommand implements Command {
  readonly #node: MeshNode;
  /** Of the run under way. */
  #probe: EchoProbe | undefined;
  #count = 0;
  #replies = 0;

  constructor(node: MeshNode) {
    this.#node = node;
  }

  get words(): string {
    return "ping";
  }

  get usage(): string {
    return "<node> [count]";
  }

  get help(): string {
    return "echo requests to an address, the end of an EUI-64, or collector";
  }

  start(args: readonly string[]): number {
    if (args.length < 1 || args.length > 2) return Result.badArgument;
    this.#count = args.length === 1 ? DEFAULT_COUNT : integerArgument(args[1], 1, MAX_COUNT);
    // NaN, which no comparison holds for.
    if (!(this.#count > 0)) return Result.badArgument;
    this.#replies = 0;
    this.#probe = probeOf(this.#node, args[0]);
    return this.#probe === undefined ? refusal(this.#node) : MORE;
  }

  step(output: Output): number {
    const probe = this.#probe!;
    if (probe.sent === 0) probe.send(output, PING_HOP_LIMIT, 0);
    if (!probe.take()) return WAIT;
    output.line(`${probe.sent} ${probe.describe()}`);
    if (probe.type === Icmpv6Type.echoReply) this.#replies++;
    if (probe.sent < this.#count) {
      probe.send(output, PING_HOP_LIMIT, REST_ms);
      return WAIT;
    }
    this.#probe = undefined;
    return this.#replies > 0 ? Result.ok : Result.noAnswer;
  }
}

/**
 * `trace`: the routers on the way to another node, by echo requests whose hop limits end at one after the other
 * (RFC 4443, section 3.3). Between the collector and the last router the way goes through a tunnel, whose routers do not
 * show.
 */
export class TraceCommand implements Command {
  readonly #node: MeshNode;
  /** Of the run under way. */
  #probe: EchoProbe | undefined;
  #silent = 0;

  constructor(node: MeshNode) {
    this.#node = node;
  }

  get words(): string {
    return "trace";
  }

  get usage(): string {
    return "[node]";
  }

  get help(): string {
    return "routers on the way to the collector, or to a node as of ping";
  }

  start(args: readonly string[]): number {
    if (args.length > 1) return Result.badArgument;
    this.#silent = 0;
    this.#probe = probeOf(this.#node, args.length === 0 ? "collector" : args[0]);
    return this.#probe === undefined ? refusal(this.#node) : MORE;
  }

  step(output: Output): number {
    const probe = this.#probe!;
    if (probe.sent === 0) probe.send(output, 1, 0);
    if (!probe.take()) return WAIT;
    output.line(`${probe.sent} ${probe.describe()}`);
    this.#silent = probe.type === 0 ? this.#silent + 1 : 0;
    const passed = probe.type === 0 || probe.type === Icmpv6Type.timeExceeded;
    if (passed && this.#silent < MAX_SILENT && probe.sent < MAX_HOPS) {
      probe.send(output, probe.sent + 1, 0);
      return WAIT;
    }
    this.#probe = undefined;
    return probe.type === Icmpv6Type.echoReply ? Result.ok : Result.noAnswer;
  }
}

/** Undefined where the meter has not joined, or `argument` is no node. */
function probeOf(node: MeshNode, argument: string): EchoProbe | undefined {
  if (!node.join.joined) return undefined;
  const probe = new EchoProbe(node.stack, node.kernel);
  return nodeArgument(argument, node, probe.destination) ? probe : undefined;
}

function refusal({ join }: MeshNode): number {
  return join.joined ? Result.badArgument : Result.notJoined;
}
