import { basename } from "node:path";
import { Callback } from "../test/xs/hal/calls";
import { HalServer, type Hal } from "../test/xs/hal/server";
import { buildImage } from "./image";
import { CONSOLE_BYTES, EmulatedMachine, type Reply } from "./machine";

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

/**
 * Boots a meter, with its chips on `hal` in this process. Its console is the board's serial port, whose other end is
 * `hal.serial`.
 * @param program the module that starts it, as a path from the root
 */
export async function bootMeter(hal: Hal, program = "./emulator/programs/meter"): Promise<EmulatedMeter> {
  const { modules, ...image } = await buildImage(basename(program), `export { start } from "${program}";`);
  const server = new HalServer(hal);
  const calls = new Set<number>();
  const machine = new EmulatedMachine({ modules, ...image }, (message) => {
    calls.add(message[0]);
    return server.serve(message);
  });
  const meter: EmulatedMeter = { machine, server, modules, onReply: () => {} };

  const typed = new Uint8Array(CONSOLE_BYTES);
  const deliver = (message: Uint8Array): void => {
    calls.clear();
    const reply = machine.deliver(message);
    meter.onReply(message[0], calls, reply);
    show(reply.console);
  };
  const show = (output: Uint8Array): void => {
    if (output.length > 0) hal.serial.write(output, output.length);
    if (output.length === CONSOLE_BYTES) deliver(Uint8Array.of(Callback.writable));
  };
  server.deliver = (message) => {
    if (message[0] === Callback.readable) machine.type(typed.subarray(0, hal.serial.read(typed)));
    deliver(message);
  };
  show(machine.boot.console);
  return meter;
}
