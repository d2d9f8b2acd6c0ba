import { AppendRing, RECORD_OVERHEAD_BYTES } from "firmware/storage/ring";
import { KEY_BYTES } from "hal/cipher";
import { Random } from "../../host-sim/random";
import { expect, type Rig, type Scenario } from "./scenario";

const STORE = 1;
const KEY = new Uint8Array(KEY_BYTES).fill(7);
/** Number and tag at the start of a payload. */
const ID_BYTES = 8;

export interface RingScenarioOptions {
  readonly recordBytes: number;
  readonly sectors: number;
  readonly sectorBytes: number;
  readonly appends: number;
  readonly seed: number;
}

/** A record that was acknowledged. Each attempt to append has a tag of its own, so that none is taken for another. */
interface Entry {
  readonly tag: number;
  readonly position: number;
}

/** Appends to a ring, several times around, with an erase ahead or without and starts between. */
export class RingScenario implements Scenario {
  readonly name: string;
  readonly partitions;
  readonly #slots: number;
  readonly #supply = { failing: false };
  /** The record number n is at index n. */
  #journal: Entry[] = [];
  /** Tag of the record that is being appended. */
  #inFlight: number | undefined;
  /** Position of the newest record, copies included. */
  #top = 0;
  #tags = 0;

  constructor(private readonly options: RingScenarioOptions) {
    const { recordBytes, sectors, sectorBytes } = options;
    this.name = `ring-${recordBytes}`;
    this.partitions = [{ size: sectors * sectorBytes, sectorBytes }];
    this.#slots = sectorBytes / recordBytes;
  }

  run(rig: Rig): void {
    const random = new Random(this.options.seed, `${this.name} run`);
    let ring = this.#mount(rig);
    for (let i = 0; i < this.options.appends; i++) {
      if (random.chance(0.6)) ring.prepare();
      this.#append(ring, random.chance(0.2));
      if (random.chance(0.02)) {
        ring = this.#mount(rig);
        this.#top = ring.end - 1;
      }
    }
  }

  restart(rig: Rig): void {
    const kept = this.#journal.length;
    const inFlight = this.#inFlight;
    const top = this.#top;
    const tags = this.#tags;
    try {
      this.#judge(this.#mount(rig));
      // What is not seen now must not come up later.
      this.#inFlight = undefined;
      const ring = this.#mount(rig);
      this.#judge(ring);
      for (let i = 0; i < 2; i++) {
        ring.prepare();
        this.#append(ring, false);
      }
      this.#judge(ring);
    } finally {
      this.#journal.length = kept;
      this.#inFlight = inFlight;
      this.#top = top;
      this.#tags = tags;
    }
  }

  #mount({ flashes: [flash], cipher, entropy }: Rig): AppendRing {
    const { recordBytes, sectors } = this.options;
    const before = flash!.reads;
    const ring = new AppendRing({
      flash: flash!,
      supply: this.#supply,
      cipher: cipher.aesCcm(KEY),
      entropy,
      store: STORE,
      recordBytes,
    });
    // Headers, the tails of the newest sector and of the one prepared, and what is written again.
    const most = sectors + 2 * this.#slots + 24;
    expect(flash!.reads - before <= most, `mount took ${flash!.reads - before} reads`);
    return ring;
  }

  #append(ring: AppendRing, isUrgent: boolean): void {
    const tag = ++this.#tags;
    const payload = payloadOf(this.#journal.length, tag, this.options.recordBytes - RECORD_OVERHEAD_BYTES);
    this.#inFlight = tag;
    this.#supply.failing = isUrgent && ring.prepared;
    const position = ring.append(payload);
    this.#supply.failing = false;
    expect(position > this.#top, `append answered ${position} after ${this.#top}`);
    this.#journal.push({ tag, position });
    this.#inFlight = undefined;
    this.#top = position;
  }

  /** Everything that was acknowledged and is not given up by the wrap is there, in order, and nothing else. */
  #judge(ring: AppendRing): void {
    const newestEpoch = this.#epochOf(this.#top);
    const mountedEpoch = this.#epochOf(ring.end - 1);
    expect(mountedEpoch <= newestEpoch + 1, `newest sector ${newestEpoch} became ${mountedEpoch}`);
    const payload = new Uint8Array(this.options.recordBytes - RECORD_OVERHEAD_BYTES);
    const journal = this.#journal;
    const found = new Set<number>();
    let last = -1;
    for (let position = ring.oldest; position < ring.end; position++) {
      if (!ring.read(position, payload)) continue;
      const view = new DataView(payload.buffer);
      const number = view.getUint32(0);
      const tag = view.getUint32(4);
      expect(isPayload(payload, number, tag), `garbled record ${number}`);
      if (number === journal.length && tag === this.#inFlight) {
        // It is seen from now on: it has to stay.
        journal.push({ tag, position });
        this.#inFlight = undefined;
      }
      expect(journal[number]?.tag === tag, `record ${number} was not acknowledged`);
      expect(number >= last, `record ${number} after ${last}`);
      found.add(number);
      last = number;
    }
    const oldestFull = mountedEpoch + 2 - this.options.sectors;
    for (let number = journal.length - 1; number >= 0; number--) {
      if (this.#epochOf(journal[number].position) < oldestFull) break;
      expect(found.has(number), `record ${number} of ${journal.length} is lost`);
    }
    this.#top = ring.end - 1;
  }

  #epochOf(position: number): number {
    return Math.floor(position / this.#slots);
  }
}

function payloadOf(number: number, tag: number, length: number): Uint8Array {
  const payload = new Uint8Array(length);
  const view = new DataView(payload.buffer);
  view.setUint32(0, number);
  view.setUint32(4, tag);
  for (let i = ID_BYTES; i < length; i++) payload[i] = number * 31 + tag * 17 + i * 7;
  return payload;
}

function isPayload(payload: Uint8Array, number: number, tag: number): boolean {
  for (let i = ID_BYTES; i < payload.length; i++)
    if (payload[i] !== ((number * 31 + tag * 17 + i * 7) & 0xff)) return false;
  return true;
}
