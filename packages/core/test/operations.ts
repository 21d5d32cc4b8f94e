import { batchNorm } from "./operations/batch-norm.ts";
import { convolutions } from "./operations/convolutions.ts";
import { elementwise } from "./operations/elementwise.ts";
import { lookups } from "./operations/lookups.ts";
import { losses } from "./operations/losses.ts";
import { movement } from "./operations/movement.ts";
import type { Operation } from "./operations/operation.ts";
import { pairwise } from "./operations/pairwise.ts";
import { pooling } from "./operations/pooling.ts";
import { products } from "./operations/products.ts";
import { recurrences } from "./operations/recurrences.ts";
import { reductions } from "./operations/reductions.ts";
import { textConvolution } from "./operations/text-convolution.ts";

/** Every operation that `ops/index.ts` exports, with operands to try it on. A new operation is one more entry in the file of its kind. */
export const operations: readonly Operation[] = [
  ...pairwise,
  ...elementwise,
  ...reductions,
  ...movement,
  ...products,
  ...lookups,
  ...convolutions,
  ...pooling,
  ...batchNorm,
  ...recurrences,
  textConvolution,
  ...losses,
];
