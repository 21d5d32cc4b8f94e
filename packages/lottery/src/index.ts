export type { Arm, ArmSettings, Level, NamedArm } from "./arm.ts";
export { ARMS, type ArmName, BUILT_IN_ARMS, type BuiltInArm, STANDARD_ARMS } from "./arms/arms.ts";
export { continued } from "./arms/continued.ts";
export { earlyMask } from "./arms/early-mask.ts";
export { fineTuning } from "./arms/fine-tuning.ts";
export { lateRewinding } from "./arms/late-rewinding.ts";
export { learningRateRewinding } from "./arms/learning-rate-rewinding.ts";
export { oneShot } from "./arms/one-shot.ts";
export { ownTrajectoryReinit } from "./arms/own-trajectory-reinit.ts";
export { prunedAtStart, prunedAtStartBy, randomMaskAtStartBy } from "./arms/pruned-at-start.ts";
export { randomMask } from "./arms/random-mask.ts";
export { randomReinit } from "./arms/random-reinit.ts";
export { rewoundReinit } from "./arms/rewound-reinit.ts";
export { shuffledInit } from "./arms/shuffled-init.ts";
export { shuffledMask } from "./arms/shuffled-mask.ts";
export { type Structured, structuredBy, structuredReinitBy } from "./arms/structured.ts";
export { supermask, supermaskConstant } from "./arms/supermask.ts";
export { type TicketFor, TRANSFER_ARMS, transferArms } from "./arms/transfer.ts";
export { winningTicket } from "./arms/winning-ticket.ts";
export { writeAtomic } from "./atomic-write.ts";
export { type AuditedLevel, auditRun } from "./audit/audit-run.ts";
export { type BootstrapInterval, type BootstrapOptions, bootstrap } from "./bootstrap.ts";
export { classification } from "./classification.ts";
export { type Agreement, compareWeights, type TensorAgreement, type WeightsAgreement } from "./compare-weights.ts";
export { CRITERIA, checkCriterion } from "./criteria/criteria.ts";
export { erdosRenyi } from "./criteria/erdos-renyi.ts";
export { grasp } from "./criteria/grasp.ts";
export { largeFinalDifferingSign } from "./criteria/large-final-differing-sign.ts";
export { largeFinalSameSign } from "./criteria/large-final-same-sign.ts";
export { largeInit } from "./criteria/large-init.ts";
export { largeInitLargeFinal } from "./criteria/large-init-large-final.ts";
export { layerImportanceCriterion } from "./criteria/layer-importance.ts";
export { magnitude } from "./criteria/magnitude.ts";
export { magnitudeIncrease } from "./criteria/magnitude-increase.ts";
export { movement } from "./criteria/movement.ts";
export { obd } from "./criteria/obd.ts";
export { random } from "./criteria/random.ts";
export { smallFinal } from "./criteria/small-final.ts";
export { smallInit } from "./criteria/small-init.ts";
export { smallInitSmallFinal } from "./criteria/small-init-small-final.ts";
export { smartRatios } from "./criteria/smart-ratios.ts";
export { snip } from "./criteria/snip.ts";
export { synflow } from "./criteria/synflow.ts";
export type { Criterion, Evidence, GradientOptions, Named } from "./criterion.ts";
export { type CutOptions, type CutPool, cut, POOLS, type Pool } from "./cut.ts";
export { dunnettQuantile, fisherQuantile, normalQuantile, sidak, studentQuantile } from "./distributions.ts";
export { elementwise } from "./elementwise.ts";
export { type EmptyParts, emptyParts, PARTS } from "./empty-parts.ts";
export {
  constantSizes,
  type Expectation,
  freshEverywhere,
  lowestBy,
  lowestUnitsBy,
  nestedIn,
  oneSize,
  removed,
  rewoundTo,
  sameMaskAs,
  shuffledFrom,
  shuffledMaskOf,
  signsOf,
  startsFrom,
  transferredFrom,
  unitsRemoved,
} from "./expectation.ts";
export { criteriaOf, finishedResults, planExperiment, runExperiment, stopsOf } from "./experiment.ts";
export type { ExperimentGraph } from "./experiment-graph.ts";
export { experimentOf } from "./experiment-of.ts";
export { type FolderContents, folderContents } from "./folder-contents.ts";
export { FolderStore, type FolderStoreOptions } from "./folder-store.ts";
export { type GivenTicket, givenFiles, givenNode } from "./given.ts";
export type { CutParams, UnitCutParams } from "./graph-options.ts";
export {
  type Connection,
  type ConnectionOptions,
  connection,
  errorBarrier,
} from "./inside/error-barrier.ts";
export { type Inspection, type InspectOptions, inspectNetwork } from "./inside/inspect-network.ts";
export { type LayerImportance, layerImportance } from "./inside/layer-importance.ts";
export { type MaskOverlap, maskOverlap } from "./inside/mask-overlap.ts";
export { type Movement, weightMovement } from "./inside/weight-movement.ts";
export type { Job, JobListener, Network } from "./job.ts";
export { canonicalJson, type Json, sha256 } from "./json.ts";
export type { LearningRateSchedule, LearningRates } from "./learning-rates.ts";
export { createGraphJob, createJob, type GraphJob, type GraphJobOptions, type JobOptions } from "./local-job.ts";
export { type McNemar, mcnemar } from "./mcnemar.ts";
export type { Moment, State } from "./moment.ts";
export { constantF1, multiLabelClassification } from "./multi-label-classification.ts";
export { type Hash, hashOf, type Node, nodeOf, type Operation, type Params } from "./node.ts";
export { AT, CUT, CUT_UNITS, GIVEN, INIT, OPERATIONS, SEARCH, SHUFFLE_MASK, START, TRAIN } from "./operations.ts";
export { OPTIMISERS, type OptimiserName } from "./optimisers.ts";
export { type PairedRow, type PairedStatistics, pairedStatistics } from "./paired-statistics.ts";
export {
  type Pattern,
  patternOf,
  type Sparsity,
  sparseWeights,
  sparsityOf,
  type Values,
  valuesAt,
} from "./pattern.ts";
export { networkCount, type PlannedLevel } from "./plan.ts";
export { experimentNodes, type PlannedNode, plannedNodes } from "./planned-nodes.ts";
export { FAULTS, type Fault } from "./published-2020/faults.ts";
export { winnerByTestAccuracy } from "./published-2020/winner-by-test-accuracy.ts";
export { type Replayed, type ReplayOptions, replay } from "./replay.ts";
export type { AuditCheck, Collapse, CurvePoint, LevelResult, PartMeasured, TensorCount } from "./result.ts";
export type { Rewiring } from "./rewiring.ts";
export { RunFolderError } from "./run-folder-error.ts";
export { earlyBirdStop, maskDistance, type Sighting, type StopSearch } from "./search.ts";
export { type PowerOptions, seedsNeeded } from "./seeds-needed.ts";
export {
  armsNeeded,
  type ExperimentOptions,
  type ExperimentSettings,
  type Progress,
  rewinds,
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
export { type StoredLevel, storedResults } from "./stored-results.ts";
export { type ArmSummary, armLabel, type LevelSummary, type Summary, summarise } from "./summary.ts";
export type { Batches, Measure, Measures, Task } from "./task.ts";
export { trainNetwork } from "./train-network.ts";
export { trainTo } from "./train-to.ts";
export type { Evaluated, Trained } from "./trained.ts";
export { type LastGood, TrainingFailure } from "./training-failure.ts";
export { lastStepOf, type TrainingLength } from "./training-length.ts";
export type { Accuracy, Stop, TrainNetworkOptions, Waiting } from "./training-options.ts";
export type { TrainingSettings } from "./training-settings.ts";
export { readTicket, type Ticket, type TransferOptions, type TransferredTicket, transferTicket } from "./transfer.ts";
export {
  CONTROLS,
  type Comparison,
  type JudgedResult,
  type JudgeOptions,
  judge,
  type LevelVerdict,
  type Select,
  type Speed,
  type Standing,
  type Verdict,
} from "./verdict.ts";
export { withDigest } from "./with-digest.ts";
