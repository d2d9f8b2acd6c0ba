import { Peer } from "firmware/ip/socket";

/** A message that was received, and what was sent back at once. */
class Remembered {
  readonly peer = new Peer();
  id = 0;
  at_ms = -Infinity;
  readonly reply: Uint8Array;
  /** 0: nothing was sent. */
  replyLength = 0;

  constructor(replyBytes: number) {
    this.reply = new Uint8Array(replyBytes);
  }
}

/** Recognises messages that arrive again (RFC 7252, section 4.5). The oldest is forgotten when there is no room. */
export class Duplicates {
  readonly #entries: Remembered[] = [];

  /** @param lifetime_ms EXCHANGE_LIFETIME */
  constructor(
    count: number,
    replyBytes: number,
    private readonly lifetime_ms: number,
  ) {
    for (let i = 0; i < count; i++) this.#entries.push(new Remembered(replyBytes));
  }

  find(peer: Peer, id: number, now_ms: number): Remembered | undefined {
    const entries = this.#entries;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i];
      if (entry.id === id && now_ms - entry.at_ms < this.lifetime_ms && entry.peer.equals(peer)) return entry;
    }
    return undefined;
  }

  /** Keeps the first `length` bytes of `reply`, 0 for a message that was not replied to. */
  remember(peer: Peer, id: number, now_ms: number, reply: Uint8Array, length: number): void {
    const entries = this.#entries;
    let oldest = entries[0];
    for (let i = 1; i < entries.length; i++) if (entries[i].at_ms < oldest.at_ms) oldest = entries[i]!;
    oldest.peer.copyFrom(peer);
    oldest.id = id;
    oldest.at_ms = now_ms;
    oldest.replyLength = length;
    for (let i = 0; i < length; i++) oldest.reply[i] = reply[i]!;
  }
}
