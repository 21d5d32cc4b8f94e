export { type AuditedNetwork, audit } from "./audit.ts";
export { auditRun } from "./audit-run.ts";
export { type Criterion, type CutOptions, cut, magnitude } from "./cut.ts";
export { type EmptyParts, emptyParts, PARTS } from "./empty-parts.ts";
export { finishedResults, runExperiment } from "./experiment.ts";
export {
  ARMS,
  type Arm,
  armsNeeded,
  type ExperimentOptions,
  type ExperimentSettings,
  FAULTS,
  type Fault,
  networkCount,
  type Progress,
  type Task,
} from "./experiment-settings.ts";
export {
  type Batches,
  type LastGood,
  type Model,
  type Moment,
  type Trained,
  TrainingFailure,
  type TrainingFaults,
  type TrainingSettings,
  type TrainNetworkOptions,
  trainNetwork,
} from "./network.ts";
export { hashOf, type Json, type Node, NodeStore, RunFolderError, writeAtomic } from "./node-store.ts";
export {
  isEmbedding,
  type Pattern,
  patternOf,
  type Sparsity,
  sparseWeights,
  sparsityOf,
  type Values,
  valuesAt,
} from "./pattern.ts";
export type { AuditCheck, CurvePoint, LevelResult, TensorCount } from "./result.ts";
export {
  type Estimate,
  estimate,
  halfWidth95,
  mean,
  pairedDifference,
  sampleStandardDeviation,
  studentT95,
} from "./statistics.ts";
