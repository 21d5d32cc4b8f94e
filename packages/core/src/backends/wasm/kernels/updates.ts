import type { PatternLayouts, TableRows } from "../../../kernels/kernels.ts";
import { rowsOf } from "../entries.ts";
import type { Region } from "../memory.ts";
import { ADAM, type AdamRates, adamRates } from "../rates.ts";
import type { Context, WasmKernels } from "./context.ts";
import { createFill } from "./fill.ts";

/** Multiplications that take as long as a weight's step of stochastic gradient descent. */
const SGD = 4;

/** Multiplications that take as long as fetching a row of a table, and of its moments, from memory. */
const ROW = 500;

/** The steps of optimisers. Threads split the weights, or the rows of a table. */
export function updates(
  context: Context,
): WasmKernels<"sgd" | "adam" | "adamRows" | "adamPresent" | "adamReplay" | "rmsprop"> {
  const { exports, memory, parallelFor, threads } = context;
  const fill = createFill(context);
  const adam = (gradient: number, m: Region, v: Region, weights: Region, rates: AdamRates): void =>
    parallelFor("adam", { n: weights.bytes, work: weights.length * ADAM, grain: 64 }, (begin, end) => [
      gradient + begin,
      m.pointer + begin,
      v.pointer + begin,
      weights.pointer + begin,
      end - begin,
      ...rates,
    ]);

  return {
    sgd: (gradient, velocity, weights, step) =>
      parallelFor("sgd", { n: weights.bytes, work: weights.length * SGD, grain: 64 }, (begin, end) => [
        gradient.pointer + begin,
        velocity === undefined ? 0 : velocity.pointer + begin,
        weights.pointer + begin,
        end - begin,
        step.learningRate,
        step.momentum,
        step.weightDecay,
        1 - step.dampening,
        Number(step.nesterov),
        Number(step.first),
      ]),
    adam: (gradient, m, v, weights, step) => adam(gradient.pointer, m, v, weights, adamRates(step)),
    adamRows: (rows, ids, m, v, weights, step) => {
      const { dim, except = -1 } = step;
      const rates = adamRates(step);
      if (dim % 4 !== 0) {
        // rows begin in the middle of a vector: the gradient is written out, then all weights are updated
        memory.borrow(weights.bytes, (whole) => {
          fill(0, whole, weights.bytes);
          exports.scatterRows(rows.pointer, ids.pointer, whole, ids.length, dim, except, dim * 4);
          adam(whole, m, v, weights, rates);
        });
        return;
      }
      parallelFor("adamRows", { n: weights.length / dim, work: weights.length * ADAM }, (begin, end) => [
        rows.pointer,
        ids.pointer,
        ids.length,
        m.pointer,
        v.pointer,
        weights.pointer,
        dim * 4,
        except,
        begin,
        end,
        ...rates,
      ]);
    },
    adamPresent: (rows, ids, m, v, weights, step) => {
      const { dim, pattern, except = -1 } = step;
      const [indptr, indices] = packing(pattern);
      const rates = adamRates(step);
      const work = ids.length * rowLength(step) * ADAM;
      parallelFor("adamPresent", { n: threads, work, scratch: 48 }, (begin, end, part) => [
        rows.pointer,
        ids.pointer,
        m.pointer,
        v.pointer,
        weights.pointer,
        dim,
        indptr,
        indices,
        except,
        ids.length,
        begin,
        end,
        threads,
        ...rates,
        part,
      ]);
    },
    adamReplay: (ids, since, rates, m, v, weights, size) => {
      const { dim, pattern, steps, beta1, beta2, epsilon } = size;
      const [indptr] = packing(pattern);
      const seen = memory.integers(since);
      let absent = 0;
      for (let i = 0; i < seen.length; i++) absent += steps - seen[i]!;
      const scratch = exports.adamReplayScratch(steps);
      const work = absent * rowLength(size) * ADAM + ids.length * ROW;
      parallelFor("adamReplay", { n: threads, work, scratch }, (begin, end, at) => [
        ids.pointer,
        since.pointer,
        ids.length,
        rates.pointer,
        steps,
        m.pointer,
        v.pointer,
        weights.pointer,
        dim,
        indptr,
        begin,
        end,
        threads,
        beta1,
        beta2,
        1 - beta1,
        1 - beta2,
        epsilon,
        at,
      ]);
    },
    rmsprop: (gradient, v, velocity, weights, step) =>
      parallelFor("rmsprop", { n: weights.bytes, work: weights.length * ADAM, grain: 64 }, (begin, end) => [
        gradient.pointer + begin,
        v.pointer + begin,
        velocity === undefined ? 0 : velocity.pointer + begin,
        weights.pointer + begin,
        end - begin,
        step.learningRate,
        step.alpha,
        step.epsilon,
        step.weightDecay,
        step.momentum,
        1 - step.alpha,
      ]),
  };
}

/** Pointers to where the rows of a table of which a part is stored begin, and to the columns of their elements; 0 if all is. */
function packing(pattern: PatternLayouts | undefined): readonly [indptr: number, indices: number] {
  if (pattern === undefined) return [0, 0];
  const { indptr, indices } = rowsOf(pattern);
  return [indptr.pointer, indices.pointer];
}

/** Mean stored elements of a row. */
function rowLength({ dim, pattern }: TableRows): number {
  return pattern === undefined ? dim : pattern.positions.length / pattern.byRows().columns;
}
