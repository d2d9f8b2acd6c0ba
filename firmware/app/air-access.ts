import { KeptCounter } from "firmware/app/kept-counter";
import type { Network } from "firmware/app/network";
import type { Rings } from "firmware/app/rings";
import type { Pan } from "firmware/mesh/mac/pan";
import { LinkSecurity, type CounterStore } from "firmware/mesh/mac/security";
import { ObjectStore } from "firmware/storage/object-store";
import { RecordBytes, Store } from "firmware/storage/partitions";
import type { Cipher } from "hal/cipher";
import type { Flash } from "hal/flash";

/** Objects in the store of keys. */
const Kept = Object.freeze({ frameCounter: 0, broadcastInterval: 1 });
const KINDS = 2;

export interface AirAccess {
  readonly hopping: boolean;
  readonly security?: LinkSecurity;
  /** Where a coordinator's broadcast intervals are numbered. */
  readonly intervals?: CounterStore;
  /** What these are kept in. */
  readonly store?: ObjectStore;
}

/**
 * How a node uses the air, as its network wants it; without hopping and keys nothing is read of `flash`.
 * @throws RangeError where only some of the PANs have keys
 */
export function airAccess(
  { hopping = false, pans }: Network,
  cipher: Cipher,
  rings: Rings,
  flash: Flash,
): AirAccess {
  const secured = hasKeys(pans[0]);
  for (let i = 1; i < pans.length; i++) if (hasKeys(pans[i]) !== secured) throw new RangeError("no link key");
  if (!hopping && !secured) return { hopping };
  const store = new ObjectStore(rings.open(flash, Store.keys, RecordBytes.keys), KINDS);
  const intervals = new KeptCounter(store, Kept.broadcastInterval);
  if (!secured) return { hopping, intervals, store };
  const security = new LinkSecurity(cipher, new KeptCounter(store, Kept.frameCounter));
  return { hopping, security, intervals, store };
}

function hasKeys({ keys = [] }: Pan): boolean {
  return keys.length > 0;
}
