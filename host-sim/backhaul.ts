import type { Backhaul } from "hal/backhaul";
import type { World } from "./world";

/** Two ends of a link that delays every packet by `delay_us` and loses none. */
export function backhaulPair(world: World, delay_us: number): [Backhaul, Backhaul] {
  const a = new BackhaulEnd(world, delay_us);
  const b = new BackhaulEnd(world, delay_us);
  a.other = b;
  b.other = a;
  return [a, b];
}

class BackhaulEnd implements Backhaul {
  onReceive: (packet: Uint8Array, length: number) => void = () => {};
  other: BackhaulEnd | undefined;

  constructor(
    private readonly world: World,
    private readonly delay_us: number,
  ) {}

  send(packet: Uint8Array, length: number): boolean {
    const copy = packet.slice(0, length);
    this.world.in(this.delay_us, () => this.other?.onReceive(copy, length));
    return true;
  }
}
