/** What is used here of a module that the published typings leave out. */
declare module "embedded:storage/flash" {
  export class Flash {
    /** @param start number of a block */
    eraseBlock(start: number): void;
    read(buffer: Uint8Array, byteOffset: number): number;
    write(buffer: Uint8Array, byteOffset: number): void;
    status(): { size: number; blockLength: number; blocks: number };
  }

  const storage: {
    /** @param options.path a label in the partition table */
    open(options: { path: string; mode: "r" | "r+" }): Flash;
  };
  export default storage;
}
