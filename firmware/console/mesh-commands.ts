import { MORE, Result, type Command } from "firmware/console/command";
import { eui64Text } from "firmware/console/eui64-text";
import type { MeshNode } from "firmware/console/mesh-node";
import type { Output } from "firmware/console/output";
import { thousandths } from "firmware/console/thousandths";
import { formatAddress } from "firmware/ip/address-text";
import { INFINITE_RANK } from "firmware/mesh/rpl/messages";
import { ETX_UNIT } from "firmware/mesh/rpl/mrhof";
import { ANY_RANK, NONE } from "firmware/mesh/rpl/parents";
import type { Join } from "firmware/mesh/rpl/join";

/** Lines of `mesh route` before those of the parents. */
const ROUTE_LINES = 4;

/** `mesh neighbours`: the members of the mesh in range that could be parents, the cheapest path first. */
export class NeighboursCommand implements Command {
  readonly #node: MeshNode;
  #next = 0;

  constructor(node: MeshNode) {
    this.#node = node;
  }

  get words(): string {
    return "mesh neighbours";
  }

  get usage(): string {
    return "";
  }

  get help(): string {
    return "possible parents: EUI-64, use, rank, ETX, frames failed in a row, heard";
  }

  start(args: readonly string[]): number {
    if (args.length > 0) return Result.badArgument;
    this.#next = 0;
    return this.#node.join.preference.parents.count > 0 ? MORE : Result.noData;
  }

  step(output: Output): number {
    const { kernel, join } = this.#node;
    const { parents, preferred } = join.preference;
    const place = parents.nth(this.#next++, preferred, ANY_RANK);
    // The table changes between lines.
    if (place === NONE) return Result.ok;
    const rank = parents.rank[place];
    let use = "farther";
    if (place === preferred) use = "parent";
    else if (rank === INFINITE_RANK) use = "lost";
    else if (parents.isAbove(place)) use = "alternate";
    const heard_s = Math.floor((kernel.now_ms() - parents.heard_ms[place]) / 1000);
    const link = `ETX ${costText(parents.etx[place])} failed ${parents.failures[place]}`;
    output.line(
      `${eui64At(join, place)} ${use.padEnd(9)} rank ${rankText(rank)} ${link} heard ${heard_s} s ago`,
    );
    return this.#next < parents.count ? MORE : Result.ok;
  }
}

/** `mesh route`: this meter's place in the mesh, and the parents that its packets go up through. */
export class RouteCommand implements Command {
  readonly #node: MeshNode;
  #next = 0;

  constructor(node: MeshNode) {
    this.#node = node;
  }

  get words(): string {
    return "mesh route";
  }

  get usage(): string {
    return "";
  }

  get help(): string {
    return "address, collector, rank, changes, and the parents in their order";
  }

  start(args: readonly string[]): number {
    if (args.length > 0) return Result.badArgument;
    this.#next = 0;
    return this.#node.join.joined ? MORE : Result.notJoined;
  }

  step(output: Output): number {
    const { stack, join } = this.#node;
    const { preference } = join;
    const line = this.#next++;
    if (line === 0) output.line(`address    ${formatAddress(stack.address)}`);
    else if (line === 1) output.line(`collector  ${formatAddress(join.root)}`);
    else if (line === 2) output.line(`rank       ${rankText(join.rank)}`);
    else if (line === 3)
      output.line(`changes    parent ${join.parentChanges}, place ${join.repairs}, loops ${join.loops}`);
    else {
      const place = line === ROUTE_LINES ? preference.preferred : preference.alternate(line - ROUTE_LINES);
      if (place === NONE) return Result.ok;
      const name = line === ROUTE_LINES ? "parent     " : "alternate  ";
      output.line(`${name}${eui64At(join, place)} ETX ${costText(preference.parents.etx[place])}`);
    }
    return MORE;
  }
}

function eui64At(join: Join, place: number): string {
  return eui64Text(join.preference.parents.eui64s, 8 * place);
}

/** In transmissions, as {@link costText}; the collector's is 1. */
function rankText(rank: number): string {
  return rank === INFINITE_RANK ? "none" : costText(rank);
}

function costText(cost: number): string {
  return thousandths(Math.round((cost * 1000) / ETX_UNIT));
}
