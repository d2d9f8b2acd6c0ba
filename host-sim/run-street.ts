import { formatAddress } from "firmware/ip/address-text";
import { Capture, writeProfile } from "./capture";
import { detail } from "./detail";
import type { StreetOptions } from "./options";
import { meshDetail } from "./mesh-detail";
import type { MeshDetail, MeterDetail, StreetResult } from "./result";
import { EPOCH_MS, HEAD_END, NETWORK, networkOf, Street } from "./street";
import { DAY_S, tally } from "./tally";

/** Reads still under way at the end have so long. */
const DRAIN_S = 4 * 3600;
const DRAIN_STEP_S = 60;
/** After the end of an interval: its closing poll on the slowest clock has been made. */
const CLOSING_S = 10;

export interface RunHooks {
  /** Called now and then with the simulated seconds since the start. */
  readonly progress?: (simulated_s: number) => void;
}

export interface StreetOutcome {
  readonly result: StreetResult;
  readonly meters: MeterDetail[];
  readonly mesh: MeshDetail;
}

/**
 * Runs a street for its days and until its reads are done.
 * @throws BadInput when its load file cannot be used
 */
export function runStreet(options: StreetOptions, hooks: RunHooks = {}): StreetOutcome {
  const start_ms = performance.now();
  const street = new Street(options);
  openCapture(street);
  const end_s = options.days * DAY_S;
  street.run(end_s, hooks.progress);
  const traffic = street.traffic?.result();
  drain(street, end_s);
  street.capture?.close();
  const result = tally(street, (performance.now() - start_ms) / 1000, traffic);
  return { result, meters: detail(street), mesh: meshDetail(street) };
}

/** Keeps the frames from now on, where that is asked for, with the profile to read them. */
export function openCapture(street: Street): void {
  const { capture } = street.options;
  if (capture === undefined) return;
  street.capture = new Capture(capture, EPOCH_MS);
  writeProfile(`${capture}.keys`, {
    pans: networkOf(street.options).pans,
    contexts: [`${formatAddress(NETWORK.prefix)}/64`, `${formatAddress(HEAD_END)}/128`],
  });
}

/**
 * One more interval closes, and reads under way end. Then it is read: what a fast clock counted there before the end
 * belongs to the run, and what a fault of the chip's bus had held back. Last, the registers take what is left in the chips.
 */
function drain(street: Street, end_s: number): void {
  const { poller } = street.headEnd;
  let now_s = end_s + street.options.interval_min * 60 + CLOSING_S;
  const finishReads = (): void => {
    const until_s = now_s + DRAIN_S;
    while (poller.outstanding > 0 && now_s < until_s) street.run((now_s += DRAIN_STEP_S));
  };
  for (const meter of street.meters) meter.calm();
  street.run(now_s);
  poller.stop();
  finishReads();
  poller.readAll(EPOCH_MS + now_s * 1000);
  finishReads();
  for (const { meter, truth } of street.meters) {
    meter.registers.poll();
    truth.advanceTo(street.world.now_us);
  }
}
