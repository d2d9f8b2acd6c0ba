import { ObjectStore } from "firmware/storage/object-store";
import { AppendRing } from "firmware/storage/ring";
import { KEY_BYTES } from "hal/cipher";
import { Random } from "../../host-sim/random";
import { expect, type Rig, type Scenario } from "./scenario";

const STORE = 4;
const KEY = new Uint8Array(KEY_BYTES).fill(9);
const KINDS = 4;
const SECTORS = 3;
const SECTOR_BYTES = 4096;

/** Objects are replaced, some often, some once. */
export class ObjectScenario implements Scenario {
  readonly name = "objects";
  readonly partitions = [{ size: SECTORS * SECTOR_BYTES, sectorBytes: SECTOR_BYTES }];
  /** By kind what was acknowledged last, as a tag; 0 for none. */
  #latest = new Array<number>(KINDS).fill(0);
  #inFlight: { kind: number; tag: number } | undefined;
  #tags = 0;

  constructor(
    private readonly writes: number,
    private readonly seed: number,
  ) {}

  run(rig: Rig): void {
    const random = new Random(this.seed, "objects run");
    let store = mount(rig);
    for (let i = 0; i < this.writes; i++) {
      // Kind 0 is written once, kind 1 rarely.
      const kind = i === 0 ? 0 : random.chance(0.05) ? 1 : 2 + random.below(KINDS - 2);
      this.#write(store, kind);
      if (random.chance(0.5)) store.prepare();
      if (random.chance(0.05)) store = mount(rig);
    }
  }

  restart(rig: Rig): void {
    const latest = this.#latest;
    const inFlight = this.#inFlight;
    const tags = this.#tags;
    this.#latest = [...latest];
    try {
      const store = mount(rig);
      this.#judge(store);
      this.#write(store, 3);
      store.prepare();
      this.#write(store, 2);
      this.#judge(mount(rig));
    } finally {
      this.#latest = latest;
      this.#inFlight = inFlight;
      this.#tags = tags;
    }
  }

  #write(store: ObjectStore, kind: number): void {
    const tag = ++this.#tags;
    const object = objectOf(kind, tag);
    this.#inFlight = { kind, tag };
    expect(store.write(kind, object, object.length), "a write was refused");
    this.#latest[kind] = tag;
    this.#inFlight = undefined;
  }

  #judge(store: ObjectStore): void {
    const object = new Uint8Array(256);
    for (let kind = 0; kind < KINDS; kind++) {
      const length = store.read(kind, object);
      if (length < 0) {
        expect(this.#latest[kind] === 0, `object ${kind} is lost`);
        continue;
      }
      const tag = new DataView(object.buffer).getUint32(0);
      if (this.#inFlight?.kind === kind && this.#inFlight.tag === tag) {
        this.#latest[kind] = tag;
        this.#inFlight = undefined;
      }
      expect(this.#latest[kind] === tag, `object ${kind} is ${tag} and not ${this.#latest[kind]}`);
      const expected = objectOf(kind, tag);
      expect(
        length === expected.length && expected.every((byte, i) => byte === object[i]),
        `object ${kind} is garbled`,
      );
    }
  }
}

function mount({ flashes: [flash], cipher, entropy }: Rig): ObjectStore {
  const ring = new AppendRing({
    flash: flash!,
    cipher: cipher.aesCcm(KEY),
    entropy,
    store: STORE,
    recordBytes: 256,
  });
  return new ObjectStore(ring, KINDS);
}

function objectOf(kind: number, tag: number): Uint8Array {
  const object = new Uint8Array(8 + ((tag * 37) % 230)).fill(kind * 16 + (tag & 15));
  new DataView(object.buffer).setUint32(0, tag);
  return object;
}
