import { callable, checkOptions, type Kinds } from "@ltt/core/arguments";
import { Executor } from "./executor.ts";
import { planOf } from "./experiment-plan.ts";
import type { Graph } from "./graph.ts";
import type { Job, JobListener } from "./job.ts";
import type { StoredNetwork } from "./network-files.ts";
import { checkSettings, type ExperimentSettings } from "./settings.ts";
import { type Store, storeKind } from "./store.ts";
import { checkTask, type Task } from "./task.ts";

export interface JobOptions {
  readonly store: Store;
  /** In seconds, for receipts; never for results. */
  readonly clock: () => number;
}

const OPTIONS: Kinds<JobOptions> = { store: storeKind, clock: callable };

/**
 * A job that trains networks of an experiment in this process: for a process that works for another, whose `runExperiment` hands them out.
 *
 * @throws {TypeError | RangeError} if a setting, an option or a part of the task is missing, unknown, of the wrong kind or outside its range.
 */
export function createJob<Input>(task: Task<Input>, settings: ExperimentSettings, options: JobOptions): Job {
  checkTask("createJob", task);
  checkSettings("createJob", settings);
  checkOptions("createJob", options, OPTIONS, ["store", "clock"]);
  return localJob("createJob", task, planOf("createJob", task, settings).graph, options);
}

/** The same, and it reads results too: of a network that it holds, without the disk. */
export interface LocalJob extends Job {
  result(hash: string): Promise<StoredNetwork["result"] | undefined>;
}

export function localJob<Input>(
  caller: string,
  task: Task<Input>,
  graph: Graph,
  { store, clock }: JobOptions,
): LocalJob {
  let listener: JobListener | undefined;
  const executor = new Executor(task, graph, {
    store,
    clock,
    caller,
    onStep: (hash, step, loss) => listener?.onStep(hash, step, loss),
    get signal() {
      return listener?.signal;
    },
  });
  return {
    make: async ({ hash, label }, own) => {
      listener = own;
      await executor.train(hash, label);
    },
    result: (hash) => executor.result(hash),
  };
}
