import { MORE, slugOf, type Command } from "firmware/console/command";
import { Output } from "firmware/console/output";

/** Runs a command; answers its lines, the slug of its result last. */
export function lines(command: Command, ...args: string[]): string[] {
  let text = "";
  const output = new Output({
    write: (bytes, length) => {
      text += String.fromCharCode(...bytes.subarray(0, length));
      return length;
    },
    read: () => 0,
    onReadable: () => {},
    onWritable: () => {},
  });
  let result = command.start(args);
  while (result === MORE) result = command.step(output);
  return [...text.split("\r\n").slice(0, -1), slugOf(result)];
}
