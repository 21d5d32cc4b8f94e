import { backend, scope, stream } from "@ltt/core";
import { parametersOf } from "@ltt/layers";
import { cutShares } from "./cut-shares.ts";
import { Graph } from "./graph.ts";
import { stepRates } from "./learning-rates.ts";
import { stepOf } from "./moment.ts";
import { patternOf } from "./pattern.ts";
import { type PlannedLevel, plan } from "./plan.ts";
import { type ExperimentSettings, rewinds } from "./settings.ts";
import { checkBatches, checkModel, type Task } from "./task.ts";
import { lastStepOf } from "./training-length.ts";

/** All of an experiment, before anything runs. */
export interface Plan {
  readonly graph: Graph;
  /** Seed by seed, each network after all that it rests on. */
  readonly levels: readonly PlannedLevel[];
  /** Of one training. */
  readonly stepsAtMost: number;
}

/** @throws {RangeError} if a key of `rates` or a name in `exclude` matches no tensor and no group, or a moment lies outside training. */
export function planOf<Input>(caller: string, task: Task<Input>, settings: ExperimentSettings): Plan {
  const { data, architecture, embeddings, batches, group = () => "other" } = task;
  if (hasOwnShares(settings)) cutShares(`${caller}: settings`, settings, tensorsOf(caller, task), group);
  const graph = new Graph();
  let stepsAtMost = 0;
  const levels = settings.seeds.flatMap((seed) => {
    const { stepsPerEpoch } = checkBatches(`${caller}: task.batches(${seed})`, batches(seed));
    const rewindStep = rewinds(settings) ? stepOf(caller, settings.rewindTo, stepsPerEpoch, settings) : 0;
    const learningRates = stepRates(caller, settings, stepsPerEpoch, settings);
    stepsAtMost = lastStepOf(settings, stepsPerEpoch);
    const steps = { rewindStep, lastStep: stepsAtMost, stepsPerEpoch };
    const planned = { settings, learningRates, embeddings };
    return plan(graph, seed, { data, architecture, backend: backend().name, ...steps, ...planned });
  });
  return { graph, levels, stepsAtMost };
}

function hasOwnShares({ rates = {}, exclude = [] }: ExperimentSettings): boolean {
  return Object.keys(rates).length + exclude.length > 0;
}

/** The names of what is trained. */
function tensorsOf<Input>(caller: string, { model }: Task<Input>): string[] {
  const first = () => checkModel(caller, "what task.model gave", model(stream(0)));
  return scope(() => [...patternOf(parametersOf(first())).keys()]);
}
