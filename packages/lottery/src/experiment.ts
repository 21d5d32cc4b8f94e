import { backend } from "@ltt/core";
import { check } from "@ltt/core/arguments";
import { Executor, type ExecutorOptions } from "./executor.ts";
import { Graph } from "./graph.ts";
import { stepOf } from "./moment.ts";
import type { StoredNetwork } from "./network-files.ts";
import { AT } from "./operations.ts";
import { networkCount, type PlannedLevel, plan } from "./plan.ts";
import type { LevelResult } from "./result.ts";
import { checkExperimentOptions, checkSettings, type ExperimentOptions, type ExperimentSettings } from "./settings.ts";
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
  const networksInAll = networkCount(settings);
  let networks = 0;
  for (const seed of settings.seeds) {
    const { graph, levels, stepsAtMost } = planOf("runExperiment", task, settings, seed);
    const byHash = new Map(levels.map((level) => [level.network as string, level]));
    let current = levels[0]!;
    const onStep: ExecutorOptions["onStep"] = (hash, step, loss) => {
      const { arm, round } = byHash.get(hash) ?? current; // a level may rest on a network that is none
      onProgress?.({ arm, seed, round, step, stepsAtMost, loss, networks, networksInAll });
    };
    const executor = new Executor(task, graph, { store, clock, onStep, signal, caller: "runExperiment" });
    for (const level of levels) {
      current = level;
      const { arm, round } = level;
      const network = await executor.train(level.network, `${arm}, seed ${seed}, round ${round}`);
      networks++;
      yield resultOf(graph, level, network);
    }
  }
}

/**
 * The networks of an experiment, before anything runs: what each is called, its node, and what the audit must find.
 *
 * @returns for every seed the dense network, then round by round those of each arm.
 */
export function planExperiment<Input>(task: Task<Input>, settings: ExperimentSettings): PlannedLevel[] {
  checkTask("planExperiment", task);
  checkSettings("planExperiment", settings);
  return settings.seeds.flatMap((seed) => planOf("planExperiment", task, settings, seed).levels);
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
      results.push(resultOf(graph, level, network));
    }
  }
  return results;
}

function planOf<Input>(
  caller: string,
  { data, architecture, batches }: Task<Input>,
  settings: ExperimentSettings,
  seed: number,
): { graph: Graph; levels: PlannedLevel[]; stepsAtMost: number } {
  const { stepsPerEpoch } = checkBatches(`${caller}: task.batches(${seed})`, batches(seed));
  const rewindStep = stepOf(caller, settings.rewindTo, stepsPerEpoch, settings.epochs);
  const graph = new Graph();
  const levels = plan(graph, seed, { data, architecture, backend: backend().name, rewindStep, settings });
  return { graph, levels, stepsAtMost: settings.epochs * stepsPerEpoch };
}

function resultOf(graph: Graph, { arm, seed, round, network }: PlannedLevel, { result }: StoredNetwork): LevelResult {
  return { arm, seed, round, ...result, node: network, ...rewoundTo(graph, network) };
}

/** The node of the weights along the way of a training that a network starts from, if it does. */
function rewoundTo(graph: Graph, network: string): Pick<LevelResult, "rewoundTo"> {
  const { whole } = graph.node(graph.node(network).inputs.start!).inputs;
  if (whole === undefined) return {};
  const { op, params } = graph.node(whole);
  return op === AT.name && typeof params.state === "number" ? { rewoundTo: whole } : {};
}
