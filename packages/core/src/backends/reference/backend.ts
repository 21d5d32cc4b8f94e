import type { Backend } from "../../kernels/kernels.ts";
import { batchNorm, batchNormGradient, normalise } from "./batch-norm.ts";
import { crossEntropy, crossEntropyGradient } from "./cross-entropy.ts";
import { dropoutMask } from "./dropout.ts";
import * as elementwise from "./elementwise.ts";
import { lstmCell, lstmCellGradient } from "./lstm-cell.ts";
import { layers } from "./lstm-layer.ts";
import * as movement from "./movement.ts";
import * as pooling from "./pooling.ts";
import * as reduction from "./reduction.ts";
import { stored } from "./stored.ts";
import { storedConvolution, storedConvolutionInput, storedConvolutionKernel } from "./stored-convolution.ts";
import { adam, rmsprop, sgd } from "./updates.ts";
import { winograd, winogradKernel } from "./winograd.ts";

/** Arrays given back are kept for reuse from this length on: below it, an allocation costs less than a look-up. */
const POOLED = 1024;

/**
 * Plain loops over `Float32Array`s, written to be believed: the definition of every kernel. Every operation is rounded to float32, and
 * every sum is added in a stated order, so SIMD kernels that multiply and then add can give the same bits.
 */
export function createReferenceBackend(): Backend {
  const pool = new Map<number, Float32Array[]>();

  return {
    name: "reference",
    takesStoredWeights: true,
    kernels: {
      ...elementwise,
      ...movement,
      ...pooling,
      ...reduction,
      ...stored,
      ...layers,
      batchNorm,
      batchNormGradient,
      normalise,
      winograd,
      winogradKernel,
      storedConvolution,
      storedConvolutionInput,
      storedConvolutionKernel,
      crossEntropy,
      crossEntropyGradient,
      dropoutMask,
      lstmCell,
      lstmCellGradient,
      sgd,
      adam,
      rmsprop,
    },
    allocate: (length: number) => pool.get(length)?.pop() ?? new Float32Array(length),
    allocateIndices: (length: number) => new Int32Array(length),
    upload: (values: Float32Array) => values.slice(),
    uploadIndices: (values: Int32Array) => values.slice(),
    write: (storage: Float32Array, values: Float32Array) => storage.set(values),
    read: async (storage: Float32Array) => storage.slice(),
    view: (storage: Float32Array) => storage,
    release: (storage: Float32Array) => {
      if (storage.length < POOLED) return;
      const free = pool.get(storage.length);
      if (free === undefined) pool.set(storage.length, [storage]);
      else free.push(storage);
    },
    releaseIndices: () => {},
  };
}
