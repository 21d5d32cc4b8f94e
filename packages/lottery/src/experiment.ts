import { backend } from "@ltt/core";
import { check } from "@ltt/core/arguments";
import { type Level, plan } from "./arms.ts";
import { checkCriteria } from "./criteria/criteria.ts";
import type { Criterion } from "./criterion.ts";
import { Executor, type ExecutorOptions } from "./executor.ts";
import { Graph } from "./graph.ts";
import { stepOf } from "./moment.ts";
import type { StoredNetwork } from "./network-files.ts";
import type { LevelResult } from "./result.ts";
import {
  checkExperimentOptions,
  checkSettings,
  type ExperimentOptions,
  type ExperimentSettings,
  networkCount,
} from "./settings.ts";
import { type Store, storeKind } from "./store.ts";
import { checkBatches, checkTask, type Task } from "./task.ts";

/**
 * Runs an experiment: for every seed the dense network, then round by round the networks of each arm. What arms share is trained once.
 *
 * Every network is a node of the store, named by the hash of all that determines it, among it the node whose weights it was cut
 * from; what is finished is not trained again.
 *
 * @throws {TypeError} if a setting, an option or a part of the task is missing, unknown or of the wrong kind.
 * @throws {RangeError} if one is outside its range.
 * @returns a result for every network, as it is finished, in an order that depends on the settings only.
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
  const criteria = criteriaOf("runExperiment", settings, options.criteria);
  const networksInAll = networkCount(settings);
  let networks = 0;
  for (const seed of settings.seeds) {
    const { graph, levels, stepsAtMost } = planOf("runExperiment", task, settings, seed);
    const byHash = new Map(levels.map((level) => [level.network as string, level]));
    const onStep: ExecutorOptions["onStep"] = (hash, step, loss) => {
      const { arm, round } = byHash.get(hash)!;
      onProgress?.({ arm, seed, round, step, stepsAtMost, loss, networks, networksInAll });
    };
    const executor = new Executor(task, graph, { store, clock, onStep, signal, criteria, caller: "runExperiment" });
    for (const level of levels) {
      const { arm, round } = level;
      const network = await executor.train(level.network, `${arm}, seed ${seed}, round ${round}`);
      networks++;
      yield resultOf(level, network);
    }
  }
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
  const results: LevelResult[] = [];
  for (const seed of settings.seeds) {
    const { graph, levels } = planOf("finishedResults", task, settings, seed);
    const executor = new Executor(task, graph, { store, clock: () => 0, caller: "finishedResults" });
    for (const level of levels) {
      const network = await executor.find(level.network);
      if (network === undefined) return undefined;
      results.push(resultOf(level, network));
    }
  }
  return results;
}

/** All criteria that nodes of an experiment may name besides the built-in ones. */
function criteriaOf(
  where: string,
  { criterion }: ExperimentSettings,
  others: readonly Criterion[] = [],
): readonly Criterion[] {
  const criteria = criterion === undefined ? others : [...others, criterion];
  checkCriteria(where, "criteria", criteria);
  return criteria;
}

function planOf<Input>(
  caller: string,
  { data, architecture, batches }: Task<Input>,
  settings: ExperimentSettings,
  seed: number,
): { graph: Graph; levels: Level[]; stepsAtMost: number } {
  const { stepsPerEpoch } = checkBatches(`${caller}: task.batches(${seed})`, batches(seed));
  const rewindStep = stepOf(caller, settings.rewindTo, stepsPerEpoch, settings.epochs);
  const graph = new Graph();
  const levels = plan(graph, seed, { data, architecture, backend: backend().name, rewindStep, settings });
  return { graph, levels, stepsAtMost: settings.epochs * stepsPerEpoch };
}

function resultOf({ arm, seed, round, network, rewoundTo }: Level, { result }: StoredNetwork): LevelResult {
  return { arm, seed, round, ...result, node: network, ...(rewoundTo === undefined ? {} : { rewoundTo }) };
}
