import { Call, Callback } from "../test/xs/hal/calls";
import { ServedStreet } from "../test/xs/street";
import { type CollectorBudget, measureCollector } from "./collector";
import { foldersOfClasses, heapByPart } from "./heap";
import type { Memory } from "./machine";
import { bootMeter } from "./meter";
import { Questioner } from "./questioner";
import { measureStart, type StartBudget } from "./start";

const HOUR_US = 3600e6;
const SECOND_US = 1e6;
const POLL_US = 5 * SECOND_US;
const CHECKPOINT_US = 10 * SECOND_US;
const INTERVAL_US = 900 * SECOND_US;
const READ_CYCLE_US = 4 * HOUR_US;
/** Hours of the run that is measured: enough for 16 intervals. */
const HOURS = 4;
const DAY_HOURS = 24;
/** Whose frames a meter hears through its day. */
const NEIGHBOURS = 2;
const CLOCK_MHZ = 240;
/** What an ESP32's memory is asked to hold, and what one with PSRAM is. */
const COLLECTORS = [500, 5000];

/** What the programs take on the device: the same numbers on every machine and in every run. */
export interface DeviceBudget {
  /** Of a meter. Calls to the HAL are free, but for putting some of them into messages. */
  instructions: {
    /** Creating the engine and running the modules: done when a device is linked. */
    load: number;
    /** From the end of loading to a running meter. */
    boot: number;
    poll: number;
    /** What a checkpoint of the registers adds to a poll: sealed, programmed and read back. */
    checkpoint: number;
    /** What closing an interval adds to the poll on its boundary. */
    intervalClose: number;
    /** The median of all frames heard, acknowledged where asked. */
    frameReceived: number;
    /** From the request's frame to the acknowledgement of the answer's. */
    registersAnswer: number;
    /** With 16 intervals. */
    loadProfileAnswer: number;
  };
  /** Of the processor's time, in parts of a million, at 240 MHz and an instruction a cycle. */
  processorShare_ppm: {
    /** A poll each 5 s, a checkpoint each 10 s. */
    metering: number;
    /** One each 15 minutes. */
    intervals: number;
    /** One each 4 hours. */
    reads: number;
    total: number;
  };
  start: StartBudget;
  /** Bytes, of a meter. Of the shared machine, in flash on a device, only `modules` says something. */
  heap: {
    modules: Memory;
    /** In use after garbage was collected, at the end of each hour from boot. */
    hours: Record<string, Memory>;
    /** The same after the reads that follow. */
    idle: Memory;
    /** Of what is in use when idle, by the folder of the classes. */
    parts: Record<string, number>;
    /** Taken from the system by then: what the program needs. */
    peak: Memory;
    stack: number;
  };
  /** Collectors by the number of their nodes. */
  collectors: Record<string, CollectorBudget>;
  /** Of each module of the meter. */
  bytecode: Record<string, number>;
}

export async function measureBudget(): Promise<DeviceBudget> {
  const { instructions, heap, bytecode } = await measureMeter();
  const metering = share_ppm(instructions.poll, POLL_US) + share_ppm(instructions.checkpoint, CHECKPOINT_US);
  const intervals = share_ppm(instructions.intervalClose, INTERVAL_US);
  const reads = share_ppm(instructions.loadProfileAnswer, READ_CYCLE_US);
  const collectors: DeviceBudget["collectors"] = {};
  for (const nodes of COLLECTORS) collectors[nodes] = await measureCollector(nodes);
  return {
    instructions,
    processorShare_ppm: { metering, intervals, reads, total: metering + intervals + reads },
    start: await measureStart(),
    heap,
    collectors,
    bytecode,
  };
}

