import { stream } from "@ltt/core";
import { Adam, parametersOf, train, trainable } from "@ltt/layers";
import { type ExperimentSettings, networkCount } from "@ltt/lottery";
import type { PreparedTask } from "./pairs.ts";

/** What a run would take at most: networks that stop early take less. */
export interface RunEstimate {
  readonly networks: number;
  readonly stepsAtMost: number;
  readonly secondsPerStep: number;
  readonly secondsAtMost: number;
  /** Peak of this process while it measured, in MB. */
  readonly memoryMb: number;
  readonly parameters: number;
  readonly folder: string;
}

/** Steps that are timed, after one that is not. */
const TIMED = 2;

/** Trains a few real steps of the dense network and multiplies. */
export async function estimateRun(
  { task, parameters, stepsPerEpoch }: PreparedTask,
  experiment: ExperimentSettings,
  folder: string,
): Promise<RunEstimate> {
  const model = task.createModel(stream(experiment.seeds[0]!, "init"));
  const optimiser = new Adam(trainable(parametersOf(model).values()), { learningRate: experiment.learningRate });
  const { train: batches } = task.batches(experiment.seeds[0]!);
  let began = performance.now();
  let measured = 0;
  const { clipNorm } = experiment;
  for await (const { step } of train(model, { batches, epochs: 1, optimiser, seed: 0, clipNorm })) {
    if (step === 1) began = performance.now();
    measured = step - 1;
    if (step > TIMED) break;
  }
  const secondsPerStep = (performance.now() - began) / 1000 / Math.max(1, measured);
  const networks = networkCount(experiment);
  const stepsAtMost = networks * experiment.epochs * stepsPerEpoch;
  return {
    networks,
    stepsAtMost,
    secondsPerStep,
    secondsAtMost: secondsPerStep * stepsAtMost,
    memoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    parameters,
    folder,
  };
}
