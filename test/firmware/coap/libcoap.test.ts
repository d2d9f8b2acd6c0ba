import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithTool } from "../../support/tools";
import { UdpEndpoint } from "../../support/udp-endpoint";
import { largeBody, resources, type Log } from "./street";

// Its exit status says nothing: what it wrote is compared.
describeWithTool("coap-client-notls", "libcoap's client", (program) => {
  const log: Log = { puts: [], gets: 0 };
  const folder = mkdtempSync(join(tmpdir(), "coap-"));
  let server: UdpEndpoint;

  beforeAll(async () => {
    server = await UdpEndpoint.open({ resources: resources(log) });
  });

  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs it against `path`; answers the body that it wrote to a file, and what it said. */
  async function client(path: string, ...options: string[]): Promise<{ body: string; said: string }> {
    const file = join(folder, "body");
    rmSync(file, { force: true });
    const uri = `coap://127.0.0.1:${server.port}/${path}`;
    const said = await new Promise<string>((resolve) => {
      execFile(program, ["-B", "5", "-o", file, ...options, uri], (_error, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });
    let body = "";
    try {
      body = readFileSync(file, "latin1");
    } catch {
      // It makes no file where there is no body.
    }
    return { body, said };
  }

  it("reads /.well-known/core", async () => {
    const { body } = await client(".well-known/core");
    expect(body).toBe('</small>;rt="test.small";ct=0,</large>;rt="test.large";ct=0;sz=700,</inst>,</a/b>');
    expect((await client(".well-known/core?rt=test.large")).body).toBe(
      '</large>;rt="test.large";ct=0;sz=700',
    );
  });

  it("reads a small resource, confirmable and not", async () => {
    expect((await client("small")).body).toBe("a small body");
    expect((await client("small", "-N")).body).toBe("a small body");
  });

  it.each([[], ["-b", "16"], ["-b", "64"], ["-b", "128"], ["-b", "1024"], ["-N"]])(
    "reads 700 bytes in blocks (%s %s)",
    async (...options) => {
      expect((await client("large", ...options)).body).toBe(largeBody(700));
    },
  );

  it("reads one rendering of a resource that changes", async () => {
    const { body } = await client("inst?n=1000");
    expect(body).toBe(body.slice(0, 1).repeat(1000));
  });

  it("reads through its own loss", async () => {
    expect((await client("large", "-l", "2,4", "-B", "20")).body).toBe(largeBody(700));
  });

  it("writes, in one message and in blocks", async () => {
    await client("small", "-m", "put", "-e", "a small body");
    await client("small", "-m", "put", "-b", "64", "-e", largeBody(700));
    await client("small", "-m", "put", "-e", largeBody(900));
    expect(log.puts).toEqual(["a small body", largeBody(700), largeBody(900)]);
  });

  it("posts a large body in blocks and reads a large answer", async () => {
    const { body } = await client("small", "-m", "post", "-b", "128", "-e", largeBody(600));
    expect(body).toBe(largeBody(600));
  });

  it("is told of errors", async () => {
    expect((await client("nothing")).said).toContain("4.04");
    expect((await client("small", "-m", "delete")).said).toContain("4.05");
    expect((await client("small", "-m", "fetch")).said).toContain("4.05");
    expect((await client("small", "-A", "60")).said).toContain("4.06");
    expect((await client("small", "-O", "65001,x")).said).toContain("4.02");
    expect((await client("small", "-m", "put", "-b", "128", "-e", largeBody(1100))).said).toContain("4.13");
  });
});
