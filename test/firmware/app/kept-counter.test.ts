import { expect, it } from "vitest";
import { airAccess } from "firmware/app/air-access";
import type { Network } from "firmware/app/network";
import { Rings } from "firmware/app/rings";
import { COUNTER_BLOCK } from "firmware/mesh/mac/security";
import { NodeCipher } from "../../../host-sim/cipher";
import { NorFlash } from "../../../host-sim/flash";
import { meterIdentity, SeededEntropy } from "../../../host-sim/node";
import { Random } from "../../../host-sim/random";
import { NETWORK } from "../../../host-sim/street";
import { KEY, PAN } from "../../support/mac-street";

const FLASH_BYTES = 4 * 4096;
const secured: Network = {
  ...NETWORK,
  hopping: true,
  pans: [{ id: PAN, keys: [{ index: 1, key: KEY }] }],
};

function start(flash: NorFlash, network = secured, power = { failing: false }) {
  const cipher = new NodeCipher();
  const entropy = new SeededEntropy(new Random(1, "entropy"));
  return airAccess(network, cipher, new Rings({ cipher, entropy, identity: meterIdentity(1), power }), flash);
}

it("gives no frame counter and no broadcast interval twice, over 200 restarts and all sectors", () => {
  const flash = new NorFlash({ size: FLASH_BYTES });
  let counter = -1;
  let interval = -1;
  for (let boot = 0; boot < 200; boot++) {
    const { security, intervals } = start(flash);
    for (let i = 0; i < 3; i++) {
      const next = security!.nextCounter();
      expect(next).toBeGreaterThan(counter);
      counter = next;
    }
    const first = intervals!.reserve();
    expect(first).toBeGreaterThan(interval);
    interval = first + COUNTER_BLOCK - 1;
  }
  expect(counter).toBe(199 * COUNTER_BLOCK + 2);
});

it("leaves flash alone where nothing hops or is secured", () => {
  const flash = new NorFlash({ size: FLASH_BYTES });
  expect(start(flash, NETWORK)).toEqual({ hopping: false });
});

it("erases nothing while the supply fails", () => {
  const flash = new NorFlash({ size: FLASH_BYTES });
  const power = { failing: false };
  const { store, intervals } = start(flash, secured, power);
  expect(intervals!.reserve()).toBe(0);
  let erases = 0;
  flash.beforeOperation = ({ from }) => void (from === undefined && erases++);
  power.failing = true;
  store!.prepare();
  for (let i = 0; i < 100; i++) intervals!.reserve();
  expect(intervals!.reserve()).toBe(-1);
  expect(erases).toBe(0);
  power.failing = false;
  store!.prepare();
  expect(erases).toBe(1);
});

it("takes no network of which only some PANs have keys", () => {
  const network = { ...secured, pans: [...secured.pans, { id: PAN + 1 }] };
  expect(() => start(new NorFlash({ size: FLASH_BYTES }), network)).toThrow(RangeError);
});
