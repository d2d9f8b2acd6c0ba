import { expect, it } from "vitest";
import { Moves } from "firmware/mesh/rpl/moves";
import { ObjectStore } from "firmware/storage/object-store";
import { RecordBuffer } from "firmware/storage/record-buffer";
import { NorFlash } from "../../../../host-sim/flash";
import { PowerLoss, PowerSupply } from "../../../../host-sim/flash-faults";
import { testRing } from "../../../support/ring";

const rootOf = (move: number) => new Uint8Array(16).fill(0x20 + move);
const mount = (flash: NorFlash) => new Moves(new ObjectStore(testRing(flash, 256), 1), 0, new RecordBuffer());
const load = (flash: NorFlash) => {
  const root = new Uint8Array(16);
  const moves = mount(flash);
  return { moves: moves.load(root), root, panId: moves.panId };
};

it("a node that never had a place has not moved", () => {
  expect(load(new NorFlash({ size: 3 * 4096 }))).toEqual({
    moves: 0,
    root: new Uint8Array(16),
    panId: -1,
  });
});

it("root, PAN and count belong together after a power loss at any byte of any write", () => {
  for (let bytes = 0; bytes <= 256; bytes++) {
    const flash = new NorFlash({ size: 3 * 4096 });
    const supply = new PowerSupply();
    supply.feed(flash);
    const moves = mount(flash);
    moves.save(rootOf(0), 0, 0);
    let latest = 0;
    supply.cutAt(supply.operations + (bytes % 5), { how: "torn", bytes, weak: bytes % 2 === 0 });
    expect(() => {
      for (let move = 1; ; move++) {
        latest = move;
        moves.save(rootOf(move), move, move);
      }
    }).toThrow(PowerLoss);
    const kept = load(flash);
    expect(kept.root).toEqual(rootOf(kept.moves));
    expect(kept.panId).toBe(kept.moves);
    expect([latest - 1, latest]).toContain(kept.moves);
  }
});
