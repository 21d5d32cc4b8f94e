import { above0, callable, check, checkOptions, type Kinds, list } from "@ltt/core/arguments";
import type { Criterion } from "./criterion.ts";
import { Executor } from "./executor.ts";
import { planOf } from "./experiment-plan.ts";
import { Graph } from "./graph.ts";
import type { Job, JobListener } from "./job.ts";
import type { StoredNetwork } from "./network-files.ts";
import type { Node } from "./node.ts";
import { CUT, SEARCH } from "./operations.ts";
import { checkSettings, type ExperimentSettings } from "./settings.ts";
import { type Store, storeKind } from "./store.ts";
import { checkTask, type Task } from "./task.ts";

export interface JobOptions {
  readonly store: Store;
  /** In seconds, for receipts; never for results. */
  readonly clock: () => number;
  /** Seconds after which a network in the making is kept again. Default 120. */
  readonly keepEvery?: number | undefined;
}

const OPTIONS: Kinds<JobOptions> = { store: storeKind, clock: callable, keepEvery: above0 };

/**
 * A job that trains networks of an experiment in this process: for a process that works for another, whose `runExperiment` hands them out.
 *
 * @throws {TypeError | RangeError} if a setting, an option or a part of the task is missing, unknown, of the wrong kind
 *   or outside its range.
 */
export function createJob<Input>(task: Task<Input>, settings: ExperimentSettings, options: JobOptions): Job {
  checkTask("createJob", task);
  checkSettings("createJob", settings);
  checkOptions("createJob", options, OPTIONS, ["store", "clock"]);
  return localJob("createJob", task, planOf("createJob", task, settings).graph, options);
}

export interface GraphJobOptions extends JobOptions {
  /** Criteria that cuts and searches may name besides the built-in ones. Default: none. */
  readonly criteria?: readonly Criterion[] | undefined;
}

const GRAPH_OPTIONS: Kinds<GraphJobOptions> = { ...OPTIONS, criteria: list };

/** A job of a graph that is given as data. */
export interface GraphJob extends Job {
  /**
   * Why this process cannot make a network of the graph, if so: a cut or a search names a criterion that was not given, or a search a
   * stop that is none of ours.
   */
  lacks(hash: string): string | undefined;
}

/**
 * A job that trains networks of a graph that is given as data, as `experimentNodes` lists it: for a process that was
 * sent the nodes and knows neither arms nor settings.
 *
 * @throws {TypeError | RangeError} if an option or a part of the task is missing, unknown, of the wrong kind or outside its range.
 */
export function createGraphJob<Input>(task: Task<Input>, nodes: readonly Node[], options: GraphJobOptions): GraphJob {
  checkTask("createGraphJob", task);
  check("createGraphJob", "nodes", nodes, list);
  const { criteria = [], ...rest } = checkOptions("createGraphJob", options, GRAPH_OPTIONS, ["store", "clock"]);
  const graph = new Graph(nodes);
  for (const criterion of criteria) graph.know("createGraphJob", criterion);
  const lacks = (hash: string) => {
    for (const [name, { op, params }] of graph.lineage(hash)) {
      if (op !== CUT.name && op !== SEARCH.name) continue;
      const { criterion, stop } = params;
      try {
        if (criterion !== undefined) graph.criterion(`node ${name}`, criterion);
        if (stop !== undefined) graph.stop(`node ${name}`, stop);
      } catch (error) {
        return (error as Error).message;
      }
    }
    return undefined;
  };
  return { ...localJob("createGraphJob", task, graph, rest as JobOptions), lacks };
}

/** The same, and it reads results too: of a network that it holds, without the disk. */
export interface LocalJob extends Job {
  result(hash: string): Promise<StoredNetwork["result"] | undefined>;
}

export function localJob<Input>(
  caller: string,
  task: Task<Input>,
  graph: Graph,
  { store, clock, keepEvery }: JobOptions,
): LocalJob {
  let listener: JobListener | undefined;
  const executor = new Executor(task, graph, {
    store,
    clock,
    keepEvery,
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
