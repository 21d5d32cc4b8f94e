export { type CutOptions, cut, POOLS, type Pool } from "./cut.ts";
export { elementwise } from "./elementwise.ts";
export { type EmptyParts, emptyParts, PARTS } from "./empty-parts.ts";
export {
  type Pattern,
  patternOf,
  type Sparsity,
  sparseWeights,
  sparsityOf,
  type Values,
  valuesAt,
} from "./pattern.ts";
