/** Unicast addresses made of a prefix and an EUI-64 (RFC 4291, appendix A), and the multicast groups in use. */

export const ADDRESS_BYTES = 16;

/** Multicast groups, `ff0X::` and this number (RFC 4291, section 2.7.1; RFC 6550, section 20.19; RFC 7731, section 12.2). */
export const Group = Object.freeze({
  allNodes: 0x01,
  allRouters: 0x02,
  allRplNodes: 0x1a,
  allMplForwarders: 0xfc,
});
/** Scopes of groups (RFC 7346, section 2): a link, a PAN, and all that belongs to one head end. */
export const Scope = Object.freeze({ linkLocal: 2, realmLocal: 3, adminLocal: 4 });

/** Writes the address in `prefix` (its first 8 bytes count) whose interface identifier is made of `eui64`. */
export function writeAddress(prefix: Uint8Array, eui64: Uint8Array, into: Uint8Array): void {
  for (let i = 0; i < 8; i++) {
    into[i] = prefix[i]!;
    into[8 + i] = interfaceByte(eui64, i);
  }
}

/** Writes `fe80::` and the interface identifier made of `eui64` (RFC 4291, section 2.5.6). */
export function writeLinkLocal(eui64: Uint8Array, into: Uint8Array): void {
  for (let i = 0; i < 8; i++) {
    into[i] = 0;
    into[8 + i] = interfaceByte(eui64, i);
  }
  into[0] = 0xfe;
  into[1] = 0x80;
}

/** Byte `index` (0 to 7) of the interface identifier made of `eui64`: the same, its universal bit inverted. */
export function interfaceByte(eui64: Uint8Array, index: number): number {
  return index === 0 ? eui64[0] ^ 0x02 : eui64[index];
}

/** Writes the EUI-64 that the interface identifier of `address` was made of. */
export function writeEui64(address: Uint8Array, into: Uint8Array): void {
  for (let i = 0; i < 8; i++) into[i] = address[8 + i]!;
  into[0] = address[8] ^ 0x02;
}

/** Writes the anycast address of a link's routers, `fe80::` (RFC 4291, section 2.6.1); in the mesh a parent takes it. */
export function writeAnyRouter(into: Uint8Array): void {
  into.fill(0);
  into[0] = 0xfe;
  into[1] = 0x80;
}

export function isAnyRouter(address: Uint8Array): boolean {
  if (address[0] !== 0xfe || address[1] !== 0x80) return false;
  for (let i = 2; i < ADDRESS_BYTES; i++) if (address[i] !== 0) return false;
  return true;
}

export function writeGroup(group: number, into: Uint8Array, scope: number = Scope.linkLocal): void {
  into.fill(0);
  into[0] = 0xff;
  into[1] = scope;
  into[15] = group;
}

/** The number of a group `ff02::1` to `ff02::ff`, or of one of another scope; 0 for any other address. */
export function groupOf(address: Uint8Array, scope: number = Scope.linkLocal): number {
  if (address[0] !== 0xff || address[1] !== scope) return 0;
  for (let i = 2; i < 15; i++) if (address[i] !== 0) return 0;
  return address[15];
}

/** Whether this is the address of an MPL domain: those of a PAN, and of all PANs of one head end. */
export function isMplDomain(address: Uint8Array): boolean {
  return (
    groupOf(address, Scope.adminLocal) === Group.allMplForwarders ||
    groupOf(address, Scope.realmLocal) === Group.allMplForwarders
  );
}

export function isMulticast(address: Uint8Array): boolean {
  return address[0] === 0xff;
}

/** Link-local unicast, `fe80::/10`. */
export function isLinkLocal(address: Uint8Array): boolean {
  return address[0] === 0xfe && (address[1] & 0xc0) === 0x80;
}

/** Whether a packet to this address must stay on its link: link-local unicast, or multicast of scope 1 or 2. */
export function staysOnLink(address: Uint8Array): boolean {
  return isMulticast(address) ? (address[1] & 0x0f) <= 2 : isLinkLocal(address);
}

export function isUnspecified(address: Uint8Array): boolean {
  for (let i = 0; i < ADDRESS_BYTES; i++) if (address[i] !== 0) return false;
  return true;
}

export function sameAddress(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < ADDRESS_BYTES; i++) if (a[i] !== b[i]) return false;
  return true;
}
