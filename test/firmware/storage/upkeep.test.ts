import { Kernel } from "firmware/kernel/kernel";
import { type Preparable, Upkeep } from "firmware/storage/upkeep";
import { describe, expect, it } from "vitest";
import { TrueClock } from "../../../host-sim/clock";
import { World } from "../../../host-sim/world";

const SECOND_us = 1e6;

class Store implements Preparable {
  prepared = false;
  attempts = 0;

  /** @param fails stays as it is, as one whose supply fails */
  constructor(readonly fails = false) {}

  prepare(): void {
    this.attempts++;
    this.prepared = !this.fails;
  }
}

describe("the upkeep of the stores", () => {
  it("prepares one each 15 s while there are any, and one that cannot be prepared keeps no other from its turn", () => {
    const world = new World();
    const stores = [new Store(), new Store(true), new Store(), new Store()];
    new Upkeep(new Kernel(new TrueClock(world)), stores);
    const attempts = (): number[] => stores.map((store) => store.attempts);
    world.runUntil(120 * SECOND_us);
    expect(attempts()).toEqual([1, 0, 0, 0]);
    world.runUntil(165 * SECOND_us);
    expect(attempts()).toEqual([1, 1, 1, 1]);
    world.runUntil(195 * SECOND_us);
    expect(attempts()).toEqual([1, 3, 1, 1]);
    stores[3].prepared = false;
    world.runUntil(225 * SECOND_us);
    expect(attempts()).toEqual([1, 4, 1, 2]);
  });

  it("looks every two minutes where all are prepared", () => {
    const world = new World();
    new Upkeep(new Kernel(new TrueClock(world)), [new Store(), new Store()]);
    world.runUntil(300 * SECOND_us);
    const { events } = world;
    world.runUntil((300 + 3600) * SECOND_us);
    expect(world.events - events).toBe(30);
  });
});
