import { HalServer, type Hal } from "../test/xs/hal/server";
import { buildImage } from "./image";
import { EmulatedMachine, type Reply } from "./machine";

/** A meter on the emulated microcontroller. */
export interface EmulatedMeter {
  machine: EmulatedMachine;
  /** Its HAL; the transcript there grows as the meter runs. */
  server: HalServer;
  /** Bytecode by module. */
  modules: Map<string, number>;
  /** Hears what each callback cost, and which calls to the HAL it made. */
  onReply: (callback: number, calls: ReadonlySet<number>, reply: Reply) => void;
}

/** Boots a meter, with its chips on `hal` in this process. */
export async function bootMeter(hal: Hal): Promise<EmulatedMeter> {
  const { modules, ...image } = await buildImage(
    "meter",
    'export { start } from "./emulator/programs/meter";',
  );
  const server = new HalServer(hal);
  const calls = new Set<number>();
  const machine = new EmulatedMachine({ modules, ...image }, (message) => {
    calls.add(message[0]!);
    return server.serve(message);
  });
  const meter: EmulatedMeter = { machine, server, modules, onReply: () => {} };
  server.deliver = (message) => {
    calls.clear();
    meter.onReply(message[0]!, calls, machine.deliver(message));
  };
  return meter;
}
