import { HalServer, type Hal } from "../test/xs/hal/server";
import type { Transcript } from "../test/xs/transcript";
import { buildImage } from "./image";
import { EmulatedMachine, type Reply } from "./machine";

/** A meter on the emulated microcontroller. */
export interface EmulatedMeter {
  machine: EmulatedMachine;
  /** Every call to its HAL, with its answer, and every callback; it grows as the meter runs. */
  transcript: Transcript;
  /** Hears what each callback cost. */
  onReply: (reply: Reply) => void;
}

/** Boots a meter, with its chips on `hal` in this process. */
export async function bootMeter(hal: Hal): Promise<EmulatedMeter> {
  const image = await buildImage("meter", 'export { start } from "./emulator/programs/meter";');
  const server = new HalServer(hal);
  const machine = new EmulatedMachine(image, (message) => server.serve(message));
  const meter: EmulatedMeter = { machine, transcript: server.transcript, onReply: () => {} };
  server.deliver = (message) => meter.onReply(machine.deliver(message));
  return meter;
}
