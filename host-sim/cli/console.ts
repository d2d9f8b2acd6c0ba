import type { StreetOptions } from "../options";
import { Street } from "../street";
import type { WallTime } from "../wall-time";
import { headStart, interrupted } from "./live";

/** Ctrl-D and Ctrl-], which terminal programs take for "leave". */
const LEAVE = new Set([0x04, 0x1d]);

/**
 * Connects this terminal, or pipe, to the serial console of meter `number` of a street that runs at wall speed, until
 * its user leaves or its input ends.
 * @throws BadInput
 */
export async function runConsole(options: StreetOptions, number: number): Promise<void> {
  const street = new Street(options, Infinity);
  const time = headStart(street);
  const { serial } = street.meters[number - 1];
  serial.connect((bytes) => process.stdout.write(bytes));
  await Promise.race([typing(time, (bytes) => serial.type(bytes)), interrupted()]);
  time.stop();
  process.stdout.write("\n");
}

/** Passes on what is typed; resolves at the end. */
export function typing(time: WallTime, type: (bytes: Uint8Array) => void): Promise<void> {
  const { stdin } = process;
  if (stdin.isTTY) {
    console.error("Ctrl-D leaves");
    stdin.setRawMode(true);
  }
  return new Promise((resolve) => {
    const end = (): void => {
      if (stdin.isTTY) stdin.setRawMode(false);
      stdin.removeAllListeners("data");
      stdin.pause();
      resolve();
    };
    stdin.on("end", end);
    stdin.on("data", (bytes: Buffer) => {
      const leave = stdin.isTTY ? bytes.findIndex((byte) => LEAVE.has(byte)) : -1;
      time.catchUp();
      type(leave < 0 ? bytes : bytes.subarray(0, leave));
      if (leave >= 0) end();
    });
  });
}
