import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  abs,
  adamUpdate,
  add,
  type Backend,
  backend,
  batchNormTraining,
  binaryCrossEntropyWithLogits,
  type Cube,
  concat,
  conv1d,
  crossEntropy,
  div,
  embedding,
  exp,
  gradients,
  type LstmWeights,
  log,
  logSoftmax,
  lstm,
  type Matrix,
  matmul,
  max,
  maxOverTime,
  mean,
  mul,
  neg,
  relu,
  reshape,
  rmspropUpdate,
  type Scalar,
  scope,
  sgdUpdate,
  sigmoid,
  slice,
  softmax,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  tokens,
  transpose,
  useBackend,
  type Vector,
  zeros,
} from "../src/index.ts";
import { operations } from "./operations.ts";

// Golden values from PyTorch in float64, as the script make.py beside them writes them: ops.json, images.json, optimisers.json and trajectories.json.
const folder = process.env.LTT_GOLDEN || fileURLToPath(new URL("../../../../shared/reference/golden", import.meta.url));
const present = existsSync(`${folder}/ops.json`);
if (!present) {
  console.warn(`SKIPPED: golden values from PyTorch: ${folder} has no ops.json; set LTT_GOLDEN to the folder that has`);
}

interface Golden {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Options {
  readonly axis?: number;
  readonly shape?: readonly number[];
  readonly begin?: readonly number[];
  readonly end?: readonly number[];
  readonly paddingId?: number;
  readonly layers?: number;
  readonly bidirectional?: boolean;
  readonly lengths?: readonly number[];
}
interface OperationCase {
  readonly op: string;
  readonly options: Options;
  readonly inputs: readonly (Golden & { readonly name: string })[];
  readonly output: Golden;
  readonly gradOutput: Golden;
  readonly gradients: Record<string, Golden>;
}
/** A case of `batchNorm`, with the running statistics after it. */
interface BatchNormCase extends OperationCase {
  readonly options: Options & { readonly training: boolean; readonly momentum: number };
  readonly after: { readonly runningMean: Golden; readonly runningVar: Golden };
}
interface OptimiserCase {
  readonly optimiser: string;
  readonly options: Record<string, number> & {
    readonly betas?: readonly [number, number];
    readonly nesterov?: boolean;
  };
  readonly start: Golden;
  readonly gradients: readonly (readonly number[])[];
  readonly values: readonly (readonly number[])[];
}
interface TrajectoryCase {
  readonly model: string;
  readonly adam: { readonly lr: number };
  readonly start: Record<string, Golden>;
  readonly steps: readonly {
    readonly ids: readonly (readonly number[])[];
    readonly lengths: readonly number[];
    readonly targets: readonly number[];
    readonly loss: number;
  }[];
  readonly end: Record<string, Golden>;
}

const load = <Case>(name: string): readonly Case[] =>
  present ? JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8")).cases : [];

type Named = Record<string, Tensor>;
type Ids = Record<string, Golden>;

/** How each case of ops.json and images.json is computed here. */
const compute: Record<string, (x: Named, options: Options, ids: Ids) => Tensor> = {
  ...Object.assign({}, ...operations.map(({ golden }) => golden)),
  matmul: ({ a, b }) => matmul(a as Matrix, b as Matrix),
  add: ({ a, b }) => add(a!, b!),
  sub: ({ a, b }) => sub(a!, b!),
  mul: ({ a, b }) => mul(a!, b!),
  div: ({ a, b }) => div(a!, add(abs(b!), 1)), // “divides by |b|+1”
  exp: ({ x }) => exp(x!),
  tanh: ({ x }) => tanh(x!),
  sigmoid: ({ x }) => sigmoid(x!),
  relu: ({ x }) => relu(x!),
  neg: ({ x }) => neg(x!),
  square: ({ x }) => square(x!),
  abs: ({ x }) => abs(x!),
  log: ({ x }) => log(x!),
  sqrt: ({ x }) => sqrt(x!),
  sum: ({ x }, options) => sum(x!, options),
  mean: ({ x }, options) => mean(x!, options),
  max: ({ x }, options) => max(x!, options),
  softmax: ({ x }, options) => softmax(x!, options),
  logSoftmax: ({ x }, options) => logSoftmax(x!, options),
  transpose: ({ x }) => transpose(x!),
  reshape: ({ x }, { shape }) => reshape(x!, shape!),
  concat: ({ a, b }, options) => concat([a!, b!], options),
  slice: ({ x }, { begin, end }) => slice(x!, begin!, end!),
  embedding: ({ table }, options, { ids }) => embedding(table as Matrix, tokens(ids!.data, ids!.shape), options),
  conv1d: ({ x, kernel }) => conv1d(x as Cube, kernel as Cube),
  "conv1d+bias+relu+maxOverTime": ({ x, kernel, bias }) =>
    maxOverTime(relu(add(conv1d(x as Cube, kernel as Cube), bias as Vector))),
  crossEntropy: ({ logits }, _, { targets }) =>
    crossEntropy(logits as Matrix, tokens(targets!.data, [targets!.data.length])),
  binaryCrossEntropyWithLogits: ({ logits }, _, { targets }) =>
    binaryCrossEntropyWithLogits(logits as Vector, tokens(targets!.data, [targets!.data.length])),
  lstm: ({ x, ...weights }, { layers, bidirectional, lengths }) => {
    const ends = tokens(lengths!, [lengths!.length]);
    const { output, h, c } = lstm(x as Cube, lstmLayers(weights, layers!, bidirectional!, ""), { lengths: ends });
    return concat([output, h, c].map((part) => reshape(part, [-1])));
  },
};

/** PyTorch's `weight_ih_l0`, …, `bias_hh_l1_reverse`, by layer and direction. */
function lstmLayers(weights: Named, layers: number, bidirectional: boolean, prefix: string): LstmWeights[][] {
  const directions = bidirectional ? ["", "_reverse"] : [""];
  return Array.from({ length: layers }, (_, layer) =>
    directions.map((direction) => {
      const get = (name: string) => weights[`${prefix}${name}_l${layer}${direction}`];
      return {
        weightIh: get("weight_ih") as Matrix,
        weightHh: get("weight_hh") as Matrix,
        biasIh: get("bias_ih") as Vector,
        biasHh: get("bias_hh") as Vector,
      };
    }),
  );
}

/** The two models of trajectories.json: ids, lengths and weights to logits. Convolutions come as [filters, channels, width]. */
const models: Record<string, (weights: Named, ids: Golden, lengths: readonly number[]) => Matrix> = {
  "text-cnn": (w, ids) => {
    const x = embedding(w["embedding.weight"] as Matrix, tokens(ids.data, ids.shape)) as Cube;
    const pooled = Object.keys(w)
      .filter((name) => /^convs\.\d+\.weight$/.test(name))
      .map((name) => {
        const kernel = transpose(w[name] as Cube, [2, 1, 0]);
        return maxOverTime(relu(add(conv1d(x, kernel), w[name.replace("weight", "bias")] as Vector)));
      });
    return linear(concat(pooled, { axis: 1 }), w);
  },
  "text-lstm": (w, ids, lengths) => {
    const x = embedding(w["embedding.weight"] as Matrix, tokens(ids.data, ids.shape)) as Cube;
    const layers = Object.keys(w).filter((name) => /^lstm\.weight_ih_l\d+$/.test(name)).length;
    const bidirectional = "lstm.weight_ih_l0_reverse" in w;
    const { h } = lstm(x, lstmLayers(w, layers, bidirectional, "lstm."), {
      lengths: tokens(lengths, [lengths.length]),
    });
    const [states, batch, hidden] = h.shape;
    const last = bidirectional ? [states - 2, states - 1] : [states - 1];
    const final = last.map((i) => reshape(slice(h, [i, 0, 0], [i + 1, batch, hidden]), [batch, hidden]));
    return linear(concat(final, { axis: 1 }), w);
  },
};

function linear(x: Matrix, weights: Named): Matrix {
  return add(matmul(x, weights["linear.weight"] as Matrix, { transposeB: true }), weights["linear.bias"] as Vector);
}

/** How each case of optimisers.json steps: a function of the gradient and the step, from 1. */
function optimiser(
  { optimiser: name, options }: OptimiserCase,
  weights: Tensor,
): (gradient: Tensor, step: number) => void {
  const { lr = 0, momentum = 0, dampening = 0, weight_decay = 0, eps = 0, alpha = 0, nesterov = false } = options;
  const [m, v] = [zeros(weights.shape), zeros(weights.shape)];
  if (name.startsWith("sgd")) {
    const rates = { learningRate: lr, momentum, dampening, nesterov, weightDecay: weight_decay };
    const state = momentum === 0 ? {} : { velocity: m };
    return (gradient, step) => sgdUpdate(weights, gradient, state, { ...rates, first: step === 1 });
  }
  if (name.startsWith("adam")) {
    const [beta1, beta2] = options.betas!;
    const decay =
      name === "adamw"
        ? { weightDecay: 0, decoupledDecay: weight_decay }
        : { weightDecay: weight_decay, decoupledDecay: 0 };
    return (gradient, step) =>
      adamUpdate(weights, gradient, { m, v }, { learningRate: lr, beta1, beta2, epsilon: eps, ...decay, step });
  }
  if (name.startsWith("rmsprop")) {
    const state = momentum === 0 ? { v } : { v, velocity: m };
    const rates = { learningRate: lr, alpha, epsilon: eps, weightDecay: weight_decay, momentum };
    return (gradient) => rmspropUpdate(weights, gradient, state, rates);
  }
  throw new Error(`no such optimiser here: ${name}`);
}

/** The largest difference, relative to the largest value. */
function distance(ours: Float32Array, theirs: readonly number[]): number {
  expect(ours.length).toBe(theirs.length);
  const scale = theirs.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-30);
  return theirs.reduce((worst, value, i) => Math.max(worst, Math.abs(ours[i]! - value)), 0) / scale;
}

