export { writeAtomic } from "./atomic-write.ts";
export { type AuditedNetwork, audit } from "./audit.ts";
export { auditRun } from "./audit-run.ts";
export { classification } from "./classification.ts";
export { type Criterion, type CutOptions, cut, magnitude } from "./cut.ts";
export { dunnettQuantile, fisherQuantile, normalQuantile, sidak, studentQuantile } from "./distributions.ts";
export { type EmptyParts, emptyParts, PARTS } from "./empty-parts.ts";
export { finishedResults, runExperiment } from "./experiment.ts";
export { type FolderContents, folderContents } from "./folder-contents.ts";
export { FolderStore, type FolderStoreOptions } from "./folder-store.ts";
export type { Job, JobListener, Network } from "./job.ts";
export { canonicalJson, type Json } from "./json.ts";
export { createJob, type JobOptions } from "./local-job.ts";
export type { Moment, State } from "./moment.ts";
export {
  type Evaluated,
  type LastGood,
  type Trained,
  TrainingFailure,
  type TrainingFaults,
  type TrainingSettings,
  type TrainNetworkOptions,
  trainNetwork,
  trainTo,
} from "./network.ts";
export { type Hash, hashOf, type Node, nodeOf, type Operation, type Params } from "./node.ts";
export { AT, CUT, INIT, START, TRAIN } from "./operations.ts";
export {
  type Pattern,
  patternOf,
  type Sparsity,
  sparseWeights,
  sparsityOf,
  type Values,
  valuesAt,
} from "./pattern.ts";
export { type PlannedNode, plannedNodes } from "./planned-nodes.ts";
export { type Replayed, type ReplayOptions, replay } from "./replay.ts";
export type { AuditCheck, Collapse, CurvePoint, LevelResult, TensorCount } from "./result.ts";
export { RunFolderError } from "./run-folder-error.ts";
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
} from "./settings.ts";
export { shuffled } from "./shuffled.ts";
export {
  type DifferencesFromControl,
  differenceOverExamples,
  differencesFromControl,
  type Family,
  type Interval,
  pairedDifferences,
} from "./simultaneous.ts";
export { type Estimate, estimate, halfWidth95, mean, sampleVariance } from "./statistics.ts";
export type { Receipt, Store, StoredCheckpoint, StoredFiles } from "./store.ts";
export { type ArmSummary, armLabel, type LevelSummary, type Summary, summarise } from "./summary.ts";
export type { Batches, Measure, Measures, Task } from "./task.ts";
export {
  CONTROLS,
  type Comparison,
  type JudgedResult,
  type JudgeOptions,
  judge,
  type LevelVerdict,
  type Speed,
  type Standing,
  type Verdict,
} from "./verdict.ts";
