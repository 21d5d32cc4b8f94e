import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backend } from "@ltt/core";
import {
  type AuditCheck,
  auditRun,
  criteriaOf,
  type Fault,
  FolderStore,
  type Job,
  type LevelResult,
  type LevelVerdict,
  planExperiment,
  type Replayed,
  replay,
  runExperiment,
  type Store,
  stopsOf,
  type Verdict,
} from "@ltt/lottery";
import { renderTable, verdictWords } from "@ltt/report";
import { ARCHIVE, writeArchive } from "./archive-file.ts";
import { type Begun, begin } from "./begin-run.ts";
import { keepEncoding } from "./encoding.ts";
import { estimateRun, type RunEstimate } from "./estimate.ts";
import { digestOfImages } from "./image-task.ts";
import { readInspections } from "./inspections.ts";
import { unlessAborted } from "./interruption.ts";
import { JobProcesses } from "./job-processes.ts";
import { type ChosenJobs, chooseJobs } from "./jobs.ts";
import { joinParts } from "./join-parts.ts";
import { readLatencies } from "./latency.ts";
import { originHere } from "./origin.ts";
import { otherSeeds } from "./other-seeds.ts";
import { partOf } from "./part.ts";
import { plannedRunOf } from "./planned-run.ts";
import { beginQueued, type QueuedOptions, type QueuedRun } from "./queued-run.ts";
import { writeReport, writeTables } from "./report-files.ts";
import { checkRun } from "./run-arguments.ts";
import { coveredNetwork, noteRun } from "./run-file.ts";
import type { RunListener, RunOptions } from "./run-options.ts";
import { reportOf, reportWords } from "./run-report.ts";
import { defaultProfile } from "./run-settings.ts";
import { subjectOf } from "./subject.ts";
import { digestOf } from "./task-data.ts";
import { storeTickets } from "./tickets.ts";

/** What a run leaves. */
export interface RunResult {
  /** `metrics.csv`, `tensors.csv`, `report.html` and the nodes are in it. */
  readonly folder: string;
  readonly report: string;
  /** Of all seeds that the report covers. */
  readonly levels: readonly LevelResult[];
  readonly table: string;
  /** Its headline: `AUDIT FAILED: …` where a check failed. */
  readonly verdict: string;
  /** The sparsest supported level; or what `chosenBy` names. */
  readonly winner: LevelVerdict | undefined;
  readonly chosenBy: Verdict["chosenBy"];
  readonly audit: readonly AuditCheck[];
  /** Faults of the published experiment that were switched on: the audit is to find them. */
  readonly faults: readonly Fault[];
}

/**
 * Runs the lottery of a pair, from text to report. Finished networks of an earlier run in the same folder are used again, and its report
 * covers every seed of the same experiment that is finished there.
 *
 *     await runPair({ pair: "imdb-cnn", profile: "quick", data: "data" });
 */
export async function runPair(options: RunOptions, listener: RunListener = {}): Promise<RunResult> {
  checkRun("runPair", options, listener);
  checkQueue(options);
  const { say, signal } = listener;
  let processes: JobProcesses | undefined;
  let queued: QueuedRun | undefined;
  const onBackend = (chosen: ChosenJobs) => {
    if (chosen.jobs > 1) processes = new JobProcesses(chosen, backend(), say);
  };
  try {
    const begun = await begin(options, listener, options.queue === undefined ? onBackend : undefined);
    const { prepared, folder, transferred } = begun;
    if (options.queue !== undefined) {
      queued = await unlessAborted(signal, beginQueued(queuedOptions(begun, options.queue), listener));
      return await runBegun(listener, begun, queued);
    }
    processes?.begin(prepared.data, begun.options, folder, transferred?.tickets ?? []);
    const store = await FolderStore.open(folder, { onDamage: say });
    if (transferred !== undefined) await storeTickets(transferred, store);
    return await runBegun(listener, begun, { store, jobs: processes?.jobs });
  } finally {
    await processes?.close();
    await queued?.close();
  }
}

/** Puts the networks of a run into its queue, and leaves: `runPair` with the same options waits for them. */
export async function queueRun(options: RunOptions, listener: Pick<RunListener, "say" | "signal"> = {}): Promise<void> {
  checkRun("queueRun", options, listener);
  const { queue } = options;
  if (queue === undefined) throw new RangeError("queueRun: there is no queue");
  const begun = await begin(options, listener);
  const queued = await unlessAborted(listener.signal, beginQueued(queuedOptions(begun, queue), listener));
  await queued.close();
}

function checkQueue({ queue, store, jobs }: RunOptions): void {
  if (queue === undefined && store !== undefined) throw new RangeError("--store is of --queue: name the queue too");
  if (queue !== undefined && jobs !== undefined) {
    throw new RangeError("--jobs is of this machine, but with --queue workers train: give it to ltt worker");
  }
}

