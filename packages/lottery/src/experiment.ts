import { check } from "@ltt/core/arguments";
import { Crew } from "./crew.ts";
import type { Criterion } from "./criterion.ts";
import { planOf } from "./experiment-plan.ts";
import type { Graph } from "./graph.ts";
import { localJob } from "./local-job.ts";
import type { StoredNetwork } from "./network-files.ts";
import { TRAIN } from "./operations.ts";
import type { PlannedLevel } from "./plan.ts";
import type { LevelResult } from "./result.ts";
import { resultOf } from "./result-of.ts";
import { Schedule } from "./schedule.ts";
import type { StopSearch } from "./search.ts";
import { checkExperimentOptions, checkSettings, type ExperimentOptions, type ExperimentSettings } from "./settings.ts";
import { type Store, storeKind } from "./store.ts";
import { checkTask, type Task } from "./task.ts";

/**
 * Runs an experiment: for every seed the dense network, then round by round the networks of each arm. What arms share is trained once.
 *
 * Every network is a node of the store, named by the hash of all that determines it, among it the node whose weights it was cut
 * from; what is finished is not trained again.
 *
 * @throws {TypeError} if a setting, an option or a part of the task is missing, unknown or of the wrong kind.
 * @throws {RangeError} if one is outside its range.
 * @returns a result for every network, in an order that depends on the settings only, each as soon as it and those before it are finished.
 */
export async function* runExperiment<Input>(
  task: Task<Input>,
  settings: ExperimentSettings,
  options: ExperimentOptions,
): AsyncGenerator<LevelResult, void, undefined> {
  checkTask("runExperiment", task);
  checkSettings("runExperiment", settings);
  checkExperimentOptions("runExperiment", options);
  const { store, clock, onProgress, signal } = options;
  const { graph, levels, stepsAtMost } = planOf("runExperiment", task, settings);
  const local = localJob("runExperiment", task, graph, { store, clock });
  const jobs = options.jobs ?? [local];
  const byHash = new Map(levels.map((level) => [level.network as string, level]));
  const schedule = new Schedule(graph, networksOf(graph, levels));

  /** Steps that the networks in the making are after. */
  const inTheMaking = new Map<string, number>();
  let networks = 0;
  /** The level of a network; or one that rests on it, if it is none itself. */
  const levelOf = (hash: string) => {
    const level = byHash.get(hash) ?? levels.find(({ network }) => graph.lineage(network).has(hash))!;
    byHash.set(hash, level);
    return level;
  };
  const finish = (hash: string) => {
    inTheMaking.delete(levelOf(hash).network);
    networks += levels.filter(({ network }) => network === hash).length;
  };
  const onStep = (hash: string, step: number, loss: number) => {
    const { arm, seed, round, network } = levelOf(hash);
    inTheMaking.set(network, step);
    const steps = [...inTheMaking.values()].reduce((sum, each) => sum + each, 0);
    const those = { inTheMaking: inTheMaking.size, steps };
    onProgress?.({ arm, seed, round, step, stepsAtMost, loss, networks, networksInAll: levels.length, ...those });
  };
  const networkOf = (hash: string) => {
    const { arm, seed, round } = levelOf(hash);
    return { hash, label: `${arm}, seed ${seed}, round ${round}` };
  };

  const found = new Map<string, StoredNetwork["result"]>();
  let next = 0;
  for (const level of levels) {
    const { network } = level;
    const result = found.get(network) ?? (await local.result(network));
    signal?.throwIfAborted();
    if (result === undefined) continue;
    if (!found.has(network)) finish(network);
    found.set(network, result);
    schedule.finish(network);
    if (levels[next] !== level) continue;
    next++;
    yield resultOf(graph, level, result);
  }
  for (const network of networksOf(graph, levels)) {
    if (byHash.has(network)) continue;
    const isNeeded = levels.some((level) => !found.has(level.network) && graph.lineage(level.network).has(network));
    if (!isNeeded || (await local.result(network)) !== undefined) schedule.finish(network);
  }
  const crew = new Crew({ schedule, jobs, networkOf, onStep, onTrained: finish, signal });
  try {
    for (const level of levels.slice(next)) {
      const { network } = level;
      if (!found.has(network)) await crew.trained(network);
      const result = found.get(network) ?? (await local.result(network));
      if (result === undefined) {
        throw new Error(`runExperiment: a job has not made node ${network}: ${networkOf(network).label}`);
      }
      yield resultOf(graph, level, result);
    }
  } finally {
    await crew.stop();
  }
}

/**
 * The networks of levels, each after those that it rests on: also those that are no level themselves, as the one that `slimming` cuts
 * first.
 */
function networksOf(graph: Graph, levels: readonly PlannedLevel[]): Set<string> {
  const seen = new Set<string>();
  const visit = (hash: string) => {
    if (seen.has(hash)) return;
    for (const input of Object.values(graph.node(hash).inputs)) visit(input);
    seen.add(hash);
  };
  for (const { network } of levels) visit(network);
  return new Set([...seen].filter((hash) => graph.node(hash).op === TRAIN.name));
}

/**
 * The networks of an experiment, before anything runs: what each is called, its node, and what the audit must find.
 *
 * @returns for every seed the dense network, then round by round those of each arm.
 */
export function planExperiment<Input>(task: Task<Input>, settings: ExperimentSettings): PlannedLevel[] {
  checkTask("planExperiment", task);
  checkSettings("planExperiment", settings);
  return [...planOf("planExperiment", task, settings).levels];
}

/** The criteria that the cuts of an experiment name besides the built-in ones: those of the settings and of arms. */
export function criteriaOf<Input>(task: Task<Input>, settings: ExperimentSettings): Criterion[] {
  checkTask("criteriaOf", task);
  checkSettings("criteriaOf", settings);
  return planOf("criteriaOf", task, settings).graph.criteria();
}

/** What ends the searches of an experiment besides the built-in stops: arms bring it. */
export function stopsOf<Input>(task: Task<Input>, settings: ExperimentSettings): StopSearch[] {
  checkTask("stopsOf", task);
  checkSettings("stopsOf", settings);
  return planOf("stopsOf", task, settings).graph.stops();
}

/**
 * The results of an experiment whose networks are all in the store; `undefined` if one is not. Nothing is trained.
 *
 * @throws {RunFolderError} if a node cannot be read.
 */
export async function finishedResults<Input>(
  task: Task<Input>,
  settings: ExperimentSettings,
  store: Store,
): Promise<LevelResult[] | undefined> {
  checkTask("finishedResults", task);
  checkSettings("finishedResults", settings);
  check("finishedResults", "store", store, storeKind);
  const { graph, levels } = planOf("finishedResults", task, settings);
  const { result } = localJob("finishedResults", task, graph, { store, clock: () => 0 });
  const results: LevelResult[] = [];
  for (const level of levels) {
    const found = await result(level.network);
    if (found === undefined) return undefined;
    results.push(resultOf(graph, level, found));
  }
  return results;
}
