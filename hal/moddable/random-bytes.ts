import { HardwareEntropy } from "hal/moddable/entropy";

/** What tweetnacl asks Node's `crypto` for; its bundle for the device gets it from here. */
export function randomBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  new HardwareEntropy().fill(bytes);
  return bytes;
}
