import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ones, Sparse, stream, type TokenMatrix, tensor, tokens, type Weight } from "@ltt/core";
import { type Call, callOf as call } from "@ltt/core/testing";
import { type Batch, encodeCheckpoint, parametersOf, TextCnn } from "@ltt/layers";
import { ExperimentGraph } from "../src/experiment-graph.ts";
import { Graph } from "../src/graph.ts";
import * as lottery from "../src/index.ts";

/** Where the calls write, and an open store in it. */
export const folder: string = mkdtempSync(join(tmpdir(), "ltt-calls-"));
const store = await lottery.FolderStore.open(join(folder, "run"));

const rng = () => stream(1, "test");
const pattern = () => new Map([["w", Int32Array.of(0, 2)]]);
const values = (...numbers: number[]) => new Map([["w", Float32Array.from(numbers)]]);
const weights = (): Map<string, Weight> =>
  new Map<string, Weight>([
    ["w", tensor([1, 2, 3], undefined, { requiresGrad: true })],
    ["linear.weight", new Sparse([2, 2], Int32Array.of(1), ones([1]))],
  ]);
const family = { confidence: 0.95, comparisons: 2 };
const result = (arm: string, round: number, seed: number) => ({
  arm,
  round,
  seed,
  sparsity: 0.2 * round,
  validationAccuracy: 0.8,
  testAccuracy: 0.8 + 0.01 * seed,
  testScores: Float32Array.of(0, 1),
  earlyStopStep: 10,
  censored: false,
  collapsed: null,
});
const results = () => [1, 2].flatMap((seed) => [result("dense", 0, seed), result("winning-ticket", 1, seed)]);

/** The graph that arms add to, and a call of an arm, all of whose levels are planned. */
const graph = () =>
  new ExperimentGraph(new Graph(), {
    seed: 1,
    data: null,
    architecture: null,
    backend: "wasm",
    training: training(),
    trainingFaults: [],
    rate: 0.5,
    cutAt: "best",
  });
const planned = (arm: lottery.Arm) => () =>
  call(async (...args: Parameters<lottery.Arm>) => Array.from(arm(...args)), graph(), 1, {
    rounds: 1,
    rate: 0.5,
    rewindStep: 1,
    lastStep: 2,
  });

const sighting = (): lottery.Sighting => ({ step: 1, mask: pattern(), size: 3, validations: [] });
const init = () => lottery.nodeOf(lottery.INIT, { architecture: null, seed: 1 });

/** A store that has one pruned network, whatever it is asked for. */
const sparse = new Map([["w", new Sparse([2, 2], Int32Array.of(1), ones([1]))]]);
const ticketFile = await encodeCheckpoint({ weights: sparse, buffers: new Map() });
const ticketed: lottery.Store = Object.assign(Object.create(store), {
  read: async () => ({ place: "ab", files: new Map([["ticket.safetensors", ticketFile]]), receipt: { seconds: 0 } }),
});

