import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { backend, useBackend } from "@ltt/core";
import type { Places } from "@ltt/data";
import {
  type AuditCheck,
  armsNeeded,
  auditRun,
  criteriaOf,
  type Fault,
  FolderStore,
  type Job,
  type LevelResult,
  type LevelVerdict,
  planExperiment,
  plannedNodes,
  type Replayed,
  RunFolderError,
  replay,
  runExperiment,
  type Store,
  type Verdict,
} from "@ltt/lottery";
import { renderTable, verdictWords } from "@ltt/report";
import { ARCHIVE, writeArchive } from "./archive-file.ts";
import { type BackendName, createBackend, describeBackend } from "./backends.ts";
import { chosenSettings } from "./chosen-settings.ts";
import { keepEncoding } from "./encoding.ts";
import { estimateRun, type RunEstimate } from "./estimate.ts";
import type { ImageSettings } from "./image-pairs.ts";
import { readInspections } from "./inspections.ts";
import { unlessAborted } from "./interruption.ts";
import { JobProcesses } from "./job-processes.ts";
import { type ChosenJobs, chooseJobs } from "./jobs.ts";
import { joinParts } from "./join-parts.ts";
import { readLatencies } from "./latency.ts";
import { originHere } from "./origin.ts";
import { otherSeeds } from "./other-seeds.ts";
import { noteFiles, prepareOwn, readOwn } from "./own-data.ts";
import { prepareOwnImages } from "./own-images.ts";
import { sizedOptions } from "./own-profile.ts";
import { prepare } from "./pairs.ts";
import { partOf } from "./part.ts";
import type { TaskSettings } from "./prepare-encoded.ts";
import type { PreparedTask } from "./prepared-task.ts";
import { type Published, readPublished } from "./published-file.ts";
import { beginQueued, type QueuedOptions, type QueuedRun } from "./queued-run.ts";
import { writeReport, writeTables } from "./report-files.ts";
import { checkRun } from "./run-arguments.ts";
import { coveredNetwork, type NotedFile, noteRun, type PlannedRun, plannedRuns } from "./run-file.ts";
import type { RunListener, RunOptions } from "./run-options.ts";
import { reportOf, reportWords } from "./run-report.ts";
import { defaultProfile, type RunSettings } from "./run-settings.ts";
import { subjectOf } from "./subject.ts";
import { digestOf } from "./task-data.ts";
import { storeTickets, type TransferredTickets, transferredTickets, withTickets } from "./tickets.ts";

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
 * Runs the lottery of a pair, from text to report. Finished networks of an earlier run in the same folder are used again, and its report covers
 * every seed of the same experiment that is finished there.
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
    ...plannedRun(begun, options.queue === undefined ? (jobs?.length ?? 1) : 1),
    origin: await originHere(),
  };
  await noteRun(folder, run);
  const { data, encoding } = prepared;
  if (encoding !== undefined && "encoded" in data) await keepEncoding(folder, digestOf(data.encoded), encoding);
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
  const criteria = criteriaOf(prepared.task, settings.experiment);
  const elsewhere = await mkdtemp(join(tmpdir(), "ltt-replay-"));
  try {
    const stores = [await FolderStore.open(folder, { onDamage: say }), await FolderStore.open(elsewhere)] as const;
    const clock = () => performance.now() / 1000;
    return await replay(prepared.task, hash, ...stores, { clock, signal, criteria });
  } finally {
    await rm(elsewhere, { recursive: true, force: true });
  }
}

/** What `run.json` says. */
function plannedRun({ options: told, settings, prepared, files }: Begun, jobs: number): PlannedRun {
  const { pair: _pair, profile = defaultProfile(subjectOf(told)), queue: _queue, store: _store, ...options } = told; // addresses may hold passwords
  const { experiment } = settings;
  const networks = plannedNodes(prepared.task, experiment, new Set())
    .filter(({ op }) => op === "train")
    .map(({ arm, seed, round, hash, stepsAtMost }) => ({ arm, seed, round, node: hash, stepsAtMost }));
  const { faults } = experiment;
  const { name: computes } = backend();
  const paths = Object.fromEntries(files.map(({ option, path }) => [option, path])); // so that they are found from other folders
  return {
    pair: subjectOf(told).name,
    profile,
    backend: computes as BackendName, // of `createBackend`
    jobs,
    options: { ...options, ...(options.images === undefined ? {} : { images: resolve(options.images) }), ...paths },
    ...(files.length === 0 ? {} : { files }),
    faults,
    networks,
  };
}

/** The files that a run writes beside its nodes. */
const REPORTS = [
  "run.json",
  "metrics.csv",
  "tensors.csv",
  "curves.csv",
  "statistics.csv",
  "inspection.json",
  "latency.json",
  "report.html",
  ARCHIVE,
] as const;

/**
 * Refuses a run folder that cannot be written, or in which something of another kind has the name of what a run writes: before the data is
 * read and networks are trained, which takes a while.
 */
