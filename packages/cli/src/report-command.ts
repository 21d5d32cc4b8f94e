import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { RunFolderError, writeAtomic } from "@ltt/lottery";
import { LANGUAGES, type Language, type ReportInput, renderComparison, renderTable } from "@ltt/report";
import { type Command, Option } from "commander";
import { checkRunFolder } from "./check-run-folder.ts";
import { readInspections } from "./inspections.ts";
import { type JoinedRun, joinParts } from "./join-parts.ts";
import { readLatencies } from "./latency.ts";
import { pathOf, pointsOf, textOf } from "./option-values.ts";
import { partsAt } from "./part.ts";
import { kindOf } from "./path-kind.ts";
import { type Published, readPublished } from "./published-file.ts";
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
    .description("make the report of runs anew, and the tables beside it, from their folders or archives alone")
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
    .addHelpText("after", NOTES)
    .action(report);
}

const NOTES = `
It writes
  report.html      of runs of other experiments only comparison.html
  metrics.csv      a line a network; tensors.csv: a line a tensor of each
  statistics.csv   by round, the winning ticket beside its controls
  curves.csv       every validation, where all measures are kept: of Reuters,
                   with --labels, with --measure-training
  latency.csv      where ltt latency has measured
  model-card.md    of the winner, with the fields of the Hugging Face Hub
  events/          for TensorBoard, a folder a network
  figures/         with --figures`;

async function report(runs: readonly string[], flags: Flags): Promise<void> {
  const say = (line: string) => writeLines(process.stderr, line);
  const isFolder = runs.length === 1 && (await kindOf(runs[0]!)) === "folder";
  const out = flags.out ?? (isFolder ? runs[0] : undefined);
  if (out !== undefined) await checkRunFolder(out);
  const parts = [];
  for (const path of runs) parts.push(...(await partsAt(pathOf(path), say)));
  if (out === undefined) throw new RunFolderError("ltt report: say with --out in which folder the report goes");
  const joined = joinParts(parts);
  if (joined.length === 0) throw new RunFolderError("ltt report: no network of the runs is finished yet");
  const isComparison = joined.length > 1;
  if (isComparison) checkOfComparison(flags, joined.length);
  for (const run of joined) sayMissing(run, say);
  const reports = await Promise.all(
    joined.map(async (run) => resultsOf(run, flags, isComparison ? undefined : await publishedOf(run, flags))),
  );
  await mkdir(out, { recursive: true });
  if (isComparison) {
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

/** @throws {RangeError} if something is asked for that a comparison has not. */
function checkOfComparison(flags: Flags, count: number): void {
  const told = (["published", "title", "figures"] as const).find((name) => flags[name] !== undefined);
  if (told === undefined) return;
  throw new RangeError(
    `ltt report: --${told} is of the report of one experiment, and these are ${count}, which are compared; leave it out`,
  );
}

/** The curves of the file that is named, else of the one that the run was given. */
async function publishedOf({ parts }: JoinedRun, flags: Flags): Promise<Published | undefined> {
  const [{ run }] = parts as [JoinedRun["parts"][0]];
  if (flags.published !== undefined) return readPublished(flags.published, run);
  const noted = parts.find(({ published }) => published !== undefined)?.published;
  return noted === undefined ? undefined : readPublished(noted, run, `--published ${noted}, as run.json notes it`);
}

async function resultsOf(
  { parts, words, levels, audit, origins, masks }: JoinedRun,
  flags: Flags,
  published: Published | undefined,
): Promise<ReportInput> {
  const [{ run }] = parts as [JoinedRun["parts"][0]];
  const margin = flags.margin ?? (run.options.margin as number | undefined);
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
