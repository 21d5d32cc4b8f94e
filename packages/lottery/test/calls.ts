import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ones, Sparse, stream, type TokenMatrix, tensor, tokens, type Weight } from "@ltt/core";
import { type Call, callOf as call } from "@ltt/core/testing";
import { type Batch, TextCnn } from "@ltt/layers";
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
const part = (...numbers: number[]) => ({ pattern: pattern(), values: values(...numbers) });
const whole = (...numbers: number[]) => ({
  pattern: new Map([["w", Int32Array.of(0, 1, 2)]]),
  values: values(...numbers),
});

/** Two texts, once. */
const batch = (): Batch<TokenMatrix> => ({ input: tokens([2, 3, 4, 5], [2, 2]), targets: tokens([0, 1], [2]) });
const model = () => new TextCnn({ rows: 6, outputs: 1, dim: 2, filters: 1, widths: [1] }, rng());
const batches = () => ({
  train: () => [batch()],
  stepsPerEpoch: 1,
  validation: () => [batch()],
  monitor: () => [batch()],
  test: () => [batch()],
});
const task = () => ({
  data: { name: "two texts", sizes: [1] },
  architecture: "cnn",
  model,
  randomModel: model,
  batches,
  measure: lottery.classification,
  chance: 0.5,
  group: () => "other",
});
const training = () => ({ epochs: 1, learningRate: 0.1, patience: 1, evaluationsPerEpoch: 1, clipNorm: 1 });
const settings = (): lottery.ExperimentSettings => ({
  ...training(),
  arms: ["winning-ticket"],
  seeds: [1],
  rounds: 1,
  rate: 0.5,
  cutAt: "best",
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
  faults: { patienceNeverResets: false, accuracyOfBatchMeans: false },
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
  audit: [
    () =>
      call(
        lottery.audit,
        [
          { arm: "dense", seed: 1, round: 0, start: whole(1, 2, 3), trained: whole(3, 2, 4), bestStep: 4 },
          {
            arm: "late-rewinding",
            seed: 1,
            round: 1,
            start: part(1, 3),
            trained: part(2, 4),
            rewoundTo: { step: 1, values: values(1, 2, 3) },
            frozen: new Set(["v"]),
          },
          { arm: "shuffled-init", seed: 1, round: 1, start: part(3, 1), trained: part(2, 4) },
          { arm: "random-reinit", seed: 1, round: 1, start: part(3, 1), trained: part(2, 4) },
        ],
        0.33,
      ),
  ],
  auditRun: [
    () => {
      const level = { arm: "dense", seed: 1, round: 0, earlyStopStep: 1, firstStep: 0 };
      const tensors = [{ name: "w", group: "other", shape: [3], size: 3, kept: 3, parts: [] }];
      return call(lottery.auditRun, store, [{ ...level, tensors }], 0.5);
    },
  ],
  canonicalJson: [() => call(lottery.canonicalJson, { a: [1, "2", null], b: { c: true } })],
  classification: [
    () =>
      call(lottery.classification, {
        logits: Float32Array.of(1, 2, 3, 4),
        outputs: 2,
        targets: Int32Array.of(0, 1),
        loss: 0.5,
      }),
  ],
  createJob: [() => call(lottery.createJob, task(), settings(), { store, clock: () => 0 })],
  cut: [
    () => call(lottery.cut, pattern(), values(1, 2), { rate: 0.5, scope: "local", rng: rng() }),
    () => call(lottery.cut, pattern(), values(1, 2), { rate: () => 0.5, rng: rng() }),
    () => call(lottery.cut, pattern(), values(1, 2), { rate: 0.5, scope: "global", rng: rng() }),
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
  emptyParts: [() => call(lottery.emptyParts, weights())],
  estimate: [() => call(lottery.estimate, [1, 2, 4])],
  folderContents: [() => call(lottery.folderContents, join(folder, "run"))],
  finishedResults: [() => call(lottery.finishedResults, task(), settings(), store)],
  fisherQuantile: [() => call(lottery.fisherQuantile, 0.95, 2, 3)],
  halfWidth95: [() => call(lottery.halfWidth95, [1, 2, 4])],
  hashOf: [() => call(lottery.hashOf, node)],
  judge: [() => call(lottery.judge, results(), { margin: 0.01 })],
  magnitude: [() => call(lottery.magnitude, values(1, -2))],
  mean: [() => call(lottery.mean, [1, 2, 4])],
  networkCount: [
    () =>
      call(lottery.networkCount, { arms: ["random-reinit"], faults: ["reinit-own-patterns"], seeds: [1], rounds: 2 }),
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
  replay: [
    () =>
      call(lottery.replay, task(), trained, store, elsewhere, { clock: () => 0, signal: new AbortController().signal }),
  ],
  runExperiment: [
    () =>
      call(
        async (...args: Parameters<typeof lottery.runExperiment>) => {
          for await (const _ of lottery.runExperiment(...args));
        },
        task(),
        settings(),
        { store, clock: () => 0, onProgress: () => {}, signal: new AbortController().signal },
      ),
  ],
  sampleVariance: [() => call(lottery.sampleVariance, [1, 2, 4])],
  shuffled: [() => call(lottery.shuffled, values(1, 2, 3), rng())],
  sidak: [() => call(lottery.sidak, 0.95, 3)],
  sparseWeights: [() => call(lottery.sparseWeights, weights(), pattern(), values(1, 3))],
  sparsityOf: [() => call(lottery.sparsityOf, weights(), () => "other")],
  studentQuantile: [() => call(lottery.studentQuantile, 0.95, 3)],
  summarise: [() => call(lottery.summarise, results())],
  trainNetwork: [
    () => call(lottery.trainNetwork, model(), trainOptions()),
    () => call((from: typeof kept) => lottery.trainNetwork(model(), { ...trainOptions(), from }), kept),
  ],
  trainTo: [() => call(lottery.trainTo, model(), 1, trainOptions())],
  valuesAt: [() => call(lottery.valuesAt, values(1, 2, 3), pattern())],
  writeAtomic: [() => call(lottery.writeAtomic, join(folder, "file"), "content")],
};
