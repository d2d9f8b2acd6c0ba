import { CoapBridge } from "../bridge";
import type { StreetOptions } from "../options";
import { openCapture } from "../run-street";
import { Street } from "../street";
import { headStart, interrupted, refuseOutputs } from "./live";

/**
 * Runs a street that CoAP clients can talk to, until it is stopped.
 * @throws BadInput
 */
export async function runBridge(options: StreetOptions, port: number): Promise<void> {
  refuseOutputs(options);
  const street = new Street(options, Infinity);
  const bridge = await CoapBridge.open(street, port);
  openCapture(street);
  const time = headStart(street);
  bridge.start(time);
  const last = port + options.meters - 1;
  console.log(
    `meters 1 to ${options.meters} answer CoAP at 127.0.0.1, ports ${port} to ${last}, one day in; Ctrl-C stops`,
  );
  await interrupted();
  time.stop();
  bridge.close();
  street.capture?.close();
}
