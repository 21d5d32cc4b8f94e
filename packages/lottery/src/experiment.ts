import { backend } from "@ltt/core";
import { type Level, plan } from "./arms.ts";
import { Executor, type ExecutorOptions } from "./executor.ts";
import { Graph } from "./graph.ts";
import type { StoredNetwork } from "./network-files.ts";
import type { LevelResult } from "./result.ts";
import { type ExperimentOptions, type ExperimentSettings, networkCount } from "./settings.ts";
import type { Store } from "./store.ts";
import type { Task } from "./task.ts";

/**
 * Runs an experiment: for every seed the dense network, then round by round the networks of each arm. What arms share is trained once.
 *
 * Every network is a node of the store, named by the hash of all that determines it, among it the node whose weights it was cut
 * from; what is finished is not trained again.
 *
 * @returns a result for every network, as it is finished, in an order that depends on the settings only.
 */
export async function* runExperiment<Input>(
  task: Task<Input>,
  settings: ExperimentSettings,
  { store, clock, onProgress, signal }: ExperimentOptions,
): AsyncGenerator<LevelResult, void, undefined> {
  check(settings);
  const networksInAll = networkCount(settings);
  let networks = 0;
  for (const seed of settings.seeds) {
    const { graph, levels, stepsAtMost } = planOf(task, settings, seed);
    const byHash = new Map(levels.map((level) => [level.network as string, level]));
    const onStep: ExecutorOptions["onStep"] = (hash, step, loss) => {
      const { arm, round } = byHash.get(hash)!;
      onProgress?.({ arm, seed, round, step, stepsAtMost, loss, networks, networksInAll });
    };
    const executor = new Executor(task, graph, { store, clock, onStep, signal });
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
  check(settings);
  const results: LevelResult[] = [];
  for (const seed of settings.seeds) {
    const { graph, levels } = planOf(task, settings, seed);
    const executor = new Executor(task, graph, { store, clock: () => 0 });
    for (const level of levels) {
      const network = await executor.find(level.network);
      if (network === undefined) return undefined;
      results.push(resultOf(level, network));
    }
  }
  return results;
}

function planOf<Input>(
  { data, architecture, batches }: Task<Input>,
  settings: ExperimentSettings,
  seed: number,
): { graph: Graph; levels: Level[]; stepsAtMost: number } {
  const { stepsPerEpoch } = batches(seed);
  const graph = new Graph();
  const levels = plan(graph, seed, { data, architecture, backend: backend().name, stepsPerEpoch, settings });
  return { graph, levels, stepsAtMost: settings.epochs * stepsPerEpoch };
}

function resultOf({ arm, seed, round, network, rewoundTo }: Level, { result }: StoredNetwork): LevelResult {
  return { arm, seed, round, ...result, node: network, ...(rewoundTo === undefined ? {} : { rewoundTo }) };
}

function check({ rounds, rate, seeds, arms }: ExperimentSettings): void {
  if (!Number.isSafeInteger(rounds) || rounds < 0) throw new RangeError(`rounds is ${rounds}; it is an integer from 0`);
  if (!(rate > 0 && rate < 1)) throw new RangeError(`rate is ${rate}; it is a fraction between 0 and 1`);
  if (seeds.length === 0 || new Set(seeds).size < seeds.length) {
    throw new RangeError(`seeds are ${seeds.join(", ") || "missing"}; give at least one, each once`);
  }
  if (arms.length === 0) throw new RangeError("there are no arms to run");
}
