// Reads vitest's JSON reports.
//   skipped FILE     prints the test files in which something was skipped
//   close FILE...    prints what passed and failed, a later report of a test file replacing an earlier; exits 1
//                    where anything failed, or was skipped to the end
import { existsSync, readFileSync } from "node:fs";

const [command, ...reports] = process.argv.slice(2);

/** Test file to its statuses, the last report of a file counting. */
const files = new Map();
for (const report of reports.filter((file) => existsSync(file))) {
  for (const { name, status, assertionResults } of JSON.parse(readFileSync(report, "utf8")).testResults) {
    const statuses = assertionResults.map((test) => test.status);
    // A file that could not be loaded has no tests, and has failed.
    files.set(name, status === "failed" && !statuses.includes("failed") ? [...statuses, "failed"] : statuses);
  }
}

const isSkipped = (status) => status !== "passed" && status !== "failed";

if (command === "skipped") {
  for (const [name, statuses] of files) if (statuses.some(isSkipped)) console.log(name);
} else {
  const all = [...files.values()].flat();
  const count = (isCounted) => all.filter(isCounted).length;
  const failed = count((status) => status === "failed");
  const skipped = count(isSkipped);
  if (skipped > 0) console.log(`${skipped} skipped`);
  console.log(`${count((status) => status === "passed")} passed, ${failed} failed`);
  process.exitCode = all.length === 0 || failed > 0 || skipped > 0 ? 1 : 0;
}
