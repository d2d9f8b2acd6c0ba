import { Atm90e32Chip } from "../../host-sim/chips/atm90e32";
import { ResetReason } from "hal/reset";
import { NorFlash } from "../../host-sim/flash";
import { Feed } from "../../host-sim/load/feed";
import { HouseholdLoad } from "../../host-sim/load/synthetic";
import { meterIdentity, SeededEntropy, SimulatedSerial } from "../../host-sim/node";
import { Random } from "../../host-sim/random";
import { SimulatedRetainedMemory } from "../../host-sim/retained-memory";
import { startInXs } from "../../test/xs/hal/start";
import { engine } from "../../test/xs/machine";

/** Computrons (steps of the XS engine): what the firmware itself takes, and with the HAL calls that it makes. */
export interface Cost {
  net: number;
  withHal: number;
}

export interface Computrons {
  /** One poll of the metering chip, registers and the open interval brought up to date. */
  poll: Cost;
  /** What closing an interval adds to the poll on its boundary. */
  closeInterval: Cost;
  /** Recording an event: its link in the hash chain, sealed, on flash. */
  event: Cost;
  /** Parsing and answering a request of `/reg`, from datagram to datagram. */
  registersRequest: Cost;
  /** Checking and parsing one MAC frame with 60 bytes of payload. */
  macFrame: Cost;
  /** Sealing 56 bytes with AES in JavaScript, and 248: a short frame and a long one. */
  sealShort: Cost;
  sealLong: Cost;
}

const POLL_MS = 5000;
const POLLS_AN_INTERVAL = 180;

/** The same on every machine and in every run; undefined where the engine is not installed. */
export function computrons(): Computrons | undefined {
  if (engine === undefined) return undefined;
  let now_ms = 0;
  const random = new Random(1, "computrons");
  const { machine } = startInXs("bench/xs/meter.ts", {
    clock: { now_ms: () => now_ms, setAlarm: () => {}, onAlarm: () => {} },
    spi: new Atm90e32Chip(
      {
        get now_us() {
          return now_ms * 1000;
        },
      },
      new Feed(new HouseholdLoad(1, 1)),
    ),
    radio: {
      maxFrameBytes: 255,
      bitRate: 100_000,
      listen: () => {},
      follow: () => {},
      transmit: () => false,
      channelClear: () => true,
      onReceive: () => {},
      onSent: () => {},
    },
    flash: new NorFlash({ size: 4 * 1024 * 1024 }),
    retained: new SimulatedRetainedMemory(),
    reset: { reason: ResetReason.powerUp },
    watchdog: { timeout_ms: 8_000, feed: () => {} },
    serial: new SimulatedSerial(),
    entropy: new SeededEntropy(random),
    identity: meterIdentity(1),
  });
  const measure = (call: string): Cost => {
    const { bytes } = machine.evaluate(`program.${call}.buffer`);
    const [own, served] = new Float64Array(bytes.slice().buffer);
    return { net: own, withHal: own + served };
  };
  const polls = (count: number): Cost => {
    const sum = { net: 0, withHal: 0 };
    for (let i = 0; i < count; i++) {
      now_ms += POLL_MS;
      const { net, withHal } = measure("poll()");
      sum.net += net;
      sum.withHal += withHal;
    }
    return { net: Math.round(sum.net / count), withHal: Math.round(sum.withHal / count) };
  };
  // The first interval opens and closes, so that what is measured is an ordinary one.
  polls(POLLS_AN_INTERVAL);
  const poll = polls(POLLS_AN_INTERVAL - 1);
  const boundary = polls(1);
  measure("answer()");
  const costs = {
    poll,
    closeInterval: { net: boundary.net - poll.net, withHal: boundary.withHal - poll.withHal },
    event: measure("event()"),
    registersRequest: measure("answer()"),
    macFrame: measure("parse()"),
    sealShort: measure("seal(56)"),
    sealLong: measure("seal(248)"),
  };
  machine.close();
  return costs;
}
