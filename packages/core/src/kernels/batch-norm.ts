import type { Storage } from "./storage.ts";

/** `x[batch,channels,pixels]` */
export interface NormalisedSize {
  readonly batch: number;
  readonly channels: number;
  readonly pixels: number;
  /** Whether what is below 0 becomes 0, last of all. */
  readonly relu: boolean;
}

export interface BatchNormSize extends NormalisedSize {
  readonly epsilon: number;
}

/** Batch normalisation and what follows it, in one pass. Optional: without them it is computed as many operations. */
export interface BatchNormKernels {
  /**
   * With the batch's own statistics. Of each channel, with n = batch · pixels; sums are in the order of `sum`, of each image's pixels, then of the images:
   *
   *     mean = Σ x · (1/n), variance = Σ (x − mean)² · (1/n)
   *     y = ((x − mean) · (γ / √(variance + ε)) + β) + residual, or the larger of this and 0
   */
  batchNorm?(
    x: Storage,
    residual: Storage | undefined,
    gamma: Storage,
    beta: Storage,
    y: Storage,
    mean: Storage,
    variance: Storage,
    size: BatchNormSize,
  ): void;
  /**
   * Of each channel, with s = 1 / √(variance + ε) and z = (x − mean) · s:
   *
   *     d = dy, or if y is given, of relu, 0 where y ≤ 0
   *     dβ = Σ d, dγ = Σ d · z
   *     dx = ((d − dβ · (1/n)) − z · (dγ · (1/n))) · (γ · s)
   *     dresidual = d
   */
  batchNormGradient?(
    dy: Storage,
    y: Storage | undefined,
    x: Storage,
    gamma: Storage,
    mean: Storage,
    variance: Storage,
    dx: Storage,
    dresidual: Storage | undefined,
    dgamma: Storage,
    dbeta: Storage,
    size: BatchNormSize,
  ): void;
  /** With given statistics: y = ((x − mean) · scale + shift) + residual, or the larger of this and 0 */
  normalise?(
    x: Storage,
    residual: Storage | undefined,
    mean: Storage,
    scale: Storage,
    shift: Storage,
    y: Storage,
    size: NormalisedSize,
  ): void;
}
