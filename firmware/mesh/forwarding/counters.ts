/** What forwarding has done. Each packet that was taken is sent, delivered here, or counted under `dropped`. */
export class ForwardingCounters {
  /** Packets taken from neighbours to be passed on. */
  taken = 0;
  /** Packets, own ones too, that the next node has acknowledged. */
  passedOn = 0;
  /** Handed to another neighbour, after the first one did not answer. */
  rerouted = 0;
  /** Frames whose payload was not used, and packets given up, by cause. */
  readonly dropped = {
    /** A routing header that is cut, reserved or too long, or one that has to be understood and is not known. */
    badHeader: 0,
    /** A source route that does not lead through this node. */
    badRoute: 0,
    /** For another node, with nothing that says how it gets there. */
    notForUs: 0,
    /** Came before by another way. */
    duplicate: 0,
    hopLimit: 0,
    /** A rank was wrong twice on its way (RFC 6550, section 11.2.2.2). */
    rankError: 0,
    /** No parent, or no way down. */
    noRoute: 0,
    /** No room, or its child has had its share. */
    queueFull: 0,
    tooLong: 0,
    /** No neighbour that was tried has answered. */
    unanswered: 0,
  };
}
