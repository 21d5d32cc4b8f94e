import { above0, anything, flag } from "../arguments/kinds.ts";
import { checkOptions, type Kinds } from "../arguments/options.ts";
import { isRecorded, noGrad, record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import { ShapeError, sameShape, show } from "../tensor/shape.ts";
import { checkTensor, detach, empty, emptyLike, full, type Tensor, type Vector } from "../tensor/tensor.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";
import { mean as meanOf } from "./mean.ts";
import { mul } from "./mul.ts";
import { relu as reluOf } from "./relu.ts";
import { reluGradient } from "./relu-gradient.ts";
import { reshape } from "./reshape.ts";
import { sqrt } from "./sqrt.ts";
import { sub } from "./sub.ts";
import { sum } from "./sum.ts";
import { variance as varianceOf } from "./variance.ts";

/** Channels are axis 1: `[batch, channels]`, or with any axes behind, as images `[batch, channels, height, width]` have. */
type Channels = readonly [number, number, ...(readonly number[])];

export interface BatchNormOptions {
  /** Of each channel, `[channels]`: what `batchNormTraining` found, averaged over steps. No gradient is given for it. */
  readonly mean: Vector;
  /** Of each channel, `[channels]`, at least 0. No gradient is given for it. */
  readonly variance: Vector;
  /** Added to the variance, above 0. Default 1e-5. */
  readonly epsilon?: number;
  /** Added to the result, of the shape of x. Default: nothing. */
  readonly residual?: Tensor | undefined;
  /** Whether the result is then the larger of it and 0. Default false. */
  readonly relu?: boolean;
}

/**
 * Batch normalisation with given statistics, as in evaluation: `y = (x − mean) · γ / √(variance + ε) + β`, each channel with its own.
 * What follows in residual networks, `relu(y + residual)`, may be asked for: in one pass, with the bits of `add` and `relu`.
 *
 * @param x - `[batch, channels, …]`.
 * @param gamma - The scale γ, `[channels]`.
 * @param beta - The shift β, `[channels]`.
 * @returns the shape of x
 * @throws {ShapeError} if γ, β, mean or variance has not one value a channel, or the residual another shape than x.
 * @see Ioffe & Szegedy, “Batch Normalization”, ICML 2015, algorithm 2.
 */
export function batchNorm<S extends Channels>(
  x: Tensor<S>,
  gamma: Vector,
  beta: Vector,
  options: BatchNormOptions,
): Tensor<S> {
  const checked = checkOptions("batchNorm", options, EVALUATION);
  const { mean, variance, epsilon = 1e-5, residual, relu = false } = checked;
  checkChannels("batchNorm", x, { gamma, beta, mean, variance });
  checkResidual("batchNorm", x, residual);

  const [centre, deviation] = noGrad(() => [reshape(mean, [-1]), sqrt(add(variance, epsilon))] as const);
  const scale = div(gamma, deviation);
  const { kernels } = backend();
  const [batch, channels] = x.shape;
  const pixels = x.size / (batch * channels);
  if (kernels.normalise === undefined || !(pixels > 1) || isRecorded([x, gamma, beta, ...listOf(residual)])) {
    return followed(normalised(x, centre, scale, beta), residual, relu);
  }
  const y = emptyLike(x);
  const size = { batch, channels, pixels, relu };
  const vectors = [centre.storage, scale.storage, beta.storage] as const;
  kernels.normalise(x.storage, residual?.storage, ...vectors, y.storage, size);
  return y;
}

const EVALUATION: Kinds<BatchNormOptions> = {
  mean: anything,
  variance: anything,
  epsilon: above0,
  residual: anything,
  relu: flag,
};

export interface BatchNormTrainingOptions {
  /** Added to the variance, above 0. Default 1e-5. */
  readonly epsilon?: number;
  /** Added to the result, of the shape of x. Default: nothing. */
  readonly residual?: Tensor | undefined;
  /** Whether the result is then the larger of it and 0. Default false. */
  readonly relu?: boolean;
}

const TRAINING: Kinds<BatchNormTrainingOptions> = { epsilon: above0, residual: anything, relu: flag };

/** What `batchNormTraining` gives. */
export interface BatchNormTraining<S extends Channels> {
  readonly y: Tensor<S>;
  /** Of each channel in this batch, `[channels]`; without a gradient. */
  readonly mean: Vector;
  /** Unbiased, `Σ (x − mean)² / (n − 1)`, `[channels]`, for a running estimate; without a gradient. */
  readonly variance: Vector;
}

/**
 * Batch normalisation with the batch's own statistics, as in training: `y = (x − mean) · γ / √(variance + ε) + β`, each
 * channel with its own. Mean and variance are over all n elements of a channel; the biased variance `Σ (x − mean)² / n`
 * normalises, as in PyTorch, and the gradient goes through both. What follows in residual networks, `relu(y + residual)`,
 * may be asked for: in one pass, forward and backward, with the bits of `add` and `relu`.
 *
 * @param x - `[batch, channels, …]`.
 * @param gamma - The scale γ, `[channels]`.
 * @param beta - The shift β, `[channels]`.
 * @throws {ShapeError} if γ or β has not one value a channel, or the residual another shape than x.
 * @throws {RangeError} if a channel has fewer than two elements: it would be its own mean.
 * @see Ioffe & Szegedy, “Batch Normalization”, ICML 2015, algorithm 1.
 */
export function batchNormTraining<S extends Channels>(
  x: Tensor<S>,
  gamma: Vector,
  beta: Vector,
  options: BatchNormTrainingOptions = {},
): BatchNormTraining<S> {
  const { epsilon = 1e-5, residual, relu = false } = checkOptions("batchNormTraining", options, TRAINING);
  checkChannels("batchNormTraining", x, { gamma, beta });
  checkResidual("batchNormTraining", x, residual);
  const count = x.size / x.shape[1];
  if (count < 2) {
    throw new RangeError(
      `batchNormTraining: ${show(x)} has ${count === 1 ? "1 value" : "no values"} a channel; a variance takes two`,
    );
  }

  const { kernels } = backend();
  const unbiased = (biased: Vector) => noGrad(() => mul(biased, count / (count - 1)));
  if (kernels.batchNorm === undefined) {
    const { mean, biased, scale } = statistics(x, gamma, epsilon);
    const y = followed(normalised(x, mean, scale, beta), residual, relu);
    return { y, mean: detach(mean), variance: unbiased(biased) };
  }
  const [batch, channels] = x.shape;
  const size = { batch, channels, pixels: count / batch, epsilon, relu };
  const y = emptyLike(x);
  const [mean, biased] = [empty([channels]), empty([channels])];
  const results = [y.storage, mean.storage, biased.storage] as const;
  kernels.batchNorm(x.storage, residual?.storage, gamma.storage, beta.storage, ...results, size);
  record("batchNormTraining", y, [x, gamma, beta, ...listOf(residual)], (dy, asked) => {
    let found: readonly Tensor[] | undefined;
    const gradient = (which: number) => () => {
      found ??= isRecorded([dy, x, gamma]) ? inOperations() : computed();
      return found[which]!;
    };
    const inOperations = (): readonly Tensor[] => {
      const d = relu ? reluGradient(dy as Tensor<S>, y) : dy;
      return [...gradientInOperations(d, x, gamma, epsilon), d];
    };
    const computed = (): readonly Tensor[] => {
      const [dx, dgamma, dbeta] = [emptyLike(x), empty([channels]), empty([channels])];
      const dresidual = relu && asked[3] === true ? emptyLike(x) : undefined;
      kernels.batchNormGradient!(
        ...([dy.storage, relu ? y.storage : undefined, x.storage] as const),
        ...([gamma.storage, mean.storage, biased.storage] as const),
        ...([dx.storage, dresidual?.storage, dgamma.storage, dbeta.storage] as const),
        size,
      );
      return [dx, dgamma, dbeta, dresidual ?? dy];
    };
    return [gradient(0), gradient(1), gradient(2), ...listOf(residual).map(() => gradient(3))];
  });
  return { y, mean, variance: unbiased(biased) };
}

const listOf = (residual: Tensor | undefined): readonly Tensor[] => (residual === undefined ? [] : [residual]);

/** What follows, in operations. */
function followed<S extends Channels>(y: Tensor<S>, residual: Tensor | undefined, relu: boolean): Tensor<S> {
  const sum = residual === undefined ? y : (add(y, residual) as Tensor<S>);
  return relu ? reluOf(sum) : sum;
}

/** Mean and biased variance of each channel, and γ / √(variance + ε), in operations. */
function statistics(x: Tensor, gamma: Vector, epsilon: number): { mean: Vector; biased: Vector; scale: Vector } {
  const axis = othersThanChannels(x);
  const mean = meanOf(x, { axis }) as Vector;
  const biased = varianceOf(x, { axis, correction: 0 }) as Vector;
  return { mean, biased, scale: div(gamma, sqrt(add(biased, epsilon))) };
}

const othersThanChannels = (x: Tensor): number[] => x.shape.map((_, i) => i).filter((i) => i !== 1);

/** What `batchNormGradient` computes, in operations: where it is to be differentiated again. */
function gradientInOperations<S extends Channels>(
  dy: Tensor<S>,
  x: Tensor<S>,
  gamma: Vector,
  epsilon: number,
): readonly Tensor[] {
  const axis = othersThanChannels(x);
  const of = (vector: Vector) => reshape(vector, [x.shape[1], ...x.shape.slice(2).map(() => 1)]);
  const ones = full([x.shape[1]], 1);
  const { mean, scale: inverse } = statistics(x, ones, epsilon);
  const z = mul(sub(x, of(mean)), of(inverse));
  const [dbeta, dgamma] = [sum(dy, { axis }) as Vector, sum(mul(dy, z), { axis }) as Vector];
  const share = x.shape[1] / x.size;
  const centred = sub(sub(dy, of(mul(dbeta, share))), mul(z, of(mul(dgamma, share))));
  return [mul(centred, of(mul(gamma, inverse))), dgamma, dbeta];
}

/** @throws unless x has an axis of channels, and each of the others one value a channel. */
function checkChannels(operation: string, x: Tensor, vectors: Readonly<Record<string, Tensor>>): void {
  checkTensor(operation, "x", x);
  if (x.shape.length < 2) throw new ShapeError(`${operation}: x is ${show(x)}; it is [batch, channels, …]`);
  for (const [name, vector] of Object.entries(vectors)) {
    checkTensor(operation, name, vector, 1);
    if (vector.size === x.shape[1]) continue;
    throw new ShapeError(`${operation}: ${name} is ${show(vector)}; x, ${show(x)}, has ${x.shape[1]} channels`);
  }
}

function checkResidual(operation: string, x: Tensor, residual: Tensor | undefined): void {
  if (residual === undefined) return;
  checkTensor(operation, "residual", residual);
  if (sameShape(residual.shape, x.shape)) return;
  throw new ShapeError(`${operation}: residual is ${show(residual)}; x, to which it is added, is ${show(x)}`);
}

/** `(x − mean) · scale + shift` of each channel. */
function normalised<S extends Channels>(x: Tensor<S>, mean: Vector, scale: Vector, shift: Vector): Tensor<S> {
  const channels = [x.shape[1], ...x.shape.slice(2).map(() => 1)];
  const of = (vector: Vector) => reshape(vector, channels);
  return add(mul(sub(x, of(mean)), of(scale)), of(shift)) as Tensor<S>;
}
