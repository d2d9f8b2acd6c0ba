// A run of its own, started by tools.test.ts: what it needs is never there.
import { it } from "vitest";
import { describeWithShared, describeWithTool } from "../tools";

describeWithTool("no-such-program", "with a program", () => it("runs", () => {}));
describeWithShared("no/such/file", "with a file", () => it("runs", () => {}));
