import { FolderStore, RunFolderError, storedResults } from "@ltt/lottery";
import { renderTable } from "@ltt/report";
import type { Command } from "commander";
import { readInspections } from "./inspections.ts";
import { pathOf, pointsOf, textOf } from "./option-values.ts";
import { readPublished } from "./published-file.ts";
import { auditNoted, latestRun } from "./run-folder.ts";
import { reportOf, writeReport, writeTables } from "./run-report.ts";
import { widthOf, writeLines } from "./terminal.ts";

interface Flags {
  readonly margin?: number;
  readonly title?: string;
  readonly published?: string;
}

/** `ltt report RUN`: the report, from the folder of a finished or partly finished run. Needs no data set, and trains nothing. */
export function addReportCommand(program: Command): void {
  program
    .command("report")
    .description("make report.html, metrics.csv and tensors.csv of a run anew, from its folder alone")
    .argument("<run>", "run folder", pathOf)
    .option("--margin <points>", "of the verdict, in percentage points (default: that of the run)", pointsOf)
    .option("--title <text>", "of the report (default: that of the run)", textOf)
    .option("--published <file>", "curves of a publication, as JSON (default: that of the run)", pathOf)
    .action(report);
}

async function report(folder: string, flags: Flags): Promise<void> {
  const say = (line: string) => writeLines(process.stderr, line);
  const run = await latestRun(folder);
  const margin = flags.margin ?? (run.options.margin as number | undefined);
  const file = flags.published ?? (run.options.published as string | undefined);
  const published = file === undefined ? undefined : await readPublished(file, run);
  const store = await FolderStore.open(folder, { onDamage: say });
  const levels = await storedResults(store, run.covered);
  if (levels.length === 0) throw new RunFolderError(`${folder}: no network of the run is finished yet`);
  const missing = run.covered.length - levels.length;
  if (missing > 0) say(`${missing} of ${run.covered.length} networks are not finished: the report is of the others`);

  const checks = await auditNoted(store, run, say);
  const words = flags.title === undefined ? run.report : { ...run.report, title: flags.title };
  const input = reportOf(words, levels, checks, {
    ...{ margin, faults: run.faults, published },
    inspections: await readInspections(folder),
  });
  await writeTables(folder, levels);
  const path = await writeReport(folder, input);
  writeLines(process.stdout, `\n${renderTable(input, { width: widthOf(process.stdout) })}\nreport: ${path}`);
}
