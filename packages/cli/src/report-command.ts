import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { RunFolderError, writeAtomic } from "@ltt/lottery";
import { LANGUAGES, type Language, type ReportInput, renderComparison, renderTable } from "@ltt/report";
import { type Command, Option } from "commander";
import { readInspections } from "./inspections.ts";
import { type JoinedRun, joinParts } from "./join-parts.ts";
import { readLatencies } from "./latency.ts";
import { pathOf, pointsOf, textOf } from "./option-values.ts";
import { kindOf, partsAt } from "./part.ts";
import { readPublished } from "./published-file.ts";
import { writeFigures, writeReport, writeTables } from "./report-files.ts";
import { reportOf } from "./run-report.ts";
import { widthOf, writeLines } from "./terminal.ts";

interface Flags {
  readonly out?: string;
  readonly margin?: number;
  readonly title?: string;
  readonly published?: string;
  readonly language?: Language;
  readonly figures?: true;
}

/**
 * `ltt report RUN…`: the report, from folders of finished or partly finished runs, or from archives. Needs no data set, and trains nothing.
 */
export function addReportCommand(program: Command): void {
  program
    .command("report")
    .description("make report.html, metrics.csv and tensors.csv of runs anew, from their folders or archives alone")
    .argument(
      "<runs...>",
      "run folders or archives: of the same experiment with other seeds, one report; of others, a comparison",
    )
    .option("--out <dir>", "where it is written (default: the run folder, if there is one only)", pathOf)
    .option("--margin <points>", "of the verdict, in percentage points (default: that of the run)", pointsOf)
    .option("--title <text>", "of the report (default: that of the run)", textOf)
    .option("--published <file>", "curves of a publication, as JSON (default: that of the run)", pathOf)
    .addOption(new Option("--language <code>", "of the report's own words (default: en)").choices(LANGUAGES))
    .option("--figures", "write every figure as SVG too, into the folder figures")
    .action(report);
}

async function report(runs: readonly string[], flags: Flags): Promise<void> {
  const say = (line: string) => writeLines(process.stderr, line);
  const parts = [];
  for (const path of runs) parts.push(...(await partsAt(pathOf(path), say)));
  const isFolder = runs.length === 1 && (await kindOf(runs[0]!)) === "folder";
  const out = flags.out ?? (isFolder ? runs[0] : undefined);
  if (out === undefined) throw new RunFolderError("ltt report: say with --out in which folder the report goes");
  const joined = joinParts(parts);
  if (joined.length === 0) throw new RunFolderError("ltt report: no network of the runs is finished yet");
  for (const run of joined) sayMissing(run, say);
  const reports = await Promise.all(joined.map((run) => resultsOf(run, flags)));
  await mkdir(out, { recursive: true });
  if (joined.length > 1) {
    const path = join(out, "comparison.html");
    const compared = reports.map((results, i) => ({ name: nameOf(joined, i), results }));
    await writeAtomic(path, renderComparison(compared, { language: flags.language }));
    say(`${joined.length} experiments: ${compared.map(({ name }) => name).join(", ")}`);
    writeLines(process.stdout, `comparison: ${path}`);
    return;
  }
  const [results] = reports as [ReportInput];
  await writeTables(out, results.levels, results);
  const path = await writeReport(out, results, { language: flags.language });
  if (flags.figures === true) {
    const count = await writeFigures(out, results, { language: flags.language });
    say(`${count} figures: ${join(out, "figures")}`);
  }
  writeLines(process.stdout, `\n${renderTable(results, { width: widthOf(process.stdout) })}\nreport: ${path}`);
}

async function resultsOf(
  { parts, words, levels, audit, origins, masks }: JoinedRun,
  flags: Flags,
): Promise<ReportInput> {
  const [{ run }] = parts as [JoinedRun["parts"][0]];
  const margin = flags.margin ?? (run.options.margin as number | undefined);
  const file = flags.published ?? parts.find(({ published }) => published !== undefined)?.published;
  const published = file === undefined ? undefined : await readPublished(file, run);
  const named = flags.title === undefined ? words : { ...words, title: flags.title };
  const folders = parts.filter(({ hasWeights }) => hasWeights);
  const inspections = (await Promise.all(folders.map(({ place }) => readInspections(place)))).flat();
  const measured = await Promise.all(folders.map(({ place }) => readLatencies(place)));
  const latencies = measured.filter((one) => one !== undefined);
  const choices = { margin, faults: run.faults, published, inspections, latencies };
  return { ...reportOf(named, levels, audit, choices), origins, masks };
}

/**
 * What a comparison calls a run: its pair and profile, and where two have the same, its title; where that is the same too, its folder or
 * file.
 */
function nameOf(runs: readonly JoinedRun[], at: number): string {
  const run = runs[at]!;
  const kicker = ({ words }: JoinedRun) => words.kicker.join(", ");
  const alike = runs.filter((other) => kicker(other) === kicker(run));
  if (alike.length === 1) return kicker(run);
  const { title } = run.words;
  const isTitleItsOwn = alike.filter(({ words }) => words.title === title).length === 1;
  return isTitleItsOwn ? `${kicker(run)}: ${title}` : `${kicker(run)} (${run.parts[0]!.place})`;
}

function sayMissing({ parts }: JoinedRun, say: (line: string) => void): void {
  for (const { planned, networks, hasWeights } of parts) {
    const missing = planned - networks.length;
    if (!hasWeights || missing <= 0) continue;
    say(`${missing} of ${planned} networks are not finished: the report is of the others`);
  }
}
