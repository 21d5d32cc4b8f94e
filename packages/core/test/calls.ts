import * as core from "../src/index.ts";
import { ones, stream, tensor, tokens } from "../src/index.ts";
import { type Call, callOf as call } from "../src/testing/index.ts";

const matrix = () =>
  tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    undefined,
    { requiresGrad: true },
  ); // prettier-ignore
const cube = () => ones([2, 3, 4]);
const rng = () => stream(1, "test");
const lengths = () => tokens([1, 2], [2]);
const sparse = () => new core.Sparse([2, 3], Int32Array.of(1, 4), ones([2], { requiresGrad: true }));
const lstmWeights = (inputs: number, hidden: number) => ({
  weightIh: ones([4 * hidden, inputs]),
  weightHh: ones([4 * hidden, hidden]),
  biasIh: ones([4 * hidden]),
  biasHh: ones([4 * hidden]),
});
const unary = (of: (x: core.Tensor) => core.Tensor) => [() => call(of, matrix())];
const binary = (of: (a: core.Tensor, b: core.Tensor) => core.Tensor) => [() => call(of, matrix(), matrix())];
const reduction = (of: (x: core.Tensor, options: core.Reduction) => core.Tensor) => [
  () => call(of, matrix(), { axis: 0, keepDims: true }),
];
const adam = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, decoupledDecay: 0, step: 1 };

