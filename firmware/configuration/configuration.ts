import { Reader, Writer } from "firmware/codec/cursor";
import { ConfigurationCode } from "firmware/configuration/code";
import { GeneralConfiguration } from "firmware/configuration/general";
import { HolidayConfiguration } from "firmware/configuration/holidays";
import { TariffConfiguration } from "firmware/configuration/tariff";

/** The objects of a configuration: each is written, validated and stored on its own. A number keeps its meaning. */
export const ConfigurationKind = Object.freeze({ general: 0, tariff: 1, holidays: 2 });
export const CONFIGURATION_KINDS = 3;

/** An object fits one storage record. */
export const MAX_CONFIGURATION_BYTES = 240;

/** Keeps one object of each kind; a write replaces the one before whole, or not at all. */
export interface ConfigurationStore {
  /** Answers the bytes that it put into `into`; -1 where there is no such object. */
  read(kind: number, into: Uint8Array): number;

  /** Keeps the first `length` bytes. False: the one before still stands. */
  write(kind: number, from: Uint8Array, length: number): boolean;
}

/** An object of a configuration. */
interface ConfigurationObject {
  encode(w: Writer): void;
  /** Answers a {@link ConfigurationCode}. */
  decode(r: Reader): number;
}

/** What a meter is set up to do. */
export class Configuration {
  readonly general = new GeneralConfiguration();
  readonly tariff = new TariffConfiguration();
  readonly holidays = new HolidayConfiguration();
  /** An object was replaced; told its {@link ConfigurationKind}. */
  onChanged: (kind: number) => void = () => {};

  readonly #store: ConfigurationStore | undefined;
  readonly #objects: readonly ConfigurationObject[] = [this.general, this.tariff, this.holidays];
  /** What is not known to be good is decoded here first. */
  readonly #trials: readonly ConfigurationObject[] = [
    new GeneralConfiguration(),
    new TariffConfiguration(),
    new HolidayConfiguration(),
  ];
  readonly #bytes = new Uint8Array(MAX_CONFIGURATION_BYTES);
  readonly #reader = new Reader(this.#bytes);

  /** @param store where absent, what is replaced lasts until a restart */
  constructor(store?: ConfigurationStore) {
    this.#store = store;
  }

  /** Takes up what is stored. An object that is refused stays as it is. */
  load(): void {
    for (let kind = 0; kind < CONFIGURATION_KINDS; kind++) {
      const length = this.#store?.read(kind, this.#bytes) ?? -1;
      if (length > 0 && this.try(kind, length) === ConfigurationCode.ok) this.take(kind, length);
    }
  }

  encode(kind: number, w: Writer): void {
    this.#objects[kind].encode(w);
  }

  /**
   * Replaces an object by the one in `bytes[offset, offset + length)`, stored first.
   * @returns a {@link ConfigurationCode}; where it is not `ok`, the old one stands whole
   */
  replace(kind: number, bytes: Uint8Array, offset: number, length: number): number {
    if (length > MAX_CONFIGURATION_BYTES) return ConfigurationCode.tooLarge;
    for (let i = 0; i < length; i++) this.#bytes[i] = bytes[offset + i];
    const code = this.try(kind, length);
    if (code !== ConfigurationCode.ok) return code;
    if (this.#store?.write(kind, this.#bytes, length) === false) return ConfigurationCode.notStored;
    this.take(kind, length);
    this.onChanged(kind);
    return ConfigurationCode.ok;
  }

  private try(kind: number, length: number): number {
    const reader = this.#reader;
    reader.reset(this.#bytes, 0, length);
    const code = this.#trials[kind].decode(reader);
    return code === ConfigurationCode.ok && reader.remaining !== 0 ? ConfigurationCode.malformed : code;
  }

  private take(kind: number, length: number): void {
    this.#reader.reset(this.#bytes, 0, length);
    this.#objects[kind].decode(this.#reader);
  }
}
