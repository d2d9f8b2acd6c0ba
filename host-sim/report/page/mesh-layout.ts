import type { MeshDetail } from "../../result";

/** The side of the square that a layout fills, in units of the picture. */
export const SIDE = 1000;
/** Of the square, at its left and lower edges, for an axis. */
const AXIS = 62;
/** What nodes at the edge need. */
const MARGIN = 14;

/** Where the nodes of a mesh are drawn. */
export interface Layout {
  x: number[];
  y: number[];
  /** Marks in m along both axes, where the nodes have places. */
  marks: { at: number; text: string }[];
  /** Rings around the middle, a hop apart, where they have none. */
  rings: { radius: number; text: string }[];
}

export function layout(mesh: MeshDetail): Layout {
  return mesh.side_m === undefined ? tree(mesh) : places(mesh, mesh.side_m);
}

/** A place on the picture's axis, from the left or from below, of a place in m. */
export function alongAxis(place_m: number, side_m: number): number {
  return AXIS + MARGIN + (place_m / side_m) * (SIDE - AXIS - 2 * MARGIN);
}

function places({ nodes }: MeshDetail, side_m: number): Layout {
  const step_m = [50, 100, 200, 250, 500, 1000, 2000].find((step) => side_m / step <= 6) ?? 5000;
  const marks = Array.from({ length: Math.floor(side_m / step_m) + 1 }, (_, index) => ({
    at: alongAxis(index * step_m, side_m),
    text: `${index * step_m} m`,
  }));
  return {
    x: nodes.map(({ x_m = 0 }) => alongAxis(x_m, side_m)),
    y: nodes.map(({ y_m = 0 }) => SIDE - alongAxis(y_m, side_m)),
    marks,
    rings: [],
  };
}

/** The tree around its root: a ring a hop, to each node an angle in proportion to the nodes below it. */
function tree({ nodes, collectors }: MeshDetail): Layout {
  const children: number[][] = nodes.map(() => []);
  for (const [node, { parent }] of nodes.entries()) if (parent !== undefined) children[parent].push(node);
  const depth = nodes.map(() => -1);
  const angle = nodes.map(() => 0);
  // Several collectors stand on a ring of their own.
  const first = collectors > 1 ? 1 : 0;

  // Parents come before their children. What hangs on no collector, as in a circle, is in none.
  const order = Array.from({ length: collectors }, (_, node) => node);
  for (const node of order) depth[node] = first;
  for (let at = 0; at < order.length; at++) {
    for (const child of children[order[at]]) {
      depth[child] = depth[order[at]] + 1;
      order.push(child);
    }
  }
  const weight = nodes.map(() => 1);
  for (const node of [...order].reverse()) {
    const { parent } = nodes[node];
    if (parent !== undefined) weight[parent] += weight[node];
  }
  const share = (of: number[], from: number, width: number): void => {
    const total = of.reduce((sum, node) => sum + weight[node], 0);
    let start = from;
    for (const node of of) {
      const part = (width * weight[node]) / total;
      angle[node] = start + part / 2;
      share(children[node], start, part);
      start += part;
    }
  };
  share(order.slice(0, collectors), 0, 2 * Math.PI);

  // Nodes without a way stand outside.
  const deepest = depth.reduce((most, of) => Math.max(most, of), 1);
  const lost = nodes.flatMap((_, node) => (depth[node] === -1 ? [node] : []));
  for (const [index, node] of lost.entries()) {
    depth[node] = deepest + 1;
    angle[node] = (2 * Math.PI * index) / lost.length;
  }
  const step = (SIDE / 2 - MARGIN) / (deepest + (lost.length > 0 ? 1 : 0));
  const along = (turn: (angle: number) => number) =>
    nodes.map((_, node) => SIDE / 2 + depth[node] * step * turn(angle[node]));
  return {
    x: along(Math.sin),
    y: along((turned) => -Math.cos(turned)),
    marks: [],
    rings: Array.from({ length: deepest - first }, (_, index) => ({
      radius: (first + index + 1) * step,
      text: index === 0 ? "1 hop" : `${index + 1} hops`,
    })),
  };
}