async function checkFolder(folder: string): Promise<void> {
  await FolderStore.check(folder);
  const isFolder = async (name: string) =>
    stat(join(folder, name)).then(
      (found) => found.isDirectory(),
      () => undefined,
    );
  for (const name of REPORTS) {
    if ((await isFolder(name)) !== true) continue;
    throw new RunFolderError(
      `${join(folder, name)}: is a folder; a run writes a file there: move it away, or choose another folder with --out`,
    );
  }
  for (const name of [
    "nodes",
    "encodings",
    "events",
    "unfinished",
    "failed",
    "quarantine",
    "conflicts",
    "data",
    "plans",
  ]) {
    if ((await isFolder(name)) !== false) continue;
    throw new RunFolderError(
      `${join(folder, name)}: is a file; a run keeps a folder there: move it away, or choose another folder with --out`,
    );
  }
}

/** What `runPair` would do, and what it would take: measured on steps of the dense network and of some of the pruned ones. */
export async function planRun(
  options: RunOptions,
  listener: Pick<RunListener, "say" | "signal"> = {},
): Promise<RunEstimate> {
  checkRun("planRun", options, listener);
  const { settings, prepared, folder } = await begin(options, listener);
  return estimateRun(prepared, settings.experiment, folder, listener.signal);
}

export interface Begun {
  /** Those of the user, and what depends on how many texts of the user's there are. */
  readonly options: RunOptions;
  readonly settings: RunSettings;
  readonly prepared: PreparedTask;
  readonly folder: string;
  readonly published: Published | undefined;
  /** Tickets of another run; its arms are in the settings. */
  readonly transferred: TransferredTickets | undefined;
  /** Texts of the user's. */
  readonly files: readonly NotedFile[];
}

/** @param onBackend - Hears what computes, before the data is read. Without it there is one job, this process. */
export async function begin(
  options: RunOptions,
  { say, signal }: RunListener,
  onBackend?: (chosen: ChosenJobs) => void,
): Promise<Begun> {
  const subject = subjectOf(options);
  const { name, pair, own, ownImages } = subject;
  const { profile = defaultProfile(subject) } = options;
  for (const path of ["data", "out", "published"] as const) {
    if (options[path]?.trim() === "") throw new RangeError(`--${path} is empty; it is a path`);
  }
  const settings = await chosenSettings(options);
  const published =
    options.published === undefined ? undefined : await readPublished(options.published, { pair: name, profile });
  const folder = resolve(options.out ?? join("runs", `${name}-${profile}`));
  await checkFolder(folder);
  const files = own === undefined ? [] : await noteFiles(own, folder);

  const asked = onBackend === undefined ? { ...options, jobs: 1 } : options;
  const chosen = chooseJobs(asked, settings.experiment);
  // Where other processes train, this one has nothing to compute.
  const threads = chosen.jobs > 1 ? 1 : (options.threads ?? chosen.threads);
  useBackend(await createBackend(options.backend, { threads, width: options.width }));
  say?.(`backend ${describeBackend(backend())}, ${chosen.words}; run folder ${folder}`);
  onBackend?.(chosen);
  const needed = armsNeeded(settings.experiment);
  if (needed.length > settings.experiment.arms.length) {
    say?.("controls take their patterns from winning-ticket, so that arm is trained too");
  }

  const places: Places = {
    ...(options.data === undefined ? {} : { data: options.data }),
    ...(options.cache === undefined ? {} : { cache: options.cache }),
  };
  const prepared = async () => {
    if (ownImages !== undefined)
      return {
        options,
        settings,
        prepared: await prepareOwnImages(ownImages, settings as ImageSettings, { say, signal }),
      };
    if (own === undefined)
      return { options, settings, prepared: await prepare(pair, settings, places, { say, signal }) };
    const texts = await readOwn(own, settings as TaskSettings, { say, signal });
    const sized = sizedOptions(options, own, texts.sizes);
    const chosen = await chosenSettings(sized);
    return {
      options: sized,
      settings: chosen,
      prepared: await prepareOwn(texts, own, chosen as RunSettings & TaskSettings, { places, say, signal }),
    };
  };
  const begun = { ...(await unlessAborted(signal, prepared())), folder, published, files };
  say?.(begun.prepared.dataset);
  return options.ticket === undefined ? { ...begun, transferred: undefined } : withTransfer(begun, signal);
}

/** The same run with arms of tickets of another one. */
async function withTransfer(begun: Omit<Begun, "transferred">, signal: AbortSignal | undefined): Promise<Begun> {
  const { options, prepared, folder, settings } = begun;
  const { experiment } = settings;
  const noted = await plannedRuns(folder).catch(() => []); // of another version: written anew
  const seen = noted.flatMap(({ networks }) => networks.map(({ seed }) => seed));
  const others = [...new Set(seen)].filter((seed) => !experiment.seeds.includes(seed));
  const seeds = { asked: experiment.seeds, others };
  const transferred = await unlessAborted(signal, transferredTickets(options, prepared, experiment, seeds));
  return {
    ...begun,
    settings: { ...settings, experiment: withTickets(experiment, transferred.tickets) },
    prepared: { ...prepared, notes: [...prepared.notes, ...transferred.notes] },
    transferred,
  };
}
