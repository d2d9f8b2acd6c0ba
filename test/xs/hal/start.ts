import { bundleForXs, XsMachine } from "../machine";
import type { Transcript } from "../transcript";
import { ServedHal } from "./client";
import { HalServer, type Hal } from "./server";

/** A program on a served HAL. */
export interface Program {
  start(hal: ServedHal): void;
}

/** Starts a program in this engine, on `hal`; the transcript grows as the program runs. */
export function startInNode(program: Program, hal: Hal): Transcript {
  const server = new HalServer(hal);
  const client = new ServedHal((message) => server.serve(message));
  server.deliver = (message) => client.deliver(message);
  program.start(client);
  return server.transcript;
}

/**
 * Starts a program in XS, on `hal` in this process: what `hal` calls back runs in XS before the call returns.
 * @param entry the program's module, below the repository's root
 */
export function startInXs(entry: string, hal: Hal): { transcript: Transcript; machine: XsMachine } {
  const server = new HalServer(hal);
  const machine = new XsMachine((message) => server.serve(message));
  machine.evaluate(bundleForXs("test/xs/hal/client.ts", "client"));
  machine.evaluate(bundleForXs(entry, "program"));
  machine.evaluate(`
    const hal = new client.ServedHal((message) => new Uint8Array(issueCommand(message.buffer)));
    globalThis.handleCommand = (message) => hal.deliver(new Uint8Array(message));
    program.start(hal);
  `);
  server.deliver = (message) => void machine.command(message);
  return { transcript: server.transcript, machine };
}
