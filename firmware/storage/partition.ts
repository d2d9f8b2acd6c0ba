import { PARTITIONS_4MB, PARTITIONS_8MB } from "firmware/storage/partitions";
import { FlashResult, type Flash } from "hal/flash";

/** Where a meter keeps what must not be lost. */
export interface Partitions {
  readonly registers: Flash;
  readonly intervals: Flash;
  readonly events: Flash;
  readonly configuration: Flash;
  readonly keys: Flash;
}

/** Part of a flash chip, for platforms that do not divide it themselves. */
export class Partition implements Flash {
  readonly sectorBytes: number;
  readonly pageBytes: number;

  constructor(
    private readonly chip: Flash,
    private readonly offset: number,
    readonly size: number,
  ) {
    this.sectorBytes = chip.sectorBytes;
    this.pageBytes = chip.pageBytes;
  }

  read(address: number, into: Uint8Array, length: number): number {
    if (!this.holds(address, length)) return FlashResult.outOfRange;
    return this.chip.read(this.offset + address, into, length);
  }

  program(address: number, from: Uint8Array, length: number): number {
    if (!this.holds(address, length)) return FlashResult.outOfRange;
    return this.chip.program(this.offset + address, from, length);
  }

  erase(address: number): number {
    if (!this.holds(address, this.sectorBytes)) return FlashResult.outOfRange;
    return this.chip.erase(this.offset + address);
  }

  private holds(address: number, length: number): boolean {
    return address >= 0 && length >= 0 && address + length <= this.size;
  }
}

/** Divides a chip of 4 MB or 8 MB. */
export function partitionsOf(chip: Flash): Partitions {
  const map = chip.size < 8 * 1024 * 1024 ? PARTITIONS_4MB : PARTITIONS_8MB;
  const partition = ({ offset, size }: { offset: number; size: number }): Partition =>
    new Partition(chip, offset, size);
  return {
    registers: partition(map.registers),
    intervals: partition(map.intervals),
    events: partition(map.events),
    configuration: partition(map.configuration),
    keys: partition(map.keys),
  };
}
