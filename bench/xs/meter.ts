import { UtcClock } from "firmware/clock/utc";
import { CoapEndpoint } from "firmware/coap/endpoint";
import { MessageBuilder, OptionNumber, Type } from "firmware/coap/message";
import { Code } from "firmware/coap/resource";
import { Writer } from "firmware/codec/cursor";
import { EventCode, EventLog } from "firmware/events/log";
import { IntervalLog } from "firmware/intervals/log";
import { Peer, type UdpSocket } from "firmware/ip/socket";
import { Kernel } from "firmware/kernel/kernel";
import { fcsMatches, MacFrame, writeDataHeader, writeFcs } from "firmware/mesh/mac/frame";
import { Registers } from "firmware/registers/registers";
import { RegistersResource } from "firmware/registers/resource";
import { Partition } from "firmware/storage/partition";
import { RecordBytes, Store } from "firmware/storage/partitions";
import { RecordBuffer } from "firmware/storage/record-buffer";
import { RetainedRecords } from "firmware/storage/retained";
import { AppendRing } from "firmware/storage/ring";
import { KEY_BYTES, NONCE_BYTES, TAG_BYTES, type AesCcm } from "hal/cipher";
import { SoftwareCipher } from "hal/drivers/aes";
import { Atm90e32 } from "hal/drivers/atm90e32/driver";
import type { ServedHal } from "../../test/xs/hal/client";

/** Of the engine: sets a limit (0 for none) and the meter, and answers what the meter read. */
declare function resetMeter(limit: number, meter: number): number;

const SLASH = 0x2f;
/** A CoAP request or answer in a frame is about so long. */
const PAYLOAD_BYTES = 60;
/** A MAC header with its information elements. */
const HEADER_BYTES = 23;

const EVENT_FLASH_BYTES = 16 * 1024;
let own = 0;
let served = 0;
let registers: Registers;
let events: EventLog;
let socket: UdpSocket;
const peer = new Peer();
const request = new MessageBuilder(64);
const frame = new Uint8Array(127);
let frameBytes = 0;
const parsed = new MacFrame();
let nextId = 0;
let ccm: AesCcm;

/** Makes the parts of a meter that are measured. Runs in XS. */
export function start(hal: ServedHal): void {
  const clock = apart(hal.clock, ["now_ms", "setAlarm"]);
  const spi = apart(hal.spi, ["transfer"]);
  const flash = apart(hal.flash, ["read", "program", "erase"]);
  const kernel = new Kernel(clock);
  const utc = new UtcClock(clock);
  const sealed = { cipher: hal.cipher.aesCcm(hal.identity.storageKey), entropy: hal.entropy };
  const eventRing = new AppendRing({
    ...sealed,
    flash: new Partition(flash, 0, EVENT_FLASH_BYTES),
    store: Store.events,
    recordBytes: RecordBytes.events,
  });
  events = new EventLog(utc, eventRing, new RecordBuffer());
  const chip = new Atm90e32({ spi, clock, delay_ms: () => {}, phases: 2, lineFrequency_Hz: 60 });
  const retained = new RetainedRecords(apart(hal.retained, ["read", "write"]));
  registers = new Registers({ kernel, chip, utc, events, retained });
  const ring = new AppendRing({
    ...sealed,
    flash: new Partition(flash, EVENT_FLASH_BYTES, flash.size - EVENT_FLASH_BYTES),
    store: Store.intervals,
    recordBytes: RecordBytes.intervals,
  });
  new IntervalLog({ registers, utc, events, ring, buffer: new RecordBuffer(), interval_min: 15 });
  chip.initialize();
  utc.set(1_767_571_200_000);

  socket = { send: () => true, onDatagram: () => {} };
  const resources = [new RegistersResource(registers)];
  new CoapEndpoint({ socket, kernel, entropy: hal.entropy, resources });

  ccm = new SoftwareCipher().aesCcm(new Uint8Array(KEY_BYTES));

  const writer = new Writer(frame);
  writeDataHeader(writer, 1, 0x574d, hal.identity.eui64, hal.identity.eui64);
  for (let i = 0; i < PAYLOAD_BYTES; i++) writer.u8(i);
  writeFcs(writer);
  frameBytes = writer.at;
}

/** One poll of the chip with accumulation; on a boundary it closes an interval. */
export function poll(): Float64Array {
  return measure(() => registers.poll());
}

/** Recording an event: its link in the hash chain, sealed, on flash. */
export function event(): Float64Array {
  return measure(() => events.record(EventCode.sagBegan, 1));
}

/** Parsing and answering a request of `/reg`, from datagram to datagram. */
export function answer(): Float64Array {
  request.start(Type.confirmable, Code.get, nextId++, request.bytes, 0, 2);
  request.textOptions(OptionNumber.uriPath, "reg", SLASH);
  return measure(() => socket.onDatagram(peer, request.bytes, 0, request.length));
}

/** Checking and parsing one MAC frame. */
export function parse(): Float64Array {
  return measure(() => {
    if (fcsMatches(frame, frameBytes)) parsed.parse(frame, frameBytes);
  });
}

/** Sealing a message of `length` bytes. */
export function seal(length: number): Float64Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  const data = new Uint8Array(HEADER_BYTES + length + TAG_BYTES);
  return measure(() => ccm.seal(nonce, data, HEADER_BYTES, data, HEADER_BYTES, HEADER_BYTES + length));
}

/** Computrons of `work`: its own, and those of the HAL calls that it made. */
function measure(work: () => void): Float64Array {
  own = 0;
  served = 0;
  resetMeter(0, 0);
  work();
  own += resetMeter(0, 0);
  return Float64Array.of(own, served);
}

/** Makes the functions `names` of `target` count as served. */
function apart<T extends object>(target: T, names: (keyof T)[]): T {
  for (const name of names) {
    const call = target[name] as (...values: unknown[]) => unknown;
    target[name] = ((...values: unknown[]) => {
      own += resetMeter(0, 0);
      const result = call.apply(target, values);
      served += resetMeter(0, 0);
      return result;
    }) as T[keyof T];
  }
  return target;
}
