import { mkdir } from "node:fs/promises";
import { RunFolderError } from "@ltt/lottery";
import { LANGUAGES, type Language, renderTable } from "@ltt/report";
import { type Command, Option } from "commander";
import { readInspections } from "./inspections.ts";
import { type JoinedRun, joinParts } from "./join-parts.ts";
import { pathOf, pointsOf, textOf } from "./option-values.ts";
import { kindOf, partsAt } from "./part.ts";
import { readPublished } from "./published-file.ts";
import { reportOf, writeReport, writeTables } from "./run-report.ts";
import { widthOf, writeLines } from "./terminal.ts";

interface Flags {
  readonly out?: string;
  readonly margin?: number;
  readonly title?: string;
  readonly published?: string;
  readonly language?: Language;
}

/** `ltt report RUN…`: the report, from folders of finished or partly finished runs, or from archives. Needs no data set, and trains nothing. */
export function addReportCommand(program: Command): void {
  program
    .command("report")
    .description("make report.html, metrics.csv and tensors.csv of runs anew, from their folders or archives alone")
    .argument("<runs...>", "run folders or archives: of the same experiment with other seeds, one report")
    .option("--out <dir>", "where it is written (default: the run folder, if there is one only)", pathOf)
    .option("--margin <points>", "of the verdict, in percentage points (default: that of the run)", pointsOf)
    .option("--title <text>", "of the report (default: that of the run)", textOf)
    .option("--published <file>", "curves of a publication, as JSON (default: that of the run)", pathOf)
    .addOption(new Option("--language <code>", "of the report's own words (default: en)").choices(LANGUAGES))
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
  const [run] = joined;
  if (run === undefined || joined.length > 1) throw new RunFolderError(differWords(joined));
  sayMissing(run, say);

  const [{ run: first }] = run.parts as [JoinedRun["parts"][0]];
  const margin = flags.margin ?? (first.options.margin as number | undefined);
  const file = flags.published ?? run.parts.find(({ published }) => published !== undefined)?.published;
  const published = file === undefined ? undefined : await readPublished(file, first);
  const words = flags.title === undefined ? run.words : { ...run.words, title: flags.title };
  const inspections = isFolder ? await readInspections(runs[0]!) : [];
  const input = {
    ...reportOf(words, run.levels, run.audit, { margin, faults: first.faults, published, inspections }),
    origins: run.origins,
  };
  await mkdir(out, { recursive: true });
  await writeTables(out, run.levels, words);
  const path = await writeReport(out, input, { language: flags.language });
  writeLines(process.stdout, `\n${renderTable(input, { width: widthOf(process.stdout) })}\nreport: ${path}`);
}

function sayMissing({ parts }: JoinedRun, say: (line: string) => void): void {
  for (const { planned, networks, hasWeights } of parts) {
    const missing = planned - networks.length;
    if (!hasWeights || missing <= 0) continue;
    say(`${missing} of ${planned} networks are not finished: the report is of the others`);
  }
}

function differWords(runs: readonly JoinedRun[]): string {
  const places = runs.map(({ parts }) => parts.map(({ place }) => place).join(" and "));
  return `ltt report: these are other experiments: ${places.join("; ")}`;
}
