import type { BatchNormSize, NormalisedSize } from "../../kernels/kernels.ts";
import { sumOf } from "./sum-of.ts";

const f = Math.fround;

/** See `Kernels.batchNorm`. */
export function batchNorm(
  x: Float32Array,
  residual: Float32Array | undefined,
  gamma: Float32Array,
  beta: Float32Array,
  y: Float32Array,
  mean: Float32Array,
  variance: Float32Array,
  size: BatchNormSize,
): void {
  const share = f(1 / (size.batch * size.pixels));
  const scale = new Float32Array(size.channels);
  for (let c = 0; c < size.channels; c++) {
    mean[c] = sumOfChannel(size, c, (at) => x[at]!) * share;
    variance[c] = sumOfChannel(size, c, (at) => f(x[at]! - mean[c]!) ** 2) * share;
    scale[c] = gamma[c]! / deviationOf(variance[c]!, size);
  }
  normalise(x, residual, mean, scale, beta, y, size);
}

/** See `Kernels.normalise`. */
export function normalise(
  x: Float32Array,
  residual: Float32Array | undefined,
  mean: Float32Array,
  scale: Float32Array,
  shift: Float32Array,
  y: Float32Array,
  size: NormalisedSize,
): void {
  for (let c = 0; c < size.channels; c++) {
    eachOfChannel(size, c, (at) => {
      y[at] = f(f(x[at]! - mean[c]!) * scale[c]!) + shift[c]!;
      if (residual !== undefined) y[at]! += residual[at]!;
      if (size.relu) y[at] = Math.max(y[at]!, 0);
    });
  }
}

/** See `Kernels.batchNormGradient`. */
export function batchNormGradient(
  dy: Float32Array,
  y: Float32Array | undefined,
  x: Float32Array,
  gamma: Float32Array,
  mean: Float32Array,
  variance: Float32Array,
  dx: Float32Array,
  dresidual: Float32Array | undefined,
  dgamma: Float32Array,
  dbeta: Float32Array,
  size: BatchNormSize,
): void {
  const share = f(1 / (size.batch * size.pixels));
  const d = y === undefined ? dy : dy.map((value, at) => (y[at]! <= 0 ? 0 : value));
  dresidual?.set(d);
  for (let c = 0; c < size.channels; c++) {
    const inverse = f(1 / deviationOf(variance[c]!, size));
    const normalised = (at: number) => f(f(x[at]! - mean[c]!) * inverse);
    dbeta[c] = sumOfChannel(size, c, (at) => d[at]!);
    dgamma[c] = sumOfChannel(size, c, (at) => d[at]! * normalised(at));
    const [shift, slope, scale] = [f(dbeta[c]! * share), f(dgamma[c]! * share), f(gamma[c]! * inverse)];
    eachOfChannel(size, c, (at) => {
      dx[at] = f(f(d[at]! - shift) - f(normalised(at) * slope)) * scale;
    });
  }
}

const deviationOf = (variance: number, { epsilon }: BatchNormSize): number => f(Math.sqrt(f(variance + f(epsilon))));

/** In the order of `Kernels.sum`: of each image's pixels, then of the images. */
function sumOfChannel({ batch, channels, pixels }: NormalisedSize, c: number, term: (at: number) => number): number {
  const images = Float32Array.from({ length: batch }, (_, b) => {
    const terms = Float32Array.from({ length: pixels }, (_, p) => term((b * channels + c) * pixels + p));
    return sumOf(terms, 0, pixels, 1);
  });
  return sumOf(images, 0, batch, 1);
}

function eachOfChannel({ batch, channels, pixels }: NormalisedSize, c: number, visit: (at: number) => void): void {
  for (let b = 0; b < batch; b++) for (let p = 0; p < pixels; p++) visit((b * channels + c) * pixels + p);
}
