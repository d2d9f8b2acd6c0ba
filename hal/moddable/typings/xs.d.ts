/** In XS 17, not yet in the published typings. */
interface Uint8ArrayConstructor {
  fromHex(text: string): Uint8Array;
}
