/** Of every seal: link frames at security level 6, OSCORE with AES-CCM-16-64-128, records at rest. */
export const NONCE_BYTES = 13;
export const TAG_BYTES = 8;
export const KEY_BYTES = 16;

/** AES-128, by the part's hardware where it has one. Nothing blocks beyond the time of the computation. */
export interface Cipher {
  /** @param key {@link KEY_BYTES}, copied */
  aesCcm(key: Uint8Array): AesCcm;
}

/**
 * AES-128 in CCM mode (RFC 3610, NIST SP 800-38C) with one key. Whoever seals sees to it that no nonce is used twice
 * with a key. Message and additional data have less than 65,280 bytes each.
 */
export interface AesCcm {
  /**
   * Encrypts `data[start, end)` in place and puts the tag after it, into `data[end, end + TAG_BYTES)`.
   * @param nonce {@link NONCE_BYTES}
   * @param aad its first `aadLength` bytes are authenticated and not encrypted; it may be `data` itself
   */
  seal(
    nonce: Uint8Array,
    aad: Uint8Array,
    aadLength: number,
    data: Uint8Array,
    start: number,
    end: number,
  ): void;

  /**
   * Decrypts `data[start, end)` in place, where the tag after it is right. False: it is not, and what stands in
   * `data[start, end)` now means nothing.
   */
  open(
    nonce: Uint8Array,
    aad: Uint8Array,
    aadLength: number,
    data: Uint8Array,
    start: number,
    end: number,
  ): boolean;
}
