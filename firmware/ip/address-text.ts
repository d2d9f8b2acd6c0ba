import { ADDRESS_BYTES } from "firmware/ip/address";

const GROUPS = 8;
const COLON = 0x3a;

/** The address as text after RFC 5952, section 4 (IPv4-mapped addresses likewise in hexadecimal). */
export function formatAddress(address: Uint8Array): string {
  let gap = -1;
  let gapGroups = 1;
  for (let start = 0; start < GROUPS; start++) {
    let end = start;
    while (end < GROUPS && groupAt(address, end) === 0) end++;
    if (end - start > gapGroups) {
      gap = start;
      gapGroups = end - start;
    }
  }
  let text = "";
  for (let group = 0; group < GROUPS; group++) {
    if (group === gap) {
      text += "::";
      group += gapGroups - 1;
    } else {
      if (group > 0 && group !== gap + gapGroups) text += ":";
      text += groupAt(address, group).toString(16);
    }
  }
  return text;
}

/**
 * Reads the text form of an address (RFC 4291, section 2.2, forms 1 and 2).
 * @param into 16 bytes; of no meaning where the answer is false
 * @returns whether `text` is an address
 */
export function parseAddress(text: string, into: Uint8Array): boolean {
  const length = text.length;
  let groups = 0;
  let gap = -1;
  let at = 0;
  if (text.startsWith("::")) {
    gap = 0;
    at = 2;
  }
  while (at < length) {
    const start = at;
    let value = 0;
    for (; at < length; at++) {
      const digit = hexDigit(text.charCodeAt(at));
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    if (at === start || at - start > 4 || groups === GROUPS) return false;
    into[2 * groups] = value >> 8;
    into[2 * groups + 1] = value;
    groups++;
    if (at === length) break;
    if (text.charCodeAt(at) !== COLON) return false;
    at++;
    if (at === length) return false;
    if (text.charCodeAt(at) === COLON) {
      if (gap >= 0) return false;
      gap = groups;
      at++;
    }
  }
  if (gap < 0) return groups === GROUPS;
  if (groups === GROUPS) return false;
  into.copyWithin(ADDRESS_BYTES - 2 * (groups - gap), 2 * gap, 2 * groups);
  into.fill(0, 2 * gap, ADDRESS_BYTES - 2 * (groups - gap));
  return true;
}

function groupAt(address: Uint8Array, group: number): number {
  return (address[2 * group] << 8) | address[2 * group + 1];
}

/** 0 to 15, or -1 where the character is no hexadecimal digit. */
export function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
