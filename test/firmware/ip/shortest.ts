import { decompressed, fields, type Frame, packet } from "./packets";

/**
 * How many bytes the two addresses need at least, the byte of context identifiers with them: found by trying every
 * combination of modes and contexts (RFC 6282, section 3.1.1) on a receiver.
 */
export function shortestAddresses(source: Uint8Array, destination: Uint8Array, frame: Frame): number {
  let shortest = Infinity;
  for (const extension of [false, true]) {
    const ids = extension ? 16 : 1;
    let bestSource = Infinity;
    let bestDestination = Infinity;
    for (let id = 0; id < ids; id++) {
      for (let mode = 0; mode < 8; mode++)
        bestSource = Math.min(bestSource, sourceBytes(source, mode, id, frame));
      for (let mode = 0; mode < 16; mode++) {
        bestDestination = Math.min(bestDestination, destinationBytes(destination, mode, id, frame));
      }
    }
    shortest = Math.min(shortest, bestSource + bestDestination + (extension ? 1 : 0));
  }
  return shortest;
}

/** Bytes inline by SAM and DAM, and by DAM of a multicast destination. */
const UNICAST = [16, 8, 2, 0];
const MULTICAST = [16, 6, 4, 1];

function sourceBytes(source: Uint8Array, mode: number, id: number, frame: Frame): number {
  const count = mode === 4 ? 0 : UNICAST[mode & 3];
  const inline = source.slice(16 - count);
  const made = [0x7a, 0x80 | (mode << 4), id << 4, 59, ...inline, ...new Uint8Array(16)];
  return reads(made, source, new Uint8Array(16), frame) ? count : Infinity;
}

function destinationBytes(destination: Uint8Array, mode: number, id: number, frame: Frame): number {
  const multicast = (mode & 8) !== 0;
  const stateful = multicast && (mode & 4) !== 0;
  const count = stateful ? 6 : (multicast ? MULTICAST : UNICAST)[mode & 3];
  let inline = [...destination.slice(16 - count)];
  if (stateful) inline = [destination[1], destination[2], ...destination.slice(12)];
  else if (count === 6 || count === 4) inline = [destination[1], ...destination.slice(17 - count)];
  const made = [0x7a, 0xc0 | mode, id, 59, ...inline];
  return reads(made, new Uint8Array(16), destination, frame) ? count : Infinity;
}

function reads(made: number[], source: Uint8Array, destination: Uint8Array, frame: Frame): boolean {
  const whole = decompressed(Uint8Array.from(made), frame);
  if (typeof whole === "number") return false;
  const expected = fields(packet({ source, destination }));
  return (
    whole.source === expected.source && whole.destination === expected.destination && whole.payload === ""
  );
}