/** Two texts, once. */
const batch = (): Batch<TokenMatrix> => ({ input: tokens([2, 3, 4, 5], [2, 2]), targets: tokens([0, 1], [2]) });
const model = () => new TextCnn({ rows: 6, outputs: 1, dim: 2, filters: 1, widths: [1] }, rng());
const batches = () => ({
  train: () => [batch()],
  stepsPerEpoch: 1,
  validation: () => [batch()],
  monitor: () => [batch()],
  trainMonitor: () => [batch()],
  test: () => [batch()],
});
/** All weights of the model. */
const tensors = () => new Map(Array.from(parametersOf(model()), ([name, { size }]) => [name, new Float32Array(size)]));
const task = () => ({
  data: { name: "two texts", sizes: [1] },
  architecture: "cnn",
  model,
  randomModel: model,
  batches,
  measure: lottery.classification,
  measureName: "accuracy",
  chance: 0.5,
  group: () => "other",
});
const training = () => ({
  optimiser: "sgd" as const,
  momentum: 0.9,
  weightDecay: 0.01,
  schedule: { milestones: [{ step: 1 }], factor: 0.5 },
  warmUp: { step: 1 },
  epochs: 1,
  learningRate: 0.1,
  patience: 1,
  evaluationsPerEpoch: 1,
  clipNorm: 1,
  measureTraining: true,
  evaluateEnd: true,
});
const settings = (): lottery.ExperimentSettings => ({
  ...training(),
  arms: ["winning-ticket"],
  seeds: [1],
  rounds: 1,
  rate: 0.5,
  rates: { other: 0.2 },
  exclude: ["other"],
  cutAt: "best",
  criterion: lottery.movement,
  pool: "group",
  rewindTo: { epoch: 1 },
  faults: ["patience-never-resets"],
});
const trainOptions = () => ({
  batches: batches(),
  settings: training(),
  seed: 1,
  firstStep: 0,
  measure: lottery.classification,
  chance: 0.5,
  stop: () => false,
  accuracy: () => 0.5,
  onStep: () => {},
  signal: new AbortController().signal,
  keep: { isDue: () => false, save: async () => {} },
});

/** A training that was kept after its only step. */
let kept: NonNullable<lottery.TrainNetworkOptions<unknown>["from"]> | undefined;
await lottery.trainNetwork(model(), {
  ...trainOptions(),
  keep: {
    isDue: () => true,
    save: async (now) => {
      kept ??= now;
    },
  },
});

/** The bytes of a node whose name is hash. */
const node = { op: "test", version: 1, params: { rate: 0.5 }, inputs: { start: "ab" } };
const files = () => new Map([["config.json", new TextEncoder().encode(JSON.stringify(node))]]);
const nodeOfFiles = () => new Map([...files(), ["lineage.json", new TextEncoder().encode("{}")] as const]);
const receipt = { seconds: 1 };

/** A network of the store, and another store to train it again in. */
let trained = "";
for await (const { node } of lottery.runExperiment(task(), settings(), { store, clock: () => 0 })) trained = node!;
const elsewhere = await lottery.FolderStore.open(join(folder, "elsewhere"));

