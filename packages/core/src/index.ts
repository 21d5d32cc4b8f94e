export { backend, useBackend } from "./backend.ts";
export { createReferenceBackend } from "./backends/reference/backend.ts";
export { createWasmBackend, type WasmBackend } from "./backends/wasm/backend.ts";
export { gradients } from "./backprop.ts";
export { gradientValues, scaleGradient } from "./gradient-rows.ts";
export type { AdamStep, Backend, Indices, Kernels, RmspropStep, SgdStep, Storage, WindowSize } from "./kernels.ts";
export * from "./ops/index.ts";
export type { LstmOutput } from "./ops/lstm.ts";
export type { LstmState, LstmWeights } from "./ops/lstm-cell.ts";
export type { FinalStates } from "./ops/lstm-layers.ts";
export type { MatmulOptions } from "./ops/matmul.ts";
export type { Operand } from "./ops/pairwise.ts";
export type { Reduction } from "./ops/reduced.ts";
export type { TextFilters } from "./ops/text-convolution.ts";
export type { ReadonlyFloat32Array } from "./read-only-floats.ts";
export { noGrad, record } from "./record.ts";
export { Rng, type RngKey, stream } from "./rng.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsDtype,
  type SafetensorsEntry,
  SafetensorsError,
} from "./safetensors.ts";
export { scope } from "./scope.ts";
export { type Shape, ShapeError, type Sizes } from "./shape.ts";
export { dense, Sparse, type Weight, type WeightCube, type WeightMatrix, type WeightVector } from "./sparse.ts";
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
  tensor,
  type Vector,
  zeros,
} from "./tensor.ts";
export { type TokenMatrix, Tokens, type TokenVector, tokens } from "./tokens.ts";
export { adamUpdate, rmspropUpdate, sgdUpdate } from "./updates.ts";
