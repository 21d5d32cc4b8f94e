import type { Storage } from "./storage.ts";

/** `x[batch,channels,pixels]` */
export interface BatchNormSize {
  readonly batch: number;
  readonly channels: number;
  readonly pixels: number;
  readonly epsilon: number;
}

/** Batch normalisation with the batch's own statistics. Optional: without them it is computed as many operations. */
export interface BatchNormKernels {
  /**
   * Of each channel, with n = batch · pixels; sums are in the order of `sum`, of each image's pixels, then of the images:
   *
   *     mean = Σ x · (1/n), variance = Σ (x − mean)² · (1/n)
   *     y = (x − mean) · (γ / √(variance + ε)) + β
   */
  batchNorm?(
    x: Storage,
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
   *     dβ = Σ dy, dγ = Σ dy · z
   *     dx = ((dy − dβ · (1/n)) − z · (dγ · (1/n))) · (γ · s)
   */
  batchNormGradient?(
    dy: Storage,
    x: Storage,
    gamma: Storage,
    mean: Storage,
    variance: Storage,
    dx: Storage,
    dgamma: Storage,
    dbeta: Storage,
    size: BatchNormSize,
  ): void;
}
