import { MessageBuilder, OptionNumber, Type } from "firmware/coap/message";
import { Code } from "firmware/coap/resource";
import { Peer } from "firmware/ip/socket";
import { Call, Callback } from "../test/xs/hal/calls";
import { ServedStreet } from "../test/xs/street";
import { bootMeter } from "./meter";
import type { Memory } from "./machine";

const HOUR_US = 3600e6;
const SECOND_US = 1e6;
const POLL_US = 5 * SECOND_US;
const COAP_PORT = 5683;
const SLASH = 0x2f;
/** Long enough for 16 intervals. */
const SETTLED_US = 4 * HOUR_US + 60 * SECOND_US;

/** What a meter takes on the device: the same numbers on every machine and in every run. */
export interface DeviceBudget {
  /** Calls to the HAL are free, but for putting them into messages. */
  instructions: {
    /** Creating the engine and running the modules: done when a device is linked. */
    load: number;
    /** From the end of loading to a running meter. */
    boot: number;
    poll: number;
    /** What closing an interval adds to the poll on its boundary. */
    intervalClose: number;
    /** The median of all frames heard, acknowledged where asked. */
    frameReceived: number;
    /** From the request's frame to the acknowledgement of the answer's. */
    registersAnswer: number;
    /** With 16 intervals. */
    loadProfileAnswer: number;
  };
  /** Bytes. Of the shared machine, in flash on a device, only `modules` says something. */
  heap: {
    modules: Memory;
    /** In use after garbage was collected, 4 hours after boot. */
    idle: Memory;
    /** Taken from the system by then: what the program needs. */
    peak: Memory;
    stack: number;
  };
  /** Of each module of the meter. */
  bytecode: Record<string, number>;
}

export async function measureBudget(): Promise<DeviceBudget> {
  const street = new ServedStreet();
  const { world, headEnd, hal } = street;
  const meter = await bootMeter(hal);
  const { machine } = meter;
  const { boot } = machine;

  const polls: number[] = [];
  const closes: number[] = [];
  const frames: number[] = [];
  let besidePolls = 0;
  meter.onReply = (callback, calls, { instructions }) => {
    if (calls.has(Call.flashProgram)) closes.push(instructions);
    else if (calls.has(Call.transfer)) polls.push(instructions);
    else besidePolls += instructions;
    if (callback === Callback.receive) frames.push(instructions);
  };
  world.runUntil(SETTLED_US);

  const socket = headEnd.openPort();
  const peer = new Peer();
  peer.address.set(headEnd.store.meters[0]!.address);
  peer.port = COAP_PORT;
  const request = new MessageBuilder(64);
  const answer = (path: string, query?: string): number => {
    let answered = false;
    socket.onDatagram = () => (answered = true);
    request.start(Type.confirmable, Code.get, 1 + path.length, request.bytes, 0, 0);
    request.textOptions(OptionNumber.uriPath, path, SLASH);
    if (query !== undefined) request.textOptions(OptionNumber.uriQuery, query, SLASH);
    // Between two polls, so that only the answer is measured.
    world.runUntil((Math.floor(world.now_us / POLL_US) + 1) * POLL_US + SECOND_US);
    besidePolls = 0;
    socket.send(peer, request.bytes, request.length);
    world.runUntil(world.now_us + 2 * SECOND_US);
    if (!answered) throw new Error(`no answer of /${path}`);
    return besidePolls;
  };
  const registersAnswer = answer("reg");
  const loadProfileAnswer = answer("lp", "n=16");
  const { used: idle, reserved: peak, stackBytes } = machine.collect();
  machine.close();

  const poll = median(polls);
  const bytecode: Record<string, number> = {};
  for (const [path, bytes] of meter.modules) {
    if (path.startsWith("firmware/") || path.startsWith("hal/")) bytecode[path] = bytes;
  }
  return {
    instructions: {
      load: boot.loadInstructions,
      boot: boot.instructions - boot.loadInstructions,
      poll,
      intervalClose: median(closes) - poll,
      frameReceived: median(frames),
      registersAnswer,
      loadProfileAnswer,
    },
    heap: { modules: boot.shared, idle, peak, stack: stackBytes },
    bytecode,
  };
}

/** Heap in use, garbage collected, at the end of each hour from the first to the last of a day. */
export async function measureDay(): Promise<number[]> {
  const street = new ServedStreet();
  const { machine } = await bootMeter(street.hal);
  const used: number[] = [];
  for (let hour = 1; hour <= 24; hour++) {
    street.world.runUntil(hour * HOUR_US - SECOND_US);
    const { chunks, slots } = machine.collect().used;
    used.push(chunks + slots);
  }
  machine.close();
  return used;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}
