import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { buildSync } from "esbuild";
import type { StreetOptions } from "../options";
import { writeWhole } from "../output";
import { packageRoot } from "../package-root";
import type { StreetOutcome } from "../run-street";
import { reportData } from "./data";

const pageFolder = join(packageRoot, "host-sim/report/page");

/**
 * Writes the report page of a run to `index.html` in `options.report`: one file that refers to no other.
 * @param problems what the run failed of its own checks
 * @returns the file's path
 */
export function writeReport(
  folder: string,
  options: StreetOptions,
  outcome: StreetOutcome,
  problems: string[],
): string {
  const file = join(folder, "index.html");
  writeWhole(file, reportPage(JSON.stringify(reportData(options, outcome, problems))));
  return file;
}

function reportPage(data: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(pageFolder, "page.ts")],
    bundle: true,
    write: false,
    outdir: "page",
    minify: true,
    format: "iife",
    target: "es2022",
    legalComments: "none",
    logLevel: "silent",
  });
  const built = (extension: string): string => outputFiles.find(({ path }) => path.endsWith(extension))!.text;
  const licence = readFileSync(createRequire(import.meta.url).resolve("uplot/LICENSE"), "utf8");
  const parts: Record<string, string> = {
    style: `<style>${built(".css")}</style>`,
    // A "<" in the data could end its element early.
    data: `<script type="application/json" id="data">${data.replaceAll("<", "\\u003c")}</script>`,
    script: `<!-- uPlot: ${licence} -->\n<script>${built(".js").replaceAll("</script", "<\\/script")}</script>`,
  };
  const page = readFileSync(join(pageFolder, "page.html"), "utf8");
  return page.replaceAll(/<!-- (\w+) -->/g, (_, part: string) => parts[part]);
}
