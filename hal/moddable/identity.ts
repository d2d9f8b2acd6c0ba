import Preference from "preference";
import { KEY_BYTES } from "hal/cipher";
import type { Entropy } from "hal/entropy";
import type { Identity } from "hal/identity";
import { macAddress } from "hal/moddable/mac-address";

const DIGITS = "0123456789ABCDEF";
const DOMAIN = "wattmesh";
const KEY = "storage";

/** The chip's own EUI-64, or that made of its EUI-48, and the serial number that is printed of it. */
export class FuseIdentity implements Identity {
  readonly eui64 = new Uint8Array(8);
  readonly serial: string;
  readonly storageKey: Uint8Array;

  constructor(
    readonly model: string,
    entropy: Entropy,
  ) {
    const mac = new Uint8Array(macAddress());
    const gap = this.eui64.length - mac.length;
    this.eui64[3] = 0xff;
    this.eui64[4] = 0xfe;
    let serial = "";
    for (let i = 0; i < mac.length; i++) {
      this.eui64[i < 3 ? i : i + gap] = mac[i]!;
      serial += DIGITS.charAt(mac[i]! >> 4) + DIGITS.charAt(mac[i]! & 15);
    }
    this.serial = serial;
    this.storageKey = storageKey(entropy);
  }
}

/**
 * The key is made at the first start and kept. It is written once only: the platform erases a preference before it
 * writes it anew, so that a power loss then would take the key.
 */
function storageKey(entropy: Entropy): Uint8Array {
  const kept = Preference.get(DOMAIN, KEY);
  if (kept instanceof ArrayBuffer && kept.byteLength === KEY_BYTES) return new Uint8Array(kept);
  const key = new Uint8Array(KEY_BYTES);
  entropy.fill(key);
  Preference.set(DOMAIN, KEY, key.buffer);
  return key;
}
