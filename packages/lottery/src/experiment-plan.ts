import { backend } from "@ltt/core";
import { Graph } from "./graph.ts";
import { stepOf } from "./moment.ts";
import { type PlannedLevel, plan } from "./plan.ts";
import type { ExperimentSettings } from "./settings.ts";
import { checkBatches, type Task } from "./task.ts";

/** All of an experiment, before anything runs. */
export interface Plan {
  readonly graph: Graph;
  /** Seed by seed, each network after all that it rests on. */
  readonly levels: readonly PlannedLevel[];
  /** Of one training. */
  readonly stepsAtMost: number;
}

export function planOf<Input>(
  caller: string,
  { data, architecture, batches }: Task<Input>,
  settings: ExperimentSettings,
): Plan {
  const graph = new Graph();
  let stepsAtMost = 0;
  const levels = settings.seeds.flatMap((seed) => {
    const { stepsPerEpoch } = checkBatches(`${caller}: task.batches(${seed})`, batches(seed));
    const rewindStep = stepOf(caller, settings.rewindTo, stepsPerEpoch, settings.epochs);
    stepsAtMost = settings.epochs * stepsPerEpoch;
    return plan(graph, seed, { data, architecture, backend: backend().name, rewindStep, settings });
  });
  return { graph, levels, stepsAtMost };
}
