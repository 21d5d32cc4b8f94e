export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export type { Batch } from "./batch.ts";
export { type AfterNorm, BatchNorm1d, BatchNorm2d, type BatchNormOptions } from "./batch-norm.ts";
export { updateStatistics } from "./batch-norm-statistics.ts";
export { buffer } from "./buffer.ts";
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
export { clipByNorm, clipByValue } from "./clip.ts";
export { type Compacted, type CompactedGroup, compact } from "./compact.ts";
export type { Context } from "./context.ts";
export { ConvNet, type ConvNetOptions } from "./conv-net.ts";
export { Conv1d, type Conv1dOptions } from "./conv1d.ts";
export { Conv2d, type Conv2dOptions } from "./conv2d.ts";
export { DivergenceError } from "./divergence.ts";
export { Dropout } from "./dropout.ts";
export { EarlyStopping, type EarlyStoppingOptions, type EarlyStoppingState } from "./early-stopping.ts";
export { Embedding, type EmbeddingOptions } from "./embedding.ts";
export { type ClassScore, type Evaluation, evaluate, scores } from "./evaluation.ts";
export { type Initialiser, parameter } from "./initialiser.ts";
export type { KaimingOptions, NormalOptions } from "./initialisers.ts";
export * as initialisers from "./initialisers.ts";
export { LeNet300, type LeNet300Options } from "./lenet-300.ts";
export { LeNet5, type LeNet5Options } from "./lenet5.ts";
export { Linear, type LinearOptions } from "./linear.ts";
export { classificationLoss, type Loss, meanSquaredError } from "./losses.ts";
export { Lstm, type LstmOptions } from "./lstm.ts";
export type { Model } from "./model.ts";
export { Module } from "./module.ts";
export { multiplications } from "./multiplications.ts";
export { observed } from "./observed.ts";
export { type Optimiser, type OptimiserState, type ParameterGroup, TensorwiseOptimiser } from "./optimiser.ts";
export {
  buffersOf,
  copyWeights,
  countParameters,
  isFrozen,
  parametersOf,
  resized,
  restore,
  snapshot,
  stateOf,
  trainable,
  withParameters,
} from "./parameters.ts";
export { classes, type Predictions, predict } from "./predictions.ts";
export { ResNet, type ResNetOptions } from "./resnet.ts";
export { Rmsprop, type RmspropOptions } from "./rmsprop.ts";
export {
  constantRate,
  cosineDecay,
  exponentialDecay,
  multiStepDecay,
  type Schedule,
  stepDecay,
  warmUp,
} from "./schedules.ts";
export { Sequential, type SequentialStep } from "./sequential.ts";
export { Sgd, type SgdOptions } from "./sgd.ts";
export { loadStateDict, stateDict } from "./state-dict.ts";
export { TextCnn, type TextCnnOptions } from "./text-cnn.ts";
export { PADDING_ID, UNKNOWN_ID } from "./text-ids.ts";
export { TextLstm, type TextLstmOptions } from "./text-lstm.ts";
export { BEGINNING, type Position, type Step, type TrainOptions, train } from "./training.ts";
export type { UnitGroup, UnitModel, UnitNorm, UnitPart, UnitReader } from "./units.ts";
export { unitsOf } from "./units-of.ts";
export { Vgg, type VggOptions } from "./vgg.ts";
