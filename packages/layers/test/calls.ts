import {
  encodeSafetensors,
  type Matrix,
  ones,
  relu,
  type SafetensorsEntry,
  Sparse,
  stream,
  type Tensor,
  type Tensor4,
  tensor,
  tokens,
  type Weight,
} from "@ltt/core";
import { type Call, callOf as call } from "@ltt/core/testing";
import * as layers from "../src/index.ts";
import { Normalised } from "./running-mean.ts";

const construct =
  <A extends readonly never[]>(of: new (...args: A) => unknown) =>
  (...args: A) =>
    new of(...args);

const rng = () => stream(1, "test");
const weight = () => tensor([1, 2, 3], undefined, { requiresGrad: true });
const weights = () => new Map([["a", weight()]]);
const linear = () => new layers.Linear({ inputs: 3, outputs: 2 }, rng());
const cnn = () => new layers.TextCnn({ rows: 6, outputs: 2, dim: 3, filters: 2, widths: [2] }, rng());
const lstm = () => new layers.TextLstm({ rows: 6, outputs: 2, dim: 3, hidden: 2, layers: 1 }, rng());
const texts = () => tokens([2, 3, 4, 5, 1, 1], [2, 3]);
const lengths = () => tokens([3, 1], [2]);
const context = () => ({ lengths: lengths(), training: { rng: rng() } });
const batch = () => ({ input: texts(), lengths: lengths(), targets: tokens([0, 1], [2]) });
const initialiser = (of: (options: never) => layers.Initialiser, options: unknown) => [() => call(of, options)];
const optimiser = (of: new (parameters: readonly Tensor[], options: never) => layers.Optimiser, options: unknown) => [
  () => call(construct(of), [weight()], options),
  () => call(construct(of), [{ parameters: [weight()], rate: 0.5 }], options),
];
const loss = (logits: Tensor) => ones([]) as typeof logits;
const entries = (): Map<string, SafetensorsEntry> =>
  new Map([
    ["weight", { dtype: "F32", shape: [2, 3], data: new Float32Array(6) }],
    ["bias", { dtype: "F32", shape: [2], data: new Float32Array(2) }],
  ]);
const { initialisers } = layers;

const NORM = { channels: 3, epsilon: 1e-5, momentum: 0.1, initialisers: { weight: initialisers.zeros() } };
const vgg = new layers.Vgg({ depth: 11, initialiser: initialisers.zeros() }, rng());

