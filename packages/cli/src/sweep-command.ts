import { mkdir, rename } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { writeAtomic } from "@ltt/lottery";
import { checkSettings } from "@ltt/lottery/arguments";
import type { Command } from "commander";
import { chosenSettings } from "./chosen-settings.ts";
import { interruptible } from "./interruption.ts";
import { counted, type JobCount } from "./jobs.ts";
import { jobsOf, pathOf, textOf } from "./option-values.ts";
import { createProgress } from "./progress.ts";
import { queueRun, runPair } from "./run.ts";
import { parsedRun } from "./run-command.ts";
import type { RunListener, RunOptions } from "./run-options.ts";
import type { RunSettings } from "./run-settings.ts";
import { readSweep, type SweptRun } from "./sweep-file.ts";
import { type SweptResult, sweepCsv, sweepHtml } from "./sweep-report.ts";
import { writeLines } from "./terminal.ts";

interface Flags {
  readonly out?: string;
  readonly queue?: string;
  readonly store?: string;
  readonly jobs?: JobCount;
  readonly dryRun?: true;
}

/** `ltt sweep FILE`: every combination of some settings. */
export function addSweepCommand(program: Command): void {
  program
    .command("sweep")
    .description("run every combination of some settings in one folder, and compare them")
    .argument("<file>", "YAML or JSON: run, settings, grid", pathOf)
    .option("--out <dir>", "folder of all runs (default: runs/sweep-FILE)", pathOf)
    .option("--queue <url>", "redis://HOST:PORT: machines with ltt worker train", textOf)
    .option("--store <url>", "of --queue: s3://BUCKET/PREFIX, or a folder (default: the folder of all runs)", textOf)
    .option("--jobs <n>", "processes that train, or auto (default: 1)", jobsOf)
    .option("--dry-run", "list the runs")
    .addHelpText("after", NOTES)
    .action(sweep);
}

const NOTES = `
A file such as

  run: imdb-cnn
  settings: { profile: quick, seeds: [1, 2, 3] }
  grid:
    learning-rate: [0.001, 0.003]
    criterion: [magnitude, snip]

is four runs; options are those of ltt run. What runs share, as the dense
network of both criteria, is trained once. Each run's report is in
OUT/runs/NAME/, the comparison in OUT/sweep.html and OUT/sweep.csv.`;

async function sweep(file: string, { out, dryRun, ...flags }: Flags): Promise<void> {
  const asked = await plannedRuns(file);
  if (dryRun === true) {
    for (const { run } of asked) writeLines(process.stdout, `ltt ${run.args.join(" ")}`);
    return;
  }
  const name = basename(file).replace(/\.(ya?ml|json)$/i, "");
  const folder = resolve(out ?? join("runs", `sweep-${name}`));
  const progress = createProgress(process.stderr);
  const listener = { say: progress.say, onProgress: progress.update };
  try {
    const results = await interruptible(async (signal) => {
      const whole = { ...flags, out: folder };
      const each = { ...listener, signal };
      signal.addEventListener("abort", progress.stop);
      if (flags.queue !== undefined) await queueAll(asked, whole, each);
      const ended: SweptResult[] = [];
      for (const { run, options } of asked) {
        progress.say(`run ${ended.length + 1} of ${counted(asked.length, "run")}: ${run.name}`);
        const result = await runPair({ ...options, ...whole }, each);
        progress.stop();
        ended.push({ run, result, report: await moveReport(folder, run.name) });
        await writeAtomic(join(folder, "sweep.csv"), sweepCsv(ended));
        await writeAtomic(join(folder, "sweep.html"), sweepHtml(`Sweep ${name}`, ended));
      }
      return ended;
    });
    writeLines(process.stdout, `${counted(results.length, "run")}\nreport: ${join(folder, "sweep.html")}`);
  } finally {
    progress.stop();
  }
}

/**
 * The runs of a file, their options read and their settings put together: what is wrong with the last one is said before the first one
 * trains.
 *
 * @throws {RangeError} if an option or a setting is wrong; it names the file and the run.
 */
export async function plannedRuns(
  file: string,
): Promise<readonly { readonly run: SweptRun; readonly options: RunOptions; readonly settings: RunSettings }[]> {
  const runs = await readSweep(file);
  return Promise.all(
    runs.map(async (run) => {
      const options = parsedRun(run.args);
      const settings = await chosenSettings(options);
      checkSettings(`${file}: ${run.name}`, settings.experiment);
      return { run, options, settings };
    }),
  );
}

/** All of them are with workers before the first is waited for. */
async function queueAll(
  asked: readonly { readonly options: RunOptions }[],
  whole: Partial<RunOptions>,
  { say, signal }: RunListener,
): Promise<void> {
  for (const { options } of asked) {
    await queueRun({ ...options, ...whole }, { ...(say && { say }), ...(signal && { signal }) });
    signal?.throwIfAborted();
  }
}

/** The files that a run writes for people are its own; nodes stay in the folder of all. @returns where its report is, from there. */
async function moveReport(folder: string, name: string): Promise<string> {
  const own = join(folder, "runs", name);
  await mkdir(own, { recursive: true });
  for (const file of ["report.html", "metrics.csv", "tensors.csv", "curves.csv"]) {
    await rename(join(folder, file), join(own, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error; // not every run has curves
    });
  }
  return join("runs", name, "report.html");
}
