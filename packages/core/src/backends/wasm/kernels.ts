import type { Kernels } from "../../kernels/kernels.ts";
import { Bits } from "./bits.ts";
import { BREAK_EVENS, type BreakEvens } from "./break-evens.ts";
import type { Exports } from "./exports.generated.ts";
import { batchNorm } from "./kernels/batch-norm.ts";
import type { Context } from "./kernels/context.ts";
import { dropout } from "./kernels/dropout.ts";
import { elementwise } from "./kernels/elementwise.ts";
import { lstmCell } from "./kernels/lstm-cell.ts";
import { movement } from "./kernels/movement.ts";
import { pooling } from "./kernels/pooling.ts";
import { product } from "./kernels/product.ts";
import { reduction } from "./kernels/reduction.ts";
import { storedConvolution } from "./kernels/stored-convolution.ts";
import { storedElements } from "./kernels/stored-elements.ts";
import { updates } from "./kernels/updates.ts";
import { winograd } from "./kernels/winograd.ts";
import { createLstmRuns, lstmKernels } from "./lstm.ts";
import { lstmLayer } from "./lstm-layer.ts";
import type { LinearMemory } from "./memory.ts";
import { createParallelFor } from "./parallel-for.ts";
import { sparseProducts } from "./sparse-products.ts";
import { sparseRows } from "./sparse-rows.ts";
import { sparseWindows } from "./sparse-windows.ts";
import type { ThreadPool } from "./thread-pool.ts";
import { weightGradients } from "./weight-gradients.ts";
import { windows } from "./windows.ts";

/** Multiplications below which waking a second thread takes longer than it saves. */
const WORTH_A_THREAD = 120_000;

/**
 * The contract's kernels, by kind: each passes pointers into linear memory to the compiled kernel and copies nothing.
 * The compiler generates the types of those, so a wrong number of arguments, as well as a kernel that is missing here,
 * is a type error.
 *
 * @param worth - Multiplications from which another thread is used. The results are the same bits for any number.
 * @param breakEvens - Those of the compiled kernels.
 */
export function createKernels(
  exports: Exports,
  memory: LinearMemory,
  pool: ThreadPool,
  worth: number = WORTH_A_THREAD,
  breakEvens: BreakEvens = BREAK_EVENS[128],
): Kernels {
  const parallelFor = createParallelFor(memory, pool, worth);
  const context: Context = { exports, memory, parallelFor, worth, threads: pool.size, breakEvens };

  const bits = new Bits(memory, breakEvens.bits);
  const dense = {
    ...elementwise(context),
    ...movement(context),
    ...pooling(context),
    ...batchNorm(context),
    ...reduction(context),
    ...product(context),
    ...winograd(context),
    ...storedConvolution(context),
    ...storedElements(context, bits),
    ...dropout(context),
    ...lstmCell(context),
    ...updates(context),
  };
  const { weightGradient, gradientInParts } = weightGradients(context);
  const runs = createLstmRuns(exports, { memory, pool, worth, breakEvens });
  const kernels = {
    ...dense,
    weightGradient,
    ...sparseProducts(context, dense),
    ...sparseRows(context, dense, bits),
    ...sparseWindows(context, { ...dense, ...windows(context) }),
    ...lstmKernels(runs),
  };
  return { ...kernels, ...lstmLayer(context, kernels, runs, gradientInParts) };
}