/** Of every public function, by the name that its messages begin with. */
export const calls: Readonly<Record<string, readonly (() => Call)[]>> = {
  Adam: [
    ...optimiser(layers.Adam, { learningRate: 0.1, betas: [0.9, 0.99], epsilon: 1e-8, weightDecay: 0 }),
    () => call((gradients: readonly Tensor[]) => new layers.Adam([weight()]).step(gradients), [weight()]),
    () =>
      call((state: layers.OptimiserState) => new layers.Adam([weight()]).load(state), {
        kind: "adam",
        steps: 1,
        values: new Map([
          ["m.0", new Float32Array(3)],
          ["v.0", new Float32Array(3)],
        ]),
      }),
    () =>
      call((rate: number) => {
        new layers.Adam([weight()]).learningRate = rate;
      }, 0.1),
  ],
  AdamW: optimiser(layers.AdamW, { learningRate: 0.1, betas: [0.9, 0.99], epsilon: 1e-8, weightDecay: 0 }),
  BatchNorm1d: [
    () => call(construct(layers.BatchNorm1d), NORM, rng()),
    () =>
      call(
        (...args: [Matrix, layers.Context, layers.AfterNorm]) =>
          new layers.BatchNorm1d({ channels: 3 }, rng()).forward(...args),
        ones([2, 3]),
        context(),
        { relu: true },
      ),
  ],
  BatchNorm2d: [
    () => call(construct(layers.BatchNorm2d), NORM, rng()),
    () =>
      call(
        (...args: [Tensor4, layers.Context, layers.AfterNorm]) =>
          new layers.BatchNorm2d({ channels: 3 }, rng()).forward(...args),
        ones([2, 3, 2, 2]),
        context(),
        { relu: true },
      ),
  ],
  ConvNet: [
    () => call(construct(layers.ConvNet), { depth: 2, size: 4, channels: 1, outputs: 2 }, rng()),
    () => call((x: never) => new layers.ConvNet({ depth: 2, size: 4 }, rng()).forward(x), ones([1, 3, 4, 4])),
  ],
  Conv2d: [
    () =>
      call(
        construct(layers.Conv2d),
        {
          channels: 3,
          filters: 2,
          size: 2,
          stride: 1,
          padding: 0,
          bias: true,
          initialisers: { weight: initialisers.zeros() },
        },
        rng(),
      ),
    () =>
      call((x: never) => new layers.Conv2d({ channels: 3, filters: 2, size: 2 }, rng()).forward(x), ones([1, 3, 3, 3])),
  ],
  Conv1d: [
    () =>
      call(
        construct(layers.Conv1d),
        { width: 2, channels: 3, filters: 2, bias: true, initialisers: { weight: initialisers.zeros() } },
        rng(),
      ),
    () =>
      call((x: never) => new layers.Conv1d({ width: 2, channels: 3, filters: 2 }, rng()).forward(x), ones([2, 3, 3])),
  ],
  Dropout: [
    () => call(construct(layers.Dropout), { p: 0.5 }),
    () => call((...args: [Tensor, layers.Context]) => new layers.Dropout().forward(...args), ones([3]), context()),
  ],
  EarlyStopping: [
    () => call(construct(layers.EarlyStopping), weights(), { patience: 2, minDelta: 0.1 }),
    () =>
      call((...args: [number, number]) => new layers.EarlyStopping(weights(), { patience: 2 }).update(...args), 3, 0.5),
    () =>
      call((state: layers.EarlyStoppingState) => new layers.EarlyStopping(weights(), { patience: 2 }).load(state), {
        waited: 1,
        best: { step: 1, loss: 2, values: new Map([["a", new Float32Array(3)]]) },
      }),
  ],
  Embedding: [
    () =>
      call(
        construct(layers.Embedding),
        { rows: 4, dim: 2, paddingId: 1, zeroRows: [0], frozen: false, initialisers: { weight: initialisers.zeros() } },
        rng(),
      ),
    () => call((ids: never) => new layers.Embedding({ rows: 6, dim: 2 }, rng()).forward(ids), texts()),
  ],
  LeNet5: [
    () => call(construct(layers.LeNet5), { size: 16, channels: 2, outputs: 3 }, rng()),
    () => call((x: never) => new layers.LeNet5({ size: 16 }, rng()).forward(x), ones([2, 1, 16, 16])),
  ],
  LeNet300: [
    () => call(construct(layers.LeNet300), { inputs: 3, outputs: 2 }, rng()),
    () => call((x: never) => new layers.LeNet300({ inputs: 3 }, rng()).forward(x), ones([2, 3])),
  ],
  ResNet: [
    () =>
      call(
        construct(layers.ResNet),
        { depth: 8, channels: 1, outputs: 2, initialiser: initialisers.zeros(), gamma: initialisers.zeros() },
        rng(),
      ),
    () =>
      call(
        (...args: [Tensor4, layers.Context]) => new layers.ResNet({ depth: 8 }, rng()).forward(...args),
        ones([2, 3, 4, 4]),
        context(),
      ),
  ],
  Vgg: [
    () =>
      call(
        construct(layers.Vgg),
        { depth: 11, channels: 1, outputs: 2, initialiser: initialisers.zeros(), gamma: initialisers.zeros() },
        rng(),
      ),
    () =>
      call((...args: [Tensor4, layers.Context]) => vgg.forward(...args), ones([1, 3, 16, 16]), { lengths: lengths() }),
  ],
  Linear: [
    () =>
      call(
        construct(layers.Linear),
        { inputs: 3, outputs: 2, bias: true, initialisers: { weight: initialisers.zeros() } },
        rng(),
      ),
    () => call((x: never) => linear().forward(x), ones([2, 3])),
  ],
  Lstm: [
    () =>
      call(
        construct(layers.Lstm),
        {
          inputs: 3,
          hidden: 2,
          layers: 2,
          bidirectional: true,
          recompute: true,
          dropout: 0.5,
          initialisers: { weightIh: initialisers.zeros(), weightHh: initialisers.zeros(), bias: initialisers.zeros() },
        },
        rng(),
      ),
    () =>
      call(
        (...args: [never, layers.Context]) => new layers.Lstm({ inputs: 3, hidden: 2 }, rng()).forward(...args),
        ones([2, 3, 3]),
        context(),
      ),
    () =>
      call(
        (...args: [never, never, layers.Context]) =>
          new layers.Lstm({ inputs: 3, hidden: 2 }, rng()).forwardTexts(...args),
        texts(),
        { embedding: new layers.Embedding({ rows: 6, dim: 3 }, rng()), dropout: new layers.Dropout() },
        context(),
      ),
  ],
  Rmsprop: optimiser(layers.Rmsprop, {
    learningRate: 0.1,
    alpha: 0.9,
    epsilon: 1e-8,
    weightDecay: 0,
    momentum: 0.5,
  }),
  Sequential: [
    () => call(construct(layers.Sequential), [linear(), relu]),
    () =>
      call(
        (...args: [Matrix, layers.Context]) => new layers.Sequential([linear(), relu]).forward(...args),
        ones([2, 3]),
        context(),
      ),
  ],
  Sgd: optimiser(layers.Sgd, { learningRate: 0.1, momentum: 0.5, dampening: 0, nesterov: false, weightDecay: 0 }),
  TextCnn: [
    () =>
      call(
        construct(layers.TextCnn),
        {
          rows: 6,
          outputs: 2,
          dim: 3,
          widths: [2, 3],
          filters: 2,
          dropout: 0.5,
          embedding: { frozen: true, initialisers: { weight: initialisers.zeros() } },
          paddingId: 1,
        },
        rng(),
      ),
    () => call((...args: [never, layers.Context]) => cnn().forward(...args), texts(), context()),
    () => call((...args: [never, layers.Context]) => cnn().forwardEmbedded(...args), ones([2, 3, 3]), context()),
  ],
  TextLstm: [
    () =>
      call(
        construct(layers.TextLstm),
        {
          rows: 6,
          outputs: 2,
          dim: 3,
          hidden: 2,
          layers: 1,
          bidirectional: false,
          recompute: true,
          inputDropout: 0.5,
          layerDropout: 0.5,
          outputDropout: 0.5,
          embedding: { frozen: true },
          paddingId: 1,
        },
        rng(),
      ),
    () => call((...args: [never, layers.Context]) => lstm().forward(...args), texts(), context()),
    () => call((...args: [never, layers.Context]) => lstm().forwardEmbedded(...args), ones([2, 3, 3]), context()),
  ],
  classificationLoss: [() => call(layers.classificationLoss, ones([2, 3]), tokens([0, 2], [2]))],
  buffer: [() => call(layers.buffer, ones([3]))],
  buffersOf: [() => call(layers.buffersOf, new Normalised())],
  clipByNorm: [() => call(layers.clipByNorm, [weight()], 1)],
  clipByValue: [() => call(layers.clipByValue, [weight()], 1)],
  constant: initialiser(initialisers.constant, 1),
  constantRate: [() => call(layers.constantRate, 0.1)],
  copyWeights: [() => call(layers.copyWeights, weights())],
  cosineDecay: [
    () => call(layers.cosineDecay, 0.1, { steps: 10, final: 0.01 }),
    () => call(layers.cosineDecay(0.1, { steps: 10 }), 3),
  ],
  countParameters: [() => call(layers.countParameters, linear())],
  decodeCheckpoint: [
    () =>
      call(
        layers.decodeCheckpoint,
        encodeSafetensors(new Map(), new Map([["format", "ltt-checkpoint-1"]])),
        "checkpoint.safetensors",
      ),
  ],
  encodeCheckpoint: [
    () =>
      call(layers.encodeCheckpoint, {
        weights: new Map<string, Weight>([
          ["a", weight()],
          ["b", new Sparse([4], Int32Array.of(1), ones([1]))],
        ]),
        optimiser: { kind: "adam", steps: 1, values: new Map([["m.0", new Float32Array(3)]]) },
        buffers: new Map([["c", ones([2])]]),
        position: { epoch: 1, batch: 1, step: 1 },
      }),
  ],
  predict: [() => call(layers.predict, cnn(), [batch(), batch()], { loss })],
  classes: [
    () =>
      call(layers.classes, {
        logits: Float32Array.of(1, 2, 3, 4),
        outputs: 2,
        targets: Int32Array.of(0, 1),
        loss: 0.5,
      }),
  ],
  evaluate: [() => call(layers.evaluate, cnn(), [batch(), batch()], { loss })],
  exponentialDecay: [
    () => call(layers.exponentialDecay, 0.1, { factor: 0.9 }),
    () => call(layers.exponentialDecay(0.1, { factor: 0.9 }), 3),
  ],
  fansOf: [() => call(initialisers.fansOf, [2, 3])],
  isFrozen: [() => call(layers.isFrozen, weight())],
  kaimingNormal: initialiser(initialisers.kaimingNormal, { gain: 1, fan: "in" }),
  kaimingUniform: initialiser(initialisers.kaimingUniform, { gain: 1, fan: "out" }),
  loadStateDict: [() => call(layers.loadStateDict, linear(), entries())],
  meanSquaredError: [() => call(layers.meanSquaredError, ones([2, 1]), ones([2, 1]))],
  normal: initialiser(initialisers.normal, { mean: 0, standardDeviation: 1 }),
  orthogonal: initialiser(initialisers.orthogonal, { gain: 1 }),
  parameter: [() => call(layers.parameter, [2, 3], initialisers.normal(), rng(), { frozen: true })],
  parametersOf: [() => call(layers.parametersOf, linear())],
  restore: [() => call(layers.restore, weights(), new Map([["a", new Float32Array(3)]]))],
  scores: [
    () =>
      call(layers.scores, [
        [3, 1],
        [0, 2],
      ]),
  ],
  snapshot: [() => call(layers.snapshot, weights())],
  stateOf: [() => call(layers.stateOf, new Normalised())],
  stateDict: [() => call(layers.stateDict, linear())],
  multiStepDecay: [
    () => call(layers.multiStepDecay, 0.1, { milestones: [3, 5], factor: 0.5 }),
    () => call(layers.multiStepDecay(0.1, { milestones: [3] }), 3),
  ],
  stepDecay: [
    () => call(layers.stepDecay, 0.1, { every: 3, factor: 0.5 }),
    () => call(layers.stepDecay(0.1, { every: 3 }), 3),
  ],
  train: [
    () => {
      const model = cnn();
      const options = {
        batches: () => [batch()],
        epochs: 1,
        optimiser: new layers.Adam(layers.trainable(layers.parametersOf(model).values())),
        seed: 1,
        schedule: () => 0.1,
        clipNorm: 1,
        start: { epoch: 1, batch: 0, step: 0 },
        loss: undefined,
      };
      return call(
        async (...args: Parameters<typeof layers.train>) => {
          for await (const _ of layers.train(...args));
        },
        model,
        options,
      );
    },
    () => {
      const model = cnn();
      const adam = new layers.Adam(layers.trainable(layers.parametersOf(model).values()));
      return call(
        async (batches: readonly layers.Batch[]) => {
          for await (const _ of layers.train(model, { batches: () => batches, epochs: 1, optimiser: adam, seed: 1 }));
        },
        [batch()],
      );
    },
  ],
  compact: [() => call(layers.compact, cnn())],
  unitsOf: [() => call(layers.unitsOf, cnn())],
  observed: [() => call(layers.observed, linear(), () => undefined)],
  multiplications: [() => call(layers.multiplications, cnn(), texts(), context())],
  resized: [
    () => {
      const model = linear();
      return call(layers.resized, model, layers.parametersOf(model));
    },
  ],
  updateStatistics: [() => call(layers.updateStatistics, cnn(), [batch()], rng())],
  trainable: [() => call(layers.trainable, [weight(), weight()]), () => call(layers.trainable, linear())],
  uniform: initialiser(initialisers.uniform, { low: -1, high: 1 }),
  warmUp: [
    () => call(layers.warmUp, layers.constantRate(0.1), { steps: 10 }),
    () => call(layers.warmUp(layers.constantRate(0.1), { steps: 10 }), 3),
  ],
  withParameters: [
    () => {
      const model = linear();
      return call(layers.withParameters, model, layers.parametersOf(model));
    },
  ],
  xavierNormal: initialiser(initialisers.xavierNormal, { gain: 1 }),
  xavierUniform: initialiser(initialisers.xavierUniform, { gain: 1 }),
};
