import { isUnspecified, writeAddress, writeEui64 } from "firmware/ip/address";
import { hexDigit, parseAddress } from "firmware/ip/address-text";
import type { IpStack } from "firmware/ip/stack";
import type { Kernel } from "firmware/kernel/kernel";
import type { Join } from "firmware/mesh/rpl/join";

const EUI64_DIGITS = 16;

/** What the commands about the mesh work with. */
export interface MeshNode {
  readonly stack: IpStack;
  readonly kernel: Kernel;
  readonly join: Join;
}

/**
 * Reads the node that a command is about: an IPv6 address, the last digits of a meter's EUI-64 (those before them are as
 * in this meter's), or `collector`.
 * @param into 16 bytes; of no meaning where the answer is false
 * @returns false where it is none of these
 */
export function nodeArgument(text: string, { stack, join }: MeshNode, into: Uint8Array): boolean {
  if (text === "collector") {
    into.set(join.root);
    return true;
  }
  if (parseAddress(text, into)) return !isUnspecified(into);
  if (text.length === 0 || text.length > EUI64_DIGITS) return false;
  const eui64 = new Uint8Array(8);
  writeEui64(stack.address, eui64);
  for (let i = 0; i < text.length; i++) {
    const digit = hexDigit(text.charCodeAt(text.length - 1 - i));
    if (digit < 0) return false;
    const at = 7 - (i >> 1);
    eui64[at] = (i & 1) === 0 ? (eui64[at] & 0xf0) | digit : (eui64[at] & 0x0f) | (digit << 4);
  }
  writeAddress(stack.address, eui64, into);
  return true;
}
