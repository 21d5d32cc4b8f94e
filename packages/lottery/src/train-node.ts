import { checkOptions } from "@ltt/core/arguments";
import { decimal } from "./decimal.ts";
import { type CommonParams, TRAIN_OPTIONS, type TrainOptions } from "./graph-options.ts";
import type { Json } from "./json.ts";
import { CONSTANT } from "./learning-rates.ts";
import { type Hash, type Node, nodeOf } from "./node.ts";
import { TRAIN } from "./operations.ts";
import { optimiserParams } from "./optimisers.ts";
import { checkRewiring } from "./rewiring.ts";

/** The node of a training. @param instead - Options of the node in the place of those that follow from the settings. */
export function trainNode(
  common: CommonParams,
  start: Hash<"weights"> | Hash<"start">,
  options: TrainOptions,
  instead: { readonly [name: string]: Json } = {},
): Node<"trained"> {
  const {
    firstStep = 0,
    learningRateScale = 1,
    rewiring,
    gammaPenalty,
  } = checkOptions("ExperimentGraph.train", options, TRAIN_OPTIONS);
  if (rewiring !== undefined) checkRewiring("ExperimentGraph.train: rewiring", rewiring);
  const { data, backend, seed, training, learningRates = CONSTANT, trainingFaults } = common;
  const scaled = decimal(training.learningRate * learningRateScale);
  const learningRate = learningRateScale === 1 ? training.learningRate : scaled;
  const { epochs, steps, patience, evaluationsPerEpoch, evaluateEvery } = training;
  const { clipNorm = null, evaluateEnd, measureTraining } = training;
  const length = { epochs, steps, evaluationsPerEpoch, evaluateEvery };
  const schedule = { ...length, learningRate, patience, clipNorm, evaluateEnd };
  const params = {
    data,
    backend,
    seed,
    ...schedule,
    ...optimiserParams(training),
    ...learningRates,
    firstStep,
    faults: [...trainingFaults],
    measureTraining,
    rewiring: rewiring === undefined ? undefined : { ...rewiring },
    gammaPenalty,
    ...instead,
  };
  return nodeOf(TRAIN, params, { start });
}
