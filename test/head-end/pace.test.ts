import { describe, expect, it } from "vitest";
import { CoapEndpoint } from "firmware/coap/endpoint";
import type { UdpSocket } from "firmware/ip/socket";
import { Kernel } from "firmware/kernel/kernel";
import { CYCLE_MS, Poller, READ_DELAY_MS } from "../../head-end/poller";
import type { Read } from "../../head-end/read";
import { ReadStore } from "../../head-end/store";
import { TrueClock } from "../../host-sim/clock";
import { SeededEntropy } from "../../host-sim/node";
import { Random } from "../../host-sim/random";
import { World } from "../../host-sim/world";

const PACE = { inFlight: 3, spacing_ms: 200, spread_ms: 60_000 };
const FIRST_ms = CYCLE_MS + READ_DELAY_MS;

/** A head end whose meters never answer: each attempt ends after `attempt_ms`, as the endpoint gives up. */
function silentTown(meters: number, lineOf: (meter: number) => number | undefined, pace = PACE) {
  const world = new World();
  const kernel = new Kernel(new TrueClock(world));
  const socket = { onDatagram: () => {}, send: () => true } as unknown as UdpSocket;
  const coap = new CoapEndpoint({
    socket,
    kernel,
    entropy: new SeededEntropy(new Random(1, "entropy")),
    exchanges: pace.inFlight * 2,
    ackTimeout_ms: 1000,
    maxRetransmit: 0,
  });
  const utc_ms = (): number => Math.floor(world.now_us / 1000);
  const store = new ReadStore();
  const records = Array.from({ length: meters }, (_, index) => store.add(new Uint8Array(16).fill(index + 1)));
  const poller = new Poller({
    kernel,
    coap,
    utc_ms,
    lineOf: ({ address }) => lineOf(address[15] - 1),
    collectors: [],
    pace,
  });
  const starts: { meter: number; at_ms: number; line: number | undefined }[] = [];
  const ended: Read[] = [];
  poller.onStart = ({ meter }) => {
    const number = meter.address[15] - 1;
    starts.push({ meter: number, at_ms: utc_ms(), line: lineOf(number) });
  };
  poller.onRead = (read) => ended.push(read);
  for (const record of records) poller.add(record);
  poller.start();
  return { poller, records, starts, ended, run: (ms: number) => world.runUntil(ms * 1000) };
}

describe("the pace of reads", () => {
  it("is so many in flight through each collector, and no two sooner than the spacing", () => {
    const { starts, run } = silentTown(40, (meter) => meter % 2);
    run(FIRST_ms + 20_000);
    expect(new Set(starts.map(({ meter }) => meter)).size).toBe(40);
    for (const line of [0, 1]) {
      const at_ms = starts.filter((start) => start.line === line).map((start) => start.at_ms);
      for (let i = 1; i < at_ms.length; i++)
        expect(at_ms[i] - at_ms[i - 1]).toBeGreaterThanOrEqual(PACE.spacing_ms);
      // Each attempt takes a second at least.
      for (let i = PACE.inFlight; i < at_ms.length; i++)
        expect(at_ms[i] - at_ms[i - PACE.inFlight]).toBeGreaterThanOrEqual(1000);
    }
  });

  it("is closer where the cycle's reads would take longer than they are spread over", () => {
    const { starts, run } = silentTown(200, () => 0, { inFlight: 1000, spacing_ms: 500, spread_ms: 20_000 });
    run(FIRST_ms + 19_900);
    expect(starts).toHaveLength(200);
    expect(starts[199].at_ms - starts[0].at_ms).toBe(19_900);
  });

  it("begins none through a collector within 2 s of what a meter tells there, and goes on with others", () => {
    const { poller, records, starts, run } = silentTown(40, (meter) => meter % 2);
    run(FIRST_ms + 1_000);
    const before = starts.length;
    for (let told = 0; told < 5; told++) {
      poller.giveWay(records[0]);
      run(FIRST_ms + 1_000 + (told + 1) * 500);
    }
    expect(starts.slice(before).every(({ line }) => line === 1)).toBe(true);
    expect(starts.length).toBeGreaterThan(before);
    run(FIRST_ms + 20_000);
    const next = starts.slice(before).find(({ line }) => line === 0)!;
    expect(next.at_ms).toBe(FIRST_ms + 3_000 + 2_000);
    expect(new Set(starts.map(({ meter }) => meter)).size).toBe(40);
  });

  it("tries a meter again after 30 s, then after twice as long each time, up to 16 minutes", () => {
    const { starts, ended, run, poller } = silentTown(1, () => 0);
    run(FIRST_ms + CYCLE_MS - READ_DELAY_MS);
    const waits_s = starts.slice(1).map(({ at_ms }, index) => (at_ms - starts[index].at_ms) / 1000);
    const expected_s = [30, 60, 120, 240, 480, 960, 960, 960, 960, 960, 960];
    expect(waits_s).toHaveLength(expected_s.length);
    for (const [index, wait_s] of waits_s.entries()) {
      expect(wait_s).toBeGreaterThanOrEqual(expected_s[index] + 1);
      expect(wait_s).toBeLessThan(expected_s[index] + 2);
    }
    expect(ended).toHaveLength(1);
    expect(ended[0].done_ms).toBeUndefined();
    expect(poller.outstanding).toBe(0);
  });

  it("asks no meter that no collector has, until one has it; the next cycle takes over what is left", () => {
    let line: number | undefined;
    const { starts, ended, run, poller, records } = silentTown(1, () => line);
    run(FIRST_ms + 3_600_000);
    expect(starts).toEqual([]);
    expect(poller.outstanding).toBe(1);
    line = 0;
    poller.found(records[0]);
    expect(starts).toHaveLength(1);
    line = undefined;
    run(FIRST_ms + CYCLE_MS + 1000);
    expect(ended).toHaveLength(1);
    expect(poller.outstanding).toBe(1);
  });

  it("reads at once a meter that is added after a cycle has begun", () => {
    const { starts, run, poller } = silentTown(1, () => 0);
    run(FIRST_ms + 3_600_000);
    const before = starts.length;
    poller.add(new ReadStore().add(new Uint8Array(16).fill(9)));
    expect(starts.slice(before).map(({ meter }) => meter)).toEqual([8]);
  });
});
