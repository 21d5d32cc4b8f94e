import type { Storage } from "./storage.ts";
import type { WeightStorage } from "./weight-storage.ts";

/** `a[b?,m,k] · b[b?,k,n]`; a transposed operand is stored `[k,m]`, `[n,k]`. */
export interface MatmulSize {
  readonly batch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** `x[batch,time,channels] * kernel[width,channels,filters] → y[batch,time − width + 1,filters]`. */
export interface Conv1dSize {
  readonly batch: number;
  readonly time: number;
  readonly channels: number;
  readonly width: number;
  readonly filters: number;
}

/** Weights of `groups`, `[groups·outputs, inputs]`, whose inputs and outputs are side by side in every row. */
export interface WeightGradientSize {
  readonly rows: number;
  readonly groups: number;
  readonly outputs: number;
  readonly inputs: number;
}

/** Kernels that multiply an input by a weight and add up. */
export interface ProductKernels {
  /**
   * out[b,m,n] = Σ_k a[b,m,k] · b[b,k,n], added in the order of k, from 0. Elements of `out` past these keep their
   * values. In a batch of one, b may be stored in part if a is not transposed; or `out` may be if a is transposed and b
   * is not, so that a gradient is computed only where a weight is stored.
   */
  matmul(a: Storage, b: WeightStorage, out: WeightStorage, size: MatmulSize): void;

  /** y[b,t,f] = Σ_{w,c} x[b,t+w,c] · kernel[w,c,f], added in the order of w, c, from 0 */
  conv1d(x: Storage, kernel: WeightStorage, y: Storage, size: Conv1dSize): void;
  /** dx[b,s,c] = Σ_{w,f} dy[b,s−w,f] · kernel[w,c,f], added in the order of s − w, f, from 0; a dy of 0 adds nothing */
  conv1dInput(dy: Storage, kernel: WeightStorage, dx: Storage, size: Conv1dSize): void;
  /** dkernel[w,c,f] = Σ_{b,t} x[b,t+w,c] · dy[b,t,f], added in the order of b, t, from 0; a dy of 0 adds nothing */
  conv1dKernel(x: Storage, dy: Storage, dkernel: WeightStorage, size: Conv1dSize): void;

  /**
   * dweight[g·outputs+o,i] = Σ_n dy[n,g,o] · x[n,g,i] for x[rows,groups·inputs] and dy[rows,groups·outputs]. Four sums,
   * sₖ of the terms with n ≡ k (mod 4) in their order, from 0, are added as ((s₀ + s₁) + s₂) + s₃, so that a vector may
   * hold the four sums of one weight, as sparse weights need. With several groups dweight may be stored in part, as the
   * weights of `lstm` are.
   */
  weightGradient(x: Storage, dy: Storage, dweight: WeightStorage, size: WeightGradientSize): void;
}
