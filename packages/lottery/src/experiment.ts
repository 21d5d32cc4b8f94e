import { check } from "@ltt/core/arguments";
import type { LevelResult } from "./result.ts";
import { NotFinished, SeedRun } from "./seed-run.ts";
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
  let finished = 0;
  for (const seed of settings.seeds) {
    const run = new SeedRun(task, settings, { ...options, caller: "runExperiment" }, seed, () => finished);
    for await (const level of run.levels()) {
      finished++;
      yield level;
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
  try {
    for (const seed of settings.seeds) {
      const options = { store, clock: () => 0, finishedOnly: true, caller: "finishedResults" };
      const run = new SeedRun(task, settings, options, seed, () => 0);
      for await (const level of run.levels()) results.push(level);
    }
  } catch (error) {
    if (error instanceof NotFinished) return undefined;
    throw error;
  }
  return results;
}
