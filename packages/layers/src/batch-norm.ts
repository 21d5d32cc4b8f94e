import {
  batchNorm,
  batchNormTraining,
  dense,
  full,
  type Matrix,
  noGrad,
  ones,
  type Rng,
  type Scalar,
  sgdUpdate,
  sub,
  type Tensor,
  type Tensor4,
  tensor,
  type Vector,
  type WeightVector,
  zeros,
} from "@ltt/core";
import {
  above0,
  anything,
  callable,
  checkOptions,
  checkRng,
  checkTensor,
  flag,
  type Kinds,
  object,
  positive,
  probability,
} from "@ltt/core/arguments";
import { buffer } from "./buffer.ts";
import { type Context, checkContext } from "./context.ts";
import { type Initialiser, parameter } from "./initialiser.ts";
import { constant } from "./initialisers.ts";
import { Module } from "./module.ts";

export interface BatchNormOptions {
  readonly channels: number;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** The share of a batch in the running statistics, in [0, 1). Default 0.1. */
  readonly momentum?: number;
  /** Default: γ starts at 1, β at 0. */
  readonly initialisers?: { readonly weight?: Initialiser; readonly bias?: Initialiser };
}

const OPTIONS: Kinds<BatchNormOptions> = {
  channels: positive,
  epsilon: above0,
  momentum: probability,
  initialisers: object,
};

/** What follows batch normalisation in a network, in the same pass and with the bits of `add` and `relu`. */
export interface AfterNorm {
  /** Added to the result, of the shape of x. Default: nothing. */
  readonly residual?: Tensor | undefined;
  /** Whether the result is then the larger of it and 0. Default false. */
  readonly relu?: boolean;
}

const AFTER: Kinds<AfterNorm> = { residual: anything, relu: flag };

/**
 * Batch normalisation of channels: while training `y = (x − mean) · γ / √(variance + ε) + β` with mean and variance of the batch, which
 * also move the running statistics, `running ← (1 − momentum) · running + momentum · batch` (the batch's variance unbiased there); in
 * evaluation with the running ones, unless the context asks for those of the batch. PyTorch's names.
 *
 * @see Ioffe & Szegedy, “Batch Normalization”, ICML 2015, algorithms 1 and 2.
 */
export abstract class BatchNorm extends Module {
  /** γ, `[channels]` */
  readonly weight: WeightVector;
  /** β, `[channels]` */
  readonly bias: WeightVector;
  readonly running_mean: Vector;
  readonly running_var: Vector;
  readonly num_batches_tracked: Scalar;
  readonly epsilon: number;
  readonly momentum: number;

  constructor(name: string, options: BatchNormOptions, rng: Rng) {
    super();
    const checked = checkOptions(name, options, OPTIONS, ["channels"]);
    const { channels, epsilon = 1e-5, momentum = 0.1, initialisers = {} } = checked;
    checkOptions(`${name}: initialisers`, initialisers, { weight: callable, bias: callable });
    checkRng(name, "rng", rng);
    const { weight = constant(1), bias = constant(0) } = initialisers;
    this.weight = parameter([channels], weight, rng.split("weight"));
    this.bias = parameter([channels], bias, rng.split("bias"));
    this.running_mean = buffer(zeros([channels]));
    this.running_var = buffer(ones([channels]));
    this.num_batches_tracked = buffer(tensor(0));
    this.epsilon = epsilon;
    this.momentum = momentum;
  }

  protected normalise<S extends readonly [number, number, ...(readonly number[])]>(
    x: Tensor<S>,
    { training, batchStatistics = false }: Context,
    after: AfterNorm,
  ): Tensor<S> {
    const [gamma, beta] = [dense(this.weight), dense(this.bias)];
    const { epsilon } = this;
    if (training === undefined && !batchStatistics) {
      const [mean, variance] = [this.running_mean, this.running_var];
      return batchNorm(x, gamma, beta, { ...after, mean, variance, epsilon });
    }
    const { y, mean, variance } = batchNormTraining(x, gamma, beta, { ...after, epsilon });
    if (training === undefined) return y;
    noGrad(() => {
      approach(this.running_mean, mean, this.momentum);
      approach(this.running_var, variance, this.momentum);
      sgdUpdate(this.num_batches_tracked, full([], -1), {}, { ...STEP, learningRate: 1 });
    });
    return y;
  }
}

/** An update of core's, so that it runs on a GPU too. */
const STEP = { momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, first: true } as const;

/** `running ← running − share · (running − target)` */
function approach(running: Vector, target: Vector, share: number): void {
  sgdUpdate(running, sub(running, target), {}, { ...STEP, learningRate: share });
}

/** Batch normalisation of `[batch, channels]`. */
export class BatchNorm1d extends BatchNorm {
  /** @throws {TypeError | RangeError} if an option is unknown, of the wrong kind or outside its range, or there is no stream. */
  constructor(options: BatchNormOptions, rng: Rng) {
    super("BatchNorm1d", options, rng);
  }

  /** @throws {RangeError} if a batch to train on has one example: it would be its own mean. */
  forward(x: Matrix, context: Context = {}, after: AfterNorm = {}): Matrix {
    checkTensor("BatchNorm1d", "x", x, 2);
    checkContext("BatchNorm1d", context);
    checkOptions("BatchNorm1d", after, AFTER);
    return this.normalise(x, context, after);
  }
}

/** Batch normalisation of images, `[batch, channels, height, width]`. */
export class BatchNorm2d extends BatchNorm {
  /** @throws {TypeError | RangeError} if an option is unknown, of the wrong kind or outside its range, or there is no stream. */
  constructor(options: BatchNormOptions, rng: Rng) {
    super("BatchNorm2d", options, rng);
  }

  /** @throws {RangeError} if there is one pixel a channel to train on: it would be its own mean. */
  forward(x: Tensor4, context: Context = {}, after: AfterNorm = {}): Tensor4 {
    checkTensor("BatchNorm2d", "x", x, 4);
    checkContext("BatchNorm2d", context);
    checkOptions("BatchNorm2d", after, AFTER);
    return this.normalise(x, context, after);
  }
}
