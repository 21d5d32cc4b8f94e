export { describe } from "./arguments/describe.ts";
export * from "./arguments/kinds.ts";
export { checkOptions, type Kinds, nearestName } from "./arguments/options.ts";
export { checkRng } from "./random/rng.ts";
export { checkWeight } from "./sparse/sparse.ts";
export { checkShape } from "./tensor/shape.ts";
export { checkTensor, checkTensors } from "./tensor/tensor.ts";
export { checkTokens } from "./tensor/tokens.ts";
