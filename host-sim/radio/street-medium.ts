import { BadInput, type StreetOptions } from "../options";
import { Random } from "../random";
import type { World } from "../world";
import type { Air } from "./air";
import { Draws } from "./draws";
import { EdgeListAir } from "./edge-list";
import { Medium, OPEN_STREET } from "./medium";
import { outsideLoss } from "./outside";
import { DEVICE, IDEAL } from "./timing";
import { readTopology } from "./topology";
import { Town } from "./town";
import { TownAir } from "./town-air";

/** In a town every channel is used by others too, for up to this share of the time. */
const TOWN_OUTSIDE_LOSS = 0.05;

/**
 * The air of a street as its options have it: an edge list, a town, or all in range of each other. Collectors are its
 * first stations, then come the meters.
 * @throws BadInput when the edge list cannot be used
 */
export function streetMedium(world: World, options: StreetOptions): Medium {
  const { seed, faults, turnaround, density } = options;
  const draws = new Draws(new Random(seed, "air"));
  const most = density === undefined ? 0 : TOWN_OUTSIDE_LOSS;
  return new Medium({
    world,
    random: new Random(seed, "medium"),
    bitRate: OPEN_STREET.bitRate,
    frameLoss: faults.frameLoss,
    channelLoss: outsideLoss(draws, most, faults.interference),
    timing: turnaround === "ideal" ? IDEAL : DEVICE,
    air: airOf(options, draws),
  });
}

function airOf({ topology, density, meters, collectors }: StreetOptions, draws: Draws): Air {
  if (topology !== undefined) {
    const edges = readTopology(topology);
    if (edges.length !== meters + 1)
      throw new BadInput(
        `${topology}: ${edges.length} nodes, but the run has 1 collector and ${meters} meters`,
      );
    return new EdgeListAir(edges);
  }
  if (density === undefined) return OPEN_STREET.air;
  return new TownAir(new Town(meters, density, collectors, draws), OPEN_STREET.bitRate, draws);
}