/** Of every public function, by the name that its messages begin with. */
export const calls: Readonly<Record<string, readonly (() => Call)[]>> = {
  FolderStore: [
    () => call(lottery.FolderStore.open, join(folder, "other"), { onDamage: () => {} }),
    () => call(lottery.FolderStore.check, join(folder, "other")),
    () => call(store.has.bind(store), "ab"),
    () => call(store.node.bind(store), "ab"),
    () => call(store.read.bind(store), "ab"),
    () => call(store.putIfAbsent.bind(store), lottery.hashOf(node), files(), receipt),
    () => call(store.quarantine.bind(store), "ab", "a reason"),
    () => call(store.putFailed.bind(store), "ab", files()),
    () => call(store.checkpoints.put, "ab", 1, files(), receipt),
    () => call(store.checkpoints.latest, "ab"),
    () => call(store.checkpoints.drop, "ab"),
  ],
  armLabel: [() => call(lottery.armLabel, "dense")],
  armsNeeded: [() => call(lottery.armsNeeded, { arms: ["random-reinit"], faults: ["reinit-own-patterns"] })],
  auditRun: [
    () => {
      const level = { arm: "dense", seed: 1, round: 0, network: trained, expect: [lottery.nestedIn(trained)] };
      return call(lottery.auditRun, store, [level], { criteria: [{ ...lottery.random, name: "other" }], task: task() });
    },
  ],
  canonicalJson: [() => call(lottery.canonicalJson, { a: [1, "2", null], b: { c: true } })],
  checkCriterion: [
    () => call(lottery.checkCriterion, "checkCriterion", { ...lottery.random, name: "mine", params: 1, plugin: "ab" }),
  ],
  classification: [
    () =>
      call(lottery.classification, {
        logits: Float32Array.of(1, 2, 3, 4),
        outputs: 2,
        targets: Int32Array.of(0, 1),
        loss: 0.5,
      }),
    () =>
      call(
        lottery.classification,
        { logits: Float32Array.of(1, 2, 3, 4), outputs: 2, targets: Int32Array.of(0, 1), loss: 0.5 },
        { f1: true },
      ),
  ],
  constantF1: [() => call(lottery.constantF1, [1, 2], 2)],
  multiLabelClassification: [
    () =>
      call(lottery.multiLabelClassification, {
        logits: Float32Array.of(1, 2, 3, 4),
        outputs: 2,
        targets: Int32Array.of(0, 1, 1, 1),
        loss: 0.5,
      }),
  ],
  createJob: [() => call(lottery.createJob, task(), settings(), { store, clock: () => 0 })],
  compareWeights: [() => call(lottery.compareWeights, weights(), weights())],
  criteriaOf: [() => call(lottery.criteriaOf, task(), settings())],
  stopsOf: [() => call(lottery.stopsOf, task(), settings())],
  cut: [
    () => call(lottery.cut, pattern(), values(1, 2), { rate: 0.5, pool: "group", group: () => "g", rng: rng() }),
    () => call(lottery.cut, pattern(), values(1, 2), { rate: () => 0.5, rng: rng() }),
    () => call(lottery.cut, pattern(), values(1, 2), { rate: 0.5, pool: "all", rng: rng() }),
  ],
  differenceOverExamples: [
    () => call(lottery.differenceOverExamples, Float32Array.of(0, 1, 1), Float32Array.of(0, 0, 1), family),
  ],
  differencesFromControl: [
    () =>
      call(
        lottery.differencesFromControl,
        [
          [1, 2],
          [2, 3],
        ],
        [1, 3],
        family,
      ),
  ],
  dunnettQuantile: [() => call(lottery.dunnettQuantile, 0.95, 2, 3)],
  elementwise: [() => call(lottery.elementwise, (a: number, b: number) => a - b, values(1, 2), values(3, 4))],
  emptyParts: [() => call(lottery.emptyParts, weights())],
  estimate: [() => call(lottery.estimate, [1, 2, 4])],
  pairedStatistics: [() => call(lottery.pairedStatistics, results(), rng())],
  experimentOf: [() => call(lottery.experimentOf, { place: "run", files: nodeOfFiles(), receipt })],
  folderContents: [() => call(lottery.folderContents, join(folder, "run"))],
  finishedResults: [() => call(lottery.finishedResults, task(), settings(), store)],
  fisherQuantile: [() => call(lottery.fisherQuantile, 0.95, 2, 3)],
  freshEverywhere: [() => call(lottery.freshEverywhere, ["ab"])],
  halfWidth95: [() => call(lottery.halfWidth95, [1, 2, 4])],
  hashOf: [() => call(lottery.hashOf, node)],
  judge: [
    () =>
      call(lottery.judge, results(), {
        margin: 0.01,
        measure: "micro-F1",
        audit: [{ check: "A check", passed: true, detail: "" }],
      }),
  ],
  lastStepOf: [() => call(lottery.lastStepOf, { epochs: 2, evaluationsPerEpoch: 1 }, 3)],
  lateRewinding: [planned(lottery.lateRewinding)],
  rewoundReinit: [planned(lottery.rewoundReinit)],
  maskDistance: [() => call(lottery.maskDistance, sighting(), sighting())],
  lowestUnitsBy: [() => call(lottery.lowestUnitsBy, "l1-norm", "ab", "all")],
  unitsRemoved: [() => call(lottery.unitsRemoved, 0.5, "ab", "all")],
  structuredBy: [() => call(lottery.structuredBy, { criterion: "thinet", pool: "all", fineTuned: true })],
  structuredReinitBy: [() => call(lottery.structuredReinitBy, { criterion: "thinet", pool: "all", fineTuned: true })],
  errorBarrier: [() => call(lottery.errorBarrier, [0.5, 0.25])],
  connection: [
    () =>
      call(lottery.connection, model(), tensors(), tensors(), {
        batches: () => [batch()],
        measure: lottery.classification,
        between: 1,
        statistics: () => [batch()],
        rng: rng(),
      }),
  ],
  layerImportance: [
    () => call(lottery.layerImportance, model(), { initial: tensors() }, () => [batch()], lottery.classification),
  ],
  weightMovement: [() => call(lottery.weightMovement, values(1), values(2))],
  maskOverlap: [() => call(lottery.maskOverlap, pattern(), pattern(), new Map([["w", 3]]))],
  inspectNetwork: [
    () =>
      call(lottery.inspectNetwork, task(), trained, store, {
        ...{ clock: () => 0, siblingsFrom: 0, between: 1 },
        criteria: [{ ...lottery.random, name: "mine" }],
        stops: [{ ...lottery.earlyBirdStop, name: "mine" }],
      }),
  ],
  lowestBy: [() => call(lottery.lowestBy, "magnitude", "ab", { pool: "all" })],
  bootstrap: [() => call(lottery.bootstrap, Float32Array.of(0, 1, 1), { rng: rng(), resamples: 10, confidence: 0.9 })],
  mcnemar: [() => call(lottery.mcnemar, Float32Array.of(0, 1, 1), Float32Array.of(1, 0, 1))],
  seedsNeeded: [() => call(lottery.seedsNeeded, 0.01, 0.02, { confidence: 0.9, power: 0.7 })],
  mean: [() => call(lottery.mean, [1, 2, 4])],
  nestedIn: [() => call(lottery.nestedIn, "ab")],
  networkCount: [
    () =>
      call(lottery.networkCount, { arms: ["random-reinit"], faults: ["reinit-own-patterns"], seeds: [1], rounds: 2 }),
  ],
  experimentNodes: [() => call(lottery.experimentNodes, task(), settings())],
  createGraphJob: [
    () => call(lottery.createGraphJob, task(), lottery.experimentNodes(task(), settings()), { store, clock: () => 0 }),
  ],
  plannedNodes: [() => call(lottery.plannedNodes, task(), settings(), new Set([trained]))],
  nodeOf: [
    () =>
      call(
        lottery.nodeOf,
        { name: "test", version: 1, defaults: { rate: 1 }, makes: "test" },
        { rate: 0.5 },
        { start: "ab" },
      ),
  ],
  normalQuantile: [() => call(lottery.normalQuantile, 0.95)],
  pairedDifferences: [() => call(lottery.pairedDifferences, [[1, 2]], [[2, 4]], family)],
  patternOf: [() => call(lottery.patternOf, weights())],
  planExperiment: [() => call(lottery.planExperiment, task(), settings())],
  continued: [planned(lottery.continued)],
  earlyMask: [planned(lottery.earlyMask)],
  supermask: [planned(lottery.supermask)],
  supermaskConstant: [planned(lottery.supermaskConstant)],
  fineTuning: [planned(lottery.fineTuning)],
  learningRateRewinding: [planned(lottery.learningRateRewinding)],
  oneShot: [planned(lottery.oneShot)],
  ownTrajectoryReinit: [planned(lottery.ownTrajectoryReinit)],
  prunedAtStart: [planned(lottery.prunedAtStart)],
  prunedAtStartBy: [
    () => call(lottery.prunedAtStartBy, { criterion: lottery.movement, pool: "all" as const, exclude: ["w"] }),
  ],
  randomMask: [planned(lottery.randomMask)],
  randomMaskAtStartBy: [() => call(lottery.randomMaskAtStartBy, { criterion: lottery.snip, exclude: ["embedding"] })],
  randomReinit: [planned(lottery.randomReinit)],
  constantSizes: [() => call(lottery.constantSizes, "ab")],
  oneSize: [() => call(lottery.oneSize, "ab")],
  signsOf: [() => call(lottery.signsOf, "ab")],
  removed: [() => call(lottery.removed, 0.5, "ab", { pool: "group" })],
  replay: [
    () =>
      call(lottery.replay, task(), trained, store, elsewhere, {
        clock: () => 0,
        signal: new AbortController().signal,
        criteria: [{ ...lottery.random, name: "mine" }],
        stops: [{ ...lottery.earlyBirdStop, name: "mine" }],
      }),
  ],
  rewinds: [() => call(lottery.rewinds, { arms: ["early-mask"], faults: [] })],
  rewoundTo: [() => call(lottery.rewoundTo, 1, "ab")],
  runExperiment: [
    () =>
      call(
        async (...args: Parameters<typeof lottery.runExperiment>) => {
          for await (const _ of lottery.runExperiment(...args));
        },
        task(),
        settings(),
        {
          store,
          clock: () => 0,
          onProgress: () => {},
          signal: new AbortController().signal,
        },
      ),
  ],
  sameMaskAs: [() => call(lottery.sameMaskAs, "ab")],
  sampleVariance: [() => call(lottery.sampleVariance, [1, 2, 4])],
  shuffled: [() => call(lottery.shuffled, values(1, 2, 3), rng())],
  shuffledFrom: [() => call(lottery.shuffledFrom, "ab", { signs: true })],
  shuffledInit: [planned(lottery.shuffledInit)],
  shuffledMask: [planned(lottery.shuffledMask)],
  givenFiles: [
    () => call(lottery.givenFiles, { mask: pattern(), positions: pattern(), values: values(1, 2) }, "ab", init()),
  ],
  givenNode: [() => call(lottery.givenNode, { digest: "ab", source: "cd" }, "ef")],
  readTicket: [() => call((hash: string) => lottery.readTicket(ticketed, hash), "ab")],
  transferArms: [() => call(lottery.transferArms, [{ digest: "ab", source: "cd", seed: 1, round: 1 }])],
  transferredFrom: [() => call(lottery.transferredFrom, "ab", "cd")],
  transferTicket: [
    () =>
      call(
        lottery.transferTicket,
        { mask: pattern(), values: values(1, 2), shapes: new Map([["w", [3]]]) },
        new Map([["w", [3]]]),
        { rows: new Map([["w", Int32Array.of(2, -1, 0)]]), rng: rng() },
      ),
  ],
  sha256: [() => call(lottery.sha256, "abc")],
  shuffledMaskOf: [() => call(lottery.shuffledMaskOf, "ab")],
  sidak: [() => call(lottery.sidak, 0.95, 3)],
  sparseWeights: [() => call(lottery.sparseWeights, weights(), pattern(), values(1, 3))],
  sparsityOf: [() => call(lottery.sparsityOf, weights(), () => "other")],
  startsFrom: [() => call(lottery.startsFrom, "ab")],
  storedResults: [() => call(lottery.storedResults, store, [{ arm: "dense", seed: 1, round: 0, node: trained }])],
  studentQuantile: [() => call(lottery.studentQuantile, 0.95, 3)],
  summarise: [() => call(lottery.summarise, results())],
  trainNetwork: [
    () => call(lottery.trainNetwork, model(), trainOptions()),
    () => call((from: typeof kept) => lottery.trainNetwork(model(), { ...trainOptions(), from }), kept),
  ],
  trainTo: [() => call(lottery.trainTo, model(), 1, trainOptions())],
  valuesAt: [() => call(lottery.valuesAt, values(1, 2, 3), pattern())],
  winnerByTestAccuracy: [() => call(lottery.winnerByTestAccuracy, lottery.judge(results()).levels)],
  winningTicket: [planned(lottery.winningTicket)],
  withDigest: [() => call(lottery.withDigest, { ...lottery.random, name: "mine" }, "ab")],
  writeAtomic: [() => call(lottery.writeAtomic, join(folder, "file"), "content")],
};
