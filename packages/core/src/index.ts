export { type GradientOptions, gradients, vjp } from "./autograd/gradients.ts";
export { noGrad, recordForeign as record } from "./autograd/record.ts";
export { backend, useBackend } from "./backends/backend.ts";
export { createReferenceBackend } from "./backends/reference/backend.ts";
export { createWasmBackend, type WasmBackend } from "./backends/wasm/backend.ts";
export type { BreakEvens } from "./backends/wasm/break-evens.ts";
export type { NativeKernels } from "./backends/wasm/native.ts";
export { hasWideVectors } from "./backends/wasm/wide.ts";
export type { SafetensorsDtype } from "./formats/dtypes.ts";
export type { SafetensorsEntry } from "./formats/entry.ts";
export { decodeSafetensors, encodeSafetensors } from "./formats/safetensors.ts";
export { SafetensorsError } from "./formats/safetensors-error.ts";
export type {
  AdamStep,
  Backend,
  Indices,
  Kernels,
  RmspropStep,
  RngKey,
  SgdStep,
  Storage,
  WholeWeightKernels,
  WindowSize,
} from "./kernels/kernels.ts";
export { argmax, argmin } from "./ops/argmax.ts";
export * from "./ops/index.ts";
export type { LstmOutput } from "./ops/lstm/lstm.ts";
export type { LstmState, LstmWeights } from "./ops/lstm/lstm-cell.ts";
export type { FinalStates } from "./ops/lstm/lstm-layers.ts";
export type { Operand } from "./ops/pairwise.ts";
export type { MatmulOptions } from "./ops/product.ts";
export type { Reduction } from "./ops/reduced.ts";
export type { TextFilters } from "./ops/text/text-convolution.ts";
export { gradientValues, scaleGradient } from "./optim/gradient-rows.ts";
export { adamUpdate, rmspropUpdate, sgdUpdate } from "./optim/updates.ts";
export { Rng, stream } from "./random/rng.ts";
export {
  dense,
  isWeight,
  Sparse,
  storedPositions,
  storedValues,
  type Weight,
  type WeightCube,
  type WeightMatrix,
  type WeightTensor4,
  type WeightVector,
  withStoredValues,
} from "./sparse/sparse.ts";
export type { ReadonlyFloat32Array } from "./tensor/read-only-floats.ts";
export { scope } from "./tensor/scope.ts";
export { type Shape, ShapeError, type Sizes } from "./tensor/shape.ts";
export {
  type Cube,
  detach,
  empty,
  emptyLike,
  full,
  type Matrix,
  ones,
  type Scalar,
  Tensor,
  type Tensor4,
  tensor,
  type Vector,
  zeros,
} from "./tensor/tensor.ts";
export { type TokenMatrix, Tokens, type TokenVector, tokens } from "./tensor/tokens.ts";
