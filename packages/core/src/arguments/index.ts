export { checkRng } from "../rng.ts";
export { checkShape } from "../shape.ts";
export { checkWeight } from "../sparse.ts";
export { checkTensor, checkTensors } from "../tensor.ts";
export { checkTokens } from "../tokens.ts";
export { describe } from "./describe.ts";
export * from "./kinds.ts";
export { checkOptions, type Kinds } from "./options.ts";