/** Of every public function, by the name that its messages begin with. */
export const calls: Readonly<Record<string, readonly (() => Call)[]>> = {
  abs: unary(core.abs),
  adamUpdate: [() => call(core.adamUpdate, matrix(), matrix(), { m: matrix(), v: matrix() }, adam)],
  add: binary(core.add),
  backend: [() => call(core.backend)],
  below: [() => call((n: number) => rng().below(n), 5)],
  binaryCrossEntropyWithLogits: [() => call(core.binaryCrossEntropyWithLogits, tensor([1, 2]), tokens([0, 1], [2]))],
  broadcastTo: [() => call(core.broadcastTo, matrix(), [4, 2, 3])],
  concat: [() => call(core.concat, [matrix(), matrix()], { axis: 1 })],
  conv1d: [() => call(core.conv1d, cube(), ones([2, 4, 5]))],
  createReferenceBackend: [() => call(core.createReferenceBackend)],
  hasWideVectors: [() => call(core.hasWideVectors)],
  crossEntropy: [
    () => call(core.crossEntropy, matrix(), tokens([0, 1], [2])),
    () =>
      call(
        core.crossEntropy,
        matrix(),
        tensor([
          [1, 0, 0],
          [0, 0.5, 0.5],
        ]),
      ), // prettier-ignore
  ],
  decodeSafetensors: [() => call(core.decodeSafetensors, core.encodeSafetensors(new Map()), "a file")],
  dense: [() => call(core.dense, matrix()), () => call(core.dense, sparse())],
  detach: [() => call(core.detach, matrix())],
  div: binary(core.div),
  dropout: [() => call(core.dropout, matrix(), 0.5, rng())],
  embedding: [
    () => call(core.embedding, ones([4, 2]), tokens([1, 0, 3, 2], [2, 2]), { paddingId: 1 }),
    () => call(core.embedding, sparse(), tokens([1, 0], [2]), { paddingId: 1 }),
  ],
  empty: [() => call(core.empty, [2, 3])],
  emptyLike: [() => call(core.emptyLike, matrix())],
  encodeSafetensors: [
    () =>
      call(
        core.encodeSafetensors,
        new Map([["w", { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) }]]),
        new Map([["by", "hand"]]),
      ),
  ],
  exp: unary(core.exp),
  full: [() => call(core.full, [2, 3], 0.5, { requiresGrad: true })],
  gradientValues: [() => call(core.gradientValues, matrix())],
  gradients: [
    () => {
      const x = matrix();
      return call(core.gradients, core.sum(x), [x], { createGraph: true, allowUnused: false });
    },
  ],
  linear: [
    () => call(core.linear, ones([4, 3]), matrix(), ones([2])),
    () => call(core.linear, ones([4, 3]), sparse(), ones([2])),
  ],
  log: unary(core.log),
  logSoftmax: [() => call(core.logSoftmax, matrix(), { axis: 0 })],
  lstm: [
    () =>
      call(core.lstm, ones([2, 3, 4]), [[lstmWeights(4, 2), lstmWeights(4, 2)], [lstmWeights(4, 2)]], {
        lengths: lengths(),
        dropout: { p: 0.5, rng: rng() },
        recompute: true,
      }),
  ],
  lstmCell: [() => call(core.lstmCell, ones([2, 4]), { h: ones([2, 3]), c: ones([2, 3]) }, lstmWeights(4, 3))],
  matmul: [
    () => call(core.matmul, ones([3, 2]), matrix(), { transposeA: false, transposeB: false }),
    () => call(core.matmul, ones([3, 2]), sparse(), { transposeA: false, transposeB: false }),
  ],
  max: reduction(core.max),
  maxOverTime: [() => call(core.maxOverTime, cube(), lengths())],
  mean: reduction(core.mean),
  mul: binary(core.mul),
  neg: unary(core.neg),
  noGrad: [() => call(core.noGrad, () => 1)],
  normals: [() => call((...args: [number, number, number]) => rng().normals(...args), 3, 0, 1)],
  ones: [() => call(core.ones, [2, 3], { requiresGrad: true })],
  permutation: [() => call((n: number) => rng().permutation(n), 5)],
  record: [() => call(core.record, "mine", ones([2, 3]), [matrix()], (dy: core.Tensor) => [() => dy])],
  relu: unary(core.relu),
  reshape: [() => call(core.reshape, matrix(), [3, -1])],
  rmspropUpdate: [
    () =>
      call(
        core.rmspropUpdate,
        matrix(),
        matrix(),
        { v: matrix(), velocity: matrix() },
        { learningRate: 0.1, alpha: 0.9, epsilon: 1e-8, weightDecay: 0, momentum: 0.5 },
      ),
  ],
  Rng: [() => call((key: core.RngKey) => new core.Rng(key), [1, 2])],
  scaleGradient: [() => call(core.scaleGradient, matrix(), tensor(2))],
  scope: [() => call(core.scope, () => 1)],
  sgdUpdate: [
    () =>
      call(
        core.sgdUpdate,
        matrix(),
        matrix(),
        { velocity: matrix() },
        { learningRate: 0.1, momentum: 0.5, dampening: 0, nesterov: false, weightDecay: 0, first: true },
      ),
  ],
  sigmoid: unary(core.sigmoid),
  sign: unary(core.sign),
  slice: [() => call(core.slice, matrix(), [0, 1], [2, 3])],
  softmax: [() => call(core.softmax, matrix(), { axis: 0 })],
  Sparse: [
    () =>
      call(
        (...args: ConstructorParameters<typeof core.Sparse>) => new core.Sparse(...args),
        [2, 3],
        Int32Array.of(1, 4),
        ones([2]),
      ),
  ],
  split: [() => call((...path: (string | number)[]) => rng().split(...path), "dropout", 3)],
  sqrt: unary(core.sqrt),
  square: unary(core.square),
  storedPositions: [() => call(core.storedPositions, matrix()), () => call(core.storedPositions, sparse())],
  storedValues: [() => call(core.storedValues, matrix()), () => call(core.storedValues, sparse())],
  stream: [() => call(core.stream, 1, "dropout", 3)],
  sub: binary(core.sub),
  sum: reduction(core.sum),
  tanh: unary(core.tanh),
  Tensor: [
    () =>
      call(
        (...args: ConstructorParameters<typeof core.Tensor>) => new core.Tensor(...args),
        matrix().storage,
        [2, 3],
        true,
      ),
  ],
  tensor: [
    () => call(core.tensor, [1, 2, 3, 4], [2, 2], { requiresGrad: true }),
    () =>
      call(
        core.tensor,
        [
          [1, 2],
          [3, 4],
        ],
        undefined,
        { requiresGrad: true },
      ), // prettier-ignore
  ],
  textConvolution: [
    () =>
      call(
        core.textConvolution,
        ones([5, 4]),
        tokens([1, 2, 3, 4, 0, 1], [2, 3]),
        [{ kernel: ones([2, 4, 3]), bias: ones([3]) }],
        { lengths: lengths(), paddingId: 1 },
      ),
  ],
  textLstm: [
    () =>
      call(core.textLstm, ones([5, 4]), tokens([1, 2, 3, 4, 0, 1], [2, 3]), [[lstmWeights(4, 2)]], {
        lengths: lengths(),
        inputDropout: { p: 0.5, rng: rng() },
        dropout: { p: 0.5, rng: rng() },
        recompute: true,
        paddingId: 1,
      }),
  ],
  Tokens: [
    () =>
      call(
        (...args: ConstructorParameters<typeof core.Tokens>) => new core.Tokens(...args),
        Int32Array.of(1, 2, 3, 4),
        [2, 2],
      ),
  ],
  tokens: [
    () => call(core.tokens, [1, 2, 3, 4], [2, 2]),
    () =>
      call(core.tokens, [
        [1, 2],
        [3, 4],
      ]),
  ],
  transpose: [() => call(core.transpose, matrix(), [1, 0])],
  uniforms: [() => call((...args: [number, number, number]) => rng().uniforms(...args), 3, 0, 1)],
  vjp: [
    () => {
      const x = matrix();
      return call(core.vjp, core.exp(x), [x], matrix(), { createGraph: true, allowUnused: false });
    },
  ],
  wasm: [() => call(core.createWasmBackend, { arithmetic: "strict", threads: 1, memory: undefined })],
  write: [() => call((values: Float32Array) => tensor([1, 2]).write(values), Float32Array.of(3, 4))],
  withStoredValues: [
    () => call(core.withStoredValues, matrix(), matrix()),
    () => call(core.withStoredValues, sparse(), ones([2])),
  ],
  gather: [() => call(core.gather, matrix(), tokens([0, 2], [2, 1]), { axis: 1 })],
  min: reduction(core.min),
  squeeze: [() => call(core.squeeze, ones([2, 1]), { axis: 1 })],
  stack: [() => call(core.stack, [matrix(), matrix()], { axis: 1 })],
  std: [() => call(core.std, matrix(), { axis: [0, 1], keepDims: true, correction: 0 })],
  unsqueeze: [() => call(core.unsqueeze, matrix(), 1)],
  variance: [() => call(core.variance, matrix(), { axis: 0, keepDims: true, correction: 0 })],
  argmax: [() => call(core.argmax, matrix(), { axis: [0, 1], keepDims: true })],
  argmin: [() => call(core.argmin, matrix(), { axis: 1 })],
  clip: [() => call(core.clip, matrix(), { min: 2, max: 5 })],
  cumsum: [() => call(core.cumsum, matrix(), { axis: 0 })],
  equal: binary(core.equal),
  greater: binary(core.greater),
  greaterEqual: binary(core.greaterEqual),
  less: binary(core.less),
  lessEqual: binary(core.lessEqual),
  maximum: binary(core.maximum),
  minimum: binary(core.minimum),
  notEqual: binary(core.notEqual),
  pow: binary(core.pow),
  where: [() => call(core.where, matrix(), matrix(), matrix())],
  zeros: [() => call(core.zeros, [2, 3], { requiresGrad: true })],
};