/** Every golden value, on each of the backends. */
export function testGolden(
  backends: readonly { readonly name: string; readonly create: () => Promise<Backend> }[],
): void {
  describe.each(backends)("PyTorch's golden values on $name", (backend) => {
    if (present) testBackend(backend);
    else test.skip("every case", () => {}); // a file that defines no test fails
  });
}

function testBackend({ create }: { readonly create: () => Promise<Backend> }): void {
  let before: Backend;
  beforeAll(async () => {
    const mine = await create();
    before = useBackend(mine);
  });
  afterAll(() => {
    useBackend(before);
  });

  // images.json holds cases of operations that are not written yet
  const cases = [...load<OperationCase>("ops"), ...load<OperationCase>("images").filter(({ op }) => op in compute)];
  test.each(cases.map((golden, i) => ({ i, golden, op: golden.op })))("case $i: $op", async ({ golden }) => {
    const run = compute[golden.op];
    if (run === undefined) throw new Error(`ops.json holds ${golden.op}, which nothing here computes`);
    const ids = Object.fromEntries(golden.inputs.map((input) => [input.name, input]));
    const x = Object.fromEntries(
      golden.inputs
        .filter(({ name }) => name !== "ids" && name !== "targets")
        .map(({ name, data, shape }) => [name, tensor(data, shape, { requiresGrad: true })]),
    );

    const y = run(x, golden.options, ids);
    expect(distance(await y.read(), golden.output.data)).toBeLessThanOrEqual(1e-5);

    const names = Object.keys(golden.gradients);
    const loss = sum(mul(y, tensor(golden.gradOutput.data, golden.gradOutput.shape)));
    const found = gradients(
      loss,
      names.map((name) => x[name]!),
    );
    for (const [i, name] of names.entries()) {
      expect(distance(await found[i]!.read(), golden.gradients[name]!.data), name).toBeLessThanOrEqual(1e-5);
    }
  });

  const norms = load<BatchNormCase>("images").filter(({ op, options }) => op === "batchNorm" && options.training);
  test.each(norms)("the statistics that batchNormTraining gives, $options.momentum of them", async (golden) => {
    const { x, gamma, beta, runningMean, runningVar } = Object.fromEntries(
      golden.inputs.map(({ name, data, shape }) => [name, tensor(data, shape)]),
    );
    const images = x!.shape.length === 4 ? transpose(x!, [0, 3, 1, 2]) : x!;
    const { mean, variance } = batchNormTraining(images as Matrix, gamma as Vector, beta as Vector);
    const { momentum } = golden.options;
    const after = (before: Tensor, now: Vector) => add(mul(before, 1 - momentum), mul(now, momentum)).read();
    expect(distance(await after(runningMean!, mean), golden.after.runningMean.data)).toBeLessThanOrEqual(1e-5);
    expect(distance(await after(runningVar!, variance), golden.after.runningVar.data)).toBeLessThanOrEqual(1e-5);
  });

  test.each(load<OptimiserCase>("optimisers"))("$optimiser, step by step", async (golden) => {
    const weights = tensor(golden.start.data, golden.start.shape);
    const step = optimiser(golden, weights);
    for (const [i, values] of golden.values.entries()) {
      step(tensor(golden.gradients[i]!, golden.start.shape), i + 1);
      expect(distance(await weights.read(), values)).toBeLessThanOrEqual(1e-5);
    }
  });

  test.each(load<TrajectoryCase>("trajectories"))("$model, 30 steps of training", async (golden) => {
    const model = models[golden.model];
    if (model === undefined) throw new Error(`trajectories.json holds ${golden.model}, which nothing here computes`);
    const names = Object.keys(golden.start);
    const weights = names.map((name) =>
      tensor(golden.start[name]!.data, golden.start[name]!.shape, { requiresGrad: true }),
    );
    const named = Object.fromEntries(names.map((name, i) => [name, weights[i]!]));
    const moments = weights.map((weight) => ({ m: zeros(weight.shape), v: zeros(weight.shape) }));
    const adam = {
      learningRate: golden.adam.lr,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      decoupledDecay: 0,
    };

    for (const [i, { ids, lengths, targets, loss: expected }] of golden.steps.entries()) {
      const loss: Scalar = scope(() => {
        const batch = { data: ids.flat(), shape: [ids.length, ids[0]!.length] };
        const loss = crossEntropy(model(named, batch, lengths), tokens(targets, [targets.length]));
        const found = gradients(loss, weights);
        weights.forEach((weight, j) => {
          adamUpdate(weight, found[j]!, moments[j]!, { ...adam, step: i + 1 });
        });
        return loss;
      });
      const value = await loss.item();
      expect(
        Math.abs(value - expected) / Math.abs(expected),
        `loss of step ${i} on ${backend().name}`,
      ).toBeLessThanOrEqual(1e-4);
    }
    for (const [i, name] of names.entries()) {
      expect(distance(await weights[i]!.read(), golden.end[name]!.data), name).toBeLessThanOrEqual(1e-4);
    }
  });
}