function queuedOptions({ options, settings, prepared, folder, transferred }: Begun, queue: string): QueuedOptions {
  const { name } = subjectOf(options);
  const { task, data } = prepared;
  const title = options.title ?? `${name}, ${options.profile ?? defaultProfile(subjectOf(options))}`;
  return { queue, store: options.store, title, folder, task, data, experiment: settings.experiment, transferred };
}

async function runBegun(
  { say, onProgress, onLevel, signal, width = 100 }: RunListener,
  begun: Begun,
  { store, jobs }: { readonly store: Store; readonly jobs: readonly Job[] | undefined },
): Promise<RunResult> {
  const { options, settings, prepared, folder, published } = begun;
  const run = {
    ...plannedRunOf(begun, options.queue === undefined ? (jobs?.length ?? 1) : 1),
    origin: await originHere(),
  };
  await noteRun(folder, run);
  const { data, encoding, images } = prepared;
  if (encoding !== undefined && "encoded" in data) await keepEncoding(folder, digestOf(data.encoded), encoding);
  if (images !== undefined && "images" in data) await keepEncoding(folder, digestOfImages(data.images), images);
  const levels = await unlessAborted(signal, otherSeeds(prepared.task, settings.experiment, store, say));
  const seeds = [...new Set(levels.map(({ seed }) => seed)), ...settings.experiment.seeds];
  const covered = { ...settings, experiment: { ...settings.experiment, seeds } };
  const planned = planExperiment(prepared.task, covered.experiment);
  const words = reportWords(
    options,
    { ...covered, experiment: { ...covered.experiment, seeds: seeds.toSorted((a, b) => a - b) } },
    prepared,
  );
  await noteRun(folder, { ...run, report: words, covered: planned.map(coveredNetwork) });
  const experiment = { store, clock: () => performance.now() / 1000, onProgress, signal, jobs };
  for await (const level of runExperiment(prepared.task, settings.experiment, experiment)) {
    levels.push(level);
    onLevel?.(level);
    await writeTables(folder, levels, words);
    signal?.throwIfAborted(); // networks that are taken from the folder do not look
  }

  const criteria = criteriaOf(prepared.task, covered.experiment);
  const checks = await unlessAborted(signal, auditRun(store, planned, { criteria, task: prepared.task }));
  for (const { check, detail } of checks.filter(({ passed }) => !passed)) say?.(`audit FAILED: ${check}: ${detail}`);
  if (checks.length > 0 && checks.every(({ passed }) => passed)) say?.(`audit: ${checks.length} checks passed`);
  const { faults } = settings.experiment;
  const here = store instanceof FolderStore ? store : await FolderStore.open(folder, { onDamage: say });
  const part = await partOf(here, run, { report: words, levels, audit: checks, vocabulary: encoding?.vocabulary });
  await writeArchive(join(folder, ARCHIVE), [part]);
  const [joined] = joinParts([
    { ...part, place: folder, hasWeights: true, planned: planned.length, published: undefined },
  ]);
  const inspections = await readInspections(folder);
  const latencies = await readLatencies(folder);
  const choices = { margin: options.margin, faults, published, inspections, latencies: latencies && [latencies] };
  const input = { ...reportOf(words, levels, checks, choices), origins: joined!.origins, masks: part.masks };
  const report = await writeReport(folder, input);
  return {
    folder,
    report,
    levels,
    table: renderTable(input, { width }),
    verdict: verdictWords(input.verdict).headline,
    winner: input.verdict.winner,
    chosenBy: input.verdict.chosenBy,
    audit: checks,
    faults,
  };
}

/**
 * Trains one network of a run again, in a folder of its own that is removed afterwards, and compares every file.
 *
 * @param options - Those of the run.
 * @param hash - The network's node.
 */
export async function replayNode(
  options: RunOptions,
  hash: string,
  listener: Pick<RunListener, "say" | "signal"> = {},
): Promise<Replayed> {
  checkRun("replayNode", options, listener);
  const { say, signal } = listener;
  const { prepared, folder, settings } = await begin(options, listener);
  const { task } = prepared;
  const outside = { criteria: criteriaOf(task, settings.experiment), stops: stopsOf(task, settings.experiment) };
  const elsewhere = await mkdtemp(join(tmpdir(), "ltt-replay-"));
  try {
    const stores = [await FolderStore.open(folder, { onDamage: say }), await FolderStore.open(elsewhere)] as const;
    const clock = () => performance.now() / 1000;
    return await replay(task, hash, ...stores, { clock, signal, ...outside });
  } finally {
    await rm(elsewhere, { recursive: true, force: true });
  }
}

/** What `runPair` would do, and what it would take: measured on steps of the dense network and of some of the pruned ones. */
export async function planRun(
  options: RunOptions,
  listener: Pick<RunListener, "say" | "signal"> = {},
): Promise<RunEstimate> {
  checkRun("planRun", options, listener);
  checkQueue(options);
  const { settings, prepared, folder } = await begin(options, listener);
  const { jobs } = chooseJobs(options, settings.experiment);
  return estimateRun(prepared, settings.experiment, { folder, jobs, signal: listener.signal });
}
