/** What an {@link IpStack} has done since it was made. `received` is the sum of what follows it, drops included. */
export class IpCounters {
  received = 0;
  forwarded = 0;
  /** Datagrams handed to a bound port. */
  datagrams = 0;
  /** ICMPv6 messages that were taken: echo, RPL, errors. */
  messages = 0;
  /** Received and not used, by cause. */
  readonly dropped = {
    /** Multicast as a source (RFC 4291, section 2.7). */
    badSource: 0,
    /** For another node, and this one does not route it. */
    notForUs: 0,
    /** To be forwarded from a link-local or unspecified source. */
    beyondScope: 0,
    hopLimit: 0,
    noRoute: 0,
    /** To be forwarded, and the link did not take it. */
    linkRefused: 0,
    unknownNextHeader: 0,
    badLength: 0,
    badChecksum: 0,
    portUnreachable: 0,
    unknownMessage: 0,
  };
  /** Own packets, errors included, that a link took, and those that had no route or that no link took. */
  sent = 0;
  notSent = 0;
  /** Errors that the limit held back. */
  errorsLimited = 0;
}
