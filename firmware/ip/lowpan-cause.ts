/** Why a frame's payload was not turned into a packet. */
export const LowpanCause = Object.freeze({
  ok: 0,
  /** Ended inside a header. */
  truncated: 1,
  /** A fragment (RFC 4944, section 5.3): not used here, since every datagram fits a frame. */
  fragment: 2,
  /** Neither LOWPAN_IPHC nor plain IPv6. */
  dispatch: 3,
  /** Bits that RFC 6282 reserves, or a multicast address that is none. */
  reserved: 4,
  /** Refers to a context that this node does not hold, or that does not suit the form. */
  context: 5,
  /** The destination is to be taken from a frame that has none. */
  linkAddress: 6,
  /** A compressed extension header (RFC 6282, section 4.2) other than one with the MPL option. */
  extensionHeader: 7,
  /** Longer than a `Packet` holds. */
  length: 8,
  /** A plain IPv6 header that is cut, of another version, or of another length than what follows. */
  header: 9,
});
