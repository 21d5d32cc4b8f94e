import type { LevelResult } from "./result.ts";
import { NotFinished, SeedRun } from "./seed-run.ts";
import type { ExperimentOptions, ExperimentSettings } from "./settings.ts";
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
  options: ExperimentOptions,
): AsyncGenerator<LevelResult, void, undefined> {
  check(settings);
  let finished = 0;
  for (const seed of settings.seeds) {
    const run = new SeedRun(task, settings, options, seed, () => finished);
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
  check(settings);
  const results: LevelResult[] = [];
  try {
    for (const seed of settings.seeds) {
      const run = new SeedRun(task, settings, { store, clock: () => 0, finishedOnly: true }, seed, () => 0);
      for await (const level of run.levels()) results.push(level);
    }
  } catch (error) {
    if (error instanceof NotFinished) return undefined;
    throw error;
  }
  return results;
}

function check({ rounds, rate, seeds, arms }: ExperimentSettings): void {
  if (!Number.isSafeInteger(rounds) || rounds < 0) throw new RangeError(`rounds is ${rounds}; it is an integer from 0`);
  if (!(rate > 0 && rate < 1)) throw new RangeError(`rate is ${rate}; it is a fraction between 0 and 1`);
  if (seeds.length === 0 || new Set(seeds).size < seeds.length) {
    throw new RangeError(`seeds are ${seeds.join(", ") || "missing"}; give at least one, each once`);
  }
  if (arms.length === 0) throw new RangeError("there are no arms to run");
}
