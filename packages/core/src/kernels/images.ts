import type { Indices, Storage } from "./storage.ts";
import type { StoredWeight } from "./weight-storage.ts";

/** Windows `[kernelHeight,kernelWidth]` of images `[height,width]` with padding around them: `[rows,columns]` of them in each image. */
export interface ImageWindows {
  readonly height: number;
  readonly width: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly paddingY: number;
  readonly paddingX: number;
  readonly rows: number;
  readonly columns: number;
}

/** Windows through all channels of `x[batch,channels,height,width]`, padded with zeros. */
export interface UnfoldSize extends ImageWindows {
  readonly batch: number;
  readonly channels: number;
}

/**
 * `x[batch,channels,height,width] * kernel[filters,channels,3,3] → y[batch,filters,rows,columns]`, x being padded with
 * zeros; each size is at least 1.
 */
export interface WinogradSize {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly filters: number;
  readonly rows: number;
  readonly columns: number;
  readonly paddingY: number;
  readonly paddingX: number;
}

/**
 * `x[batch,channels,height,width] * kernel → y[batch,filters,rows,columns]` with stride 1, x being padded with zeros,
 * by the stored elements of a kernel `[filters, channels·kernelHeight·kernelWidth]`; each size is at least 1, paddings
 * are less than the kernel.
 */
export interface StoredConvolutionSize extends WinogradSize {
  readonly kernelHeight: number;
  readonly kernelWidth: number;
}

/** Windows of `x[images,height,width]`, each of which has a pixel inside its image. */
export interface PoolSize extends ImageWindows {
  readonly images: number;
}

/** Kernels of images: their windows, convolutions in tiles, pooling. */
export interface ImageKernels {
  /** windows[b,i,j,c,u,v] = x[b, c, i·strideY + u − paddingY, j·strideX + v − paddingX], 0 outside the image */
  unfold(x: Storage, windows: Storage, size: UnfoldSize): void;
  /** x[b,c,p,q] = the sum of the elements of windows that `unfold` copies it to, added in the order of i, j, from 0 */
  fold(windows: Storage, x: Storage, size: UnfoldSize): void;
  /**
   * Convolution with stride 1 in tiles of 2×2 results, each of the 4×4 pixels d below it (0 outside the image), with
   * the kernels g = kernel[f,c]:
   *
   *     y's tile = Aᵀ [Σ_c (G g Gᵀ) ⊙ (Bᵀ d B)] A, added in the order of c, from 0
   *     Bᵀd = [d0 − d2, d1 + d2, d2 − d1, d1 − d3]
   *     G g = [g0, ((g0 + g2) + g1) · ½, ((g0 + g2) − g1) · ½, g2]
   *     Aᵀm = [(m0 + m1) + m2, (m1 − m2) − m3]
   *
   * each of them down the columns first, then along the rows. A backend that lacks it multiplies windows, whose sums
   * are rounded otherwise (Lavin & Gray, “Fast Algorithms for Convolutional Neural Networks”, CVPR 2016, §4.1).
   */
  winograd?(x: Storage, kernel: Storage, y: Storage, size: WinogradSize): void;
  /**
   * The gradient of `winograd` with respect to its kernel, of the tiles e of dy (0 outside):
   *
   *     dkernel[f,c] = Gᵀ [Σ (A e Aᵀ) ⊙ (Bᵀ d B)] G
   *     A e = [e0, e0 + e1, e0 − e1, −e1]
   *     Gᵀs = [s0 + (s1 + s2) · ½, (s1 − s2) · ½, (s1 + s2) · ½ + s3]
   *
   * Terms are added in four sums, sₖ of the images b ≡ k (mod 4) in the order of b and their tiles' rows and columns,
   * from 0, and these to ((s₀ + s₁) + s₂) + s₃. A backend has both or neither.
   */
  winogradKernel?(x: Storage, dy: Storage, dkernel: Storage, size: WinogradSize): void;
  /**
   * y[b,f,i,j] = Σ kernel[f,c,u,v] · x[b, c, i + u − paddingY, j + v − paddingX] over what is stored of filter f, added
   * in the order of c, u, v, from 0; x is 0 outside. A backend has this and the two gradients, or none.
   */
  storedConvolution?(x: Storage, kernel: StoredWeight, y: Storage, size: StoredConvolutionSize): void;
  /**
   * dx[b,c,p,q] = Σ kernel[f,c,u,v] · dy[b, f, p − u + paddingY, q − v + paddingX] over what is stored of channel c,
   * added in the order of u, v, f, from 0; dy is 0 outside
   */
  storedConvolutionInput?(dy: Storage, kernel: StoredWeight, dx: Storage, size: StoredConvolutionSize): void;
  /**
   * dkernel[f,c,u,v] = Σ dy[b,f,i,j] · x[b, c, i + u − paddingY, j + v − paddingX] of what is stored. Terms are added
   * in eight sums, sₖ of those with i · (width + 2 · paddingX) + j ≡ k (mod 8), in the order of b, i, j, from 0, and
   * these to ((s₀ + s₄) + (s₂ + s₆)) + ((s₁ + s₅) + (s₃ + s₇)). Where x is infinite or NaN, another element may be NaN.
   */
  storedConvolutionKernel?(x: Storage, dy: Storage, dkernel: StoredWeight, size: StoredConvolutionSize): void;
  /**
   * argmax[n,i,j] = p·width + q of the first pixel, in the order of p, q, with the largest x[n,p,q] of those of window
   * i, j that are inside the image (NaN is larger than all); y[n,i,j] = that value
   */
  maxPool2d(x: Storage, y: Storage, argmax: Indices, size: PoolSize): void;
  /** dx = 0, then dx[n, argmax[n,i,j]] += dy[n,i,j], in the order of i, j */
  maxPool2dGradient(dy: Storage, argmax: Indices, dx: Storage, size: PoolSize): void;
  /** y[n,i,j] = x[n, argmax[n,i,j]] */
  gatherMaxima(x: Storage, argmax: Indices, y: Storage, size: PoolSize): void;
}
