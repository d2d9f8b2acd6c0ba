import { Code } from "firmware/coap/resource";
import { Failure } from "firmware/coap/exchange";
import { describe, expect, it } from "vitest";
import { Network, peerOf, type Weather } from "./network";
import { largeBody, resources, type Log } from "./street";

/** A third lost, duplicates, and delays of up to 3 s, so that datagrams overtake each other and retransmissions. */
const STORM: Weather = { loss: 0.3, duplication: 0.2, latency_us: 20_000, jitter_us: 3_000_000 };
const CALLS = 60;

/** Asks for one thing after the other, three at a time, and notes how each ended. */
function run(seed: number, weather: Weather) {
  const network = new Network(seed, weather);
  const log: Log = { puts: [], gets: 0 };
  const client = network.endpoint();
  const server = network.endpoint({ resources: resources(log), duplicates: 64 });
  const peer = peerOf(1);
  /** For each call, the failures or codes that its handler saw. */
  const ends: string[][] = Array.from({ length: CALLS }, () => []);
  let next = 0;
  const ask = (): void => {
    if (next === CALLS) return;
    const n = next++;
    const kind = n % 4;
    const body = new Uint8Array(Buffer.from(kind === 1 ? `put ${n} ${largeBody(400)}` : `put ${n}`));
    const call =
      kind < 2
        ? { peer, code: Code.put, path: "small", body }
        : kind === 2
          ? { peer, code: Code.get, path: "large" }
          : { peer, code: Code.get, path: "inst", query: "n=600" };
    expect(
      client.request(call, (answer) => {
        const text = Buffer.from(answer.body).toString(
          "latin1",
          answer.bodyOffset,
          answer.bodyOffset + answer.bodyLength,
        );
        const right =
          kind < 2
            ? answer.code === Code.changed
            : kind === 2
              ? text === largeBody(700)
              : text === text.slice(0, 1).repeat(600);
        ends[n].push(
          answer.failure === Failure.none ? (right ? "right" : `wrong ${text}`) : `failure ${answer.failure}`,
        );
        ask();
      }),
    ).not.toBe(0);
  };
  for (let i = 0; i < 3; i++) ask();
  network.run(3 * 3600);
  return { network, log, client, server, ends };
}

describe("two endpoints", () => {
  it("lose nothing in fair weather and send no message more than they need", () => {
    const { log, client, server, ends, network } = run(1, {
      loss: 0,
      duplication: 0,
      latency_us: 30_000,
      jitter_us: 0,
    });
    expect(ends.every((end) => end.join() === "right")).toBe(true);
    expect(log.puts.length).toBe(CALLS / 2);
    expect(client.counters).toMatchObject({ retransmissions: 0, failures: 0, unmatched: 0, duplicates: 0 });
    // A small PUT is 1 exchange, one of 406 or so bytes 4, a GET of 700 bytes 6, one of 600 bytes 5.
    expect(server.counters.requests).toBe((CALLS / 4) * (1 + 4 + 6 + 5));
    expect(network.sent.length).toBe(2 * server.counters.requests);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "answer each request once, and act on it once, through loss, repetition and disorder (seed %i)",
    (seed) => {
      const { log, client, server, ends } = run(seed, STORM);
      expect(client.counters.retransmissions).toBeGreaterThan(50);
      expect(server.counters.duplicates).toBeGreaterThan(50);
      for (const end of ends) expect(end.length).toBe(1);
      const bad = ends.flat().filter((end) => end !== "right");
      // With 30 % of each way lost, one message in 30 is given up after five tries.
      for (const end of bad) expect(end).toBe(`failure ${Failure.timeout}`);
      expect(bad.length).toBeLessThan(CALLS / 2);
      const started = log.puts.map((text) => text.split(" ").slice(0, 2).join(" "));
      expect(new Set(started).size).toBe(started.length);
      for (let n = 0; n < CALLS; n++) {
        if (n % 4 < 2 && ends[n][0] === "right") expect(started).toContain(`put ${n}`);
      }
    },
  );

  it("run alike from one seed, and not from another", () => {
    const trace = (seed: number): string =>
      run(seed, STORM)
        .network.sent.map(
          ({ at_us, from, bytes }) => `${at_us} ${from} ${Buffer.from(bytes).toString("hex")}`,
        )
        .join("\n");
    expect(trace(1)).toBe(trace(1));
    expect(trace(1)).not.toBe(trace(2));
  });

  it("give up when nothing gets through, and have room again", () => {
    const network = new Network(3, { loss: 1, duplication: 0, latency_us: 0, jitter_us: 0 });
    const client = network.endpoint();
    const failures: number[] = [];
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 4; i++) {
        client.request({ peer: peerOf(9 + i), code: Code.get, path: "reg" }, (answer) =>
          failures.push(answer.failure),
        );
      }
      network.run(94);
    }
    expect(failures).toEqual(Array.from({ length: 8 }, () => Failure.timeout));
  });

  it("take every changed, cut and grown response without harm", () => {
    const network = new Network(4);
    const client = network.endpoint();
    network.endpoint({ resources: resources({ puts: [], gets: 0 }) });
    const ends: number[] = [];
    const call = { peer: peerOf(1), code: Code.get, path: "inst", query: "n=300" };
    client.request(call, (answer) => ends.push(answer.failure));
    network.run(1);
    expect(ends).toEqual([Failure.none]);
    const responses = network.sent.filter((datagram) => datagram.from === 1);
    let sent = client.counters.received;
    const deliver = (bytes: Uint8Array): void => {
      network.deliver(1, 0, bytes);
      sent++;
    };
    for (const { bytes } of responses) {
      // Under way: an exchange that these could be taken for, were it not for its id and token.
      client.request({ ...call, peer: peerOf(7) }, (answer) => ends.push(answer.failure));
      for (let at = 0; at < bytes.length; at++) {
        for (let bit = 0; bit < 8; bit++)
          deliver(bytes.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte)));
        deliver(bytes.slice(0, at));
        deliver(new Uint8Array([...bytes.slice(0, at), 0xff, ...bytes.slice(at)]));
      }
    }
    const c = client.counters;
    expect(c.received).toBe(sent);
    expect(
      c.tooShort + c.version + c.format + c.reservedCode + c.unmatched + c.requests + c.pings + c.duplicates,
    ).toBe(sent - responses.length);
    expect(ends).toEqual([Failure.none]);
  });
});
