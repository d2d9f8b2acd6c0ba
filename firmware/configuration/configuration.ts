import { Reader, type Writer } from "firmware/codec/cursor";
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

  /** @param store where absent, what is replaced lasts until a restart */
  constructor(store?: ConfigurationStore) {
    this.#store = store;
  }

  /** Takes up what is stored. An object that is refused stays as it is. */
  load(): void {
    const bytes = new Uint8Array(MAX_CONFIGURATION_BYTES);
    for (let kind = 0; kind < CONFIGURATION_KINDS; kind++) {
      const length = this.#store?.read(kind, bytes) ?? -1;
      if (length > 0 && check(kind, bytes, length) === ConfigurationCode.ok) this.take(kind, bytes);
    }
  }

  encode(kind: number, w: Writer): void {
    this.objectOf(kind).encode(w);
  }

  /**
   * Replaces an object by the one in `bytes[offset, offset + length)`, stored first.
   * @returns a {@link ConfigurationCode}; where it is not `ok`, the old one stands whole
   */
  replace(kind: number, bytes: Uint8Array, offset: number, length: number): number {
    if (length > MAX_CONFIGURATION_BYTES) return ConfigurationCode.tooLarge;
    const object = bytes.slice(offset, offset + length);
    const code = check(kind, object, length);
    if (code !== ConfigurationCode.ok) return code;
    if (this.#store?.write(kind, object, length) === false) return ConfigurationCode.notStored;
    this.take(kind, object);
    this.onChanged(kind);
    return ConfigurationCode.ok;
  }

  /** @internal */
  objectOf(kind: number): ConfigurationObject {
    if (kind === ConfigurationKind.general) return this.general;
    return kind === ConfigurationKind.tariff ? this.tariff : this.holidays;
  }

  private take(kind: number, bytes: Uint8Array): void {
    this.objectOf(kind).decode(new Reader(bytes));
  }
}

/** What is not known to be good is decoded beside the configuration in force. Answers a {@link ConfigurationCode}. */
function check(kind: number, bytes: Uint8Array, length: number): number {
  const reader = new Reader(bytes, 0, length);
  const code = new Configuration().objectOf(kind).decode(reader);
  return code === ConfigurationCode.ok && reader.remaining !== 0 ? ConfigurationCode.malformed : code;
}