async function measureMeter(): Promise<Pick<DeviceBudget, "instructions" | "heap" | "bytecode">> {
  const street = new ServedStreet();
  const { world, headEnd, hal } = street;
  const meter = await bootMeter(hal);
  const { machine } = meter;
  const { boot } = machine;

  const polls: number[] = [];
  const checkpoints: number[] = [];
  const closes: number[] = [];
  const frames: number[] = [];
  let besidePolls = 0;
  meter.onReply = (callback, calls, { instructions }) => {
    // Intervals end on multiples of their length, by the meter's own clock.
    const isClose = (world.now_us + SECOND_US) % INTERVAL_US < 2 * SECOND_US;
    if (calls.has(Call.flashProgram) && isClose) closes.push(instructions);
    else if (calls.has(Call.flashProgram)) checkpoints.push(instructions);
    else if (calls.has(Call.transfer)) polls.push(instructions);
    else besidePolls += instructions;
    if (callback === Callback.receive) frames.push(instructions);
  };
  const hours: Record<string, Memory> = {};
  for (let hour = 1; hour <= HOURS; hour++) {
    world.runUntil(hour * HOUR_US + SECOND_US);
    hours[hour] = machine.collect().used;
  }

  const questioner = new Questioner(headEnd.openPort(), headEnd.store.meters[0].address);
  const answer = (path: string, query: string): number => {
    let answered = false;
    // Between two polls, so that only the answer is measured.
    world.runUntil((Math.floor(world.now_us / POLL_US) + 1) * POLL_US + SECOND_US);
    besidePolls = 0;
    questioner.ask(path, query, () => (answered = true));
    world.runUntil(world.now_us + 2 * SECOND_US);
    if (!answered) throw new Error(`no answer of /${path}`);
    return besidePolls;
  };
  const registersAnswer = answer("reg", "");
  const loadProfileAnswer = answer("lp", "n=16");
  const { used: idle, reserved: peak, stackBytes: stack } = machine.collect();
  const found = Object.entries(heapByPart(machine, foldersOfClasses(meter.modules.keys())));
  const parts = Object.fromEntries(found.sort(([, a], [, b]) => b - a));
  machine.close();

  const poll = median(polls);
  const checkpoint = median(checkpoints) - poll;
  const bytecode: Record<string, number> = {};
  for (const [path, bytes] of meter.modules) {
    if (path.startsWith("firmware/") || path.startsWith("hal/")) bytecode[path] = bytes;
  }
  const instructions = {
    load: boot.loadInstructions,
    boot: boot.instructions - boot.loadInstructions,
    poll,
    checkpoint,
    intervalClose: median(closes) - checkpoint - poll,
    frameReceived: median(frames),
    registersAnswer,
    loadProfileAnswer,
  };
  return { instructions, heap: { modules: boot.shared, hours, idle, parts, peak, stack }, bytecode };
}

/** A meter's day: polled as in the field, read each four hours by the head end, and hearing its neighbours. */
export interface Day {
  /** Bytes in use after garbage was collected, at the end of each hour. */
  hours: Memory[];
  /** Bytes taken from the system by the end. */
  peak: Memory;
  reads: number;
  /** Frames heard. */
  frames: number;
}

export async function measureDay(): Promise<Day> {
  const { world, headEnd, hal } = new ServedStreet(NEIGHBOURS);
  const { eui64 } = hal.identity;
  let reads = 0;
  headEnd.poller.onRead = ({ meter, done_ms }) => {
    if (done_ms !== undefined && meter.address[15] === eui64[7]) reads++;
  };
  headEnd.poller.start();
  const meter = await bootMeter(hal);
  const { machine } = meter;
  let frames = 0;
  meter.onReply = (callback) => {
    if (callback === Callback.receive) frames++;
  };
  const hours: Memory[] = [];
  for (let hour = 1; hour <= DAY_HOURS; hour++) {
    world.runUntil(hour * HOUR_US + 60 * SECOND_US);
    hours.push(machine.collect().used);
  }
  const { reserved: peak } = machine.collect();
  machine.close();
  return { hours, peak, reads, frames };
}

function share_ppm(instructions: number, every_us: number): number {
  return Math.round((instructions / (every_us * CLOCK_MHZ)) * 1e6);
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
