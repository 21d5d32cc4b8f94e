import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import { positionsOf } from "../sparse/csc.ts";
import type { Sparse } from "../sparse/sparse.ts";
import type { Shape } from "../tensor/shape.ts";
import { empty, emptyLike, type Tensor, type Vector } from "../tensor/tensor.ts";
import { reshape } from "./reshape.ts";
import { scatterRows } from "./rows.ts";

// Each one's gradient is the other.

/** `values` at the positions of a weight, 0 elsewhere, in its shape. */
export function expand<S extends Shape>(values: Vector, weight: Sparse<S>): Tensor<S> {
  const { sparse } = backend().kernels;
  if (sparse === undefined) {
    const column = reshape(values, [values.size, 1]);
    return reshape(scatterRows(column, positionsOf(weight), weight.size), weight.shape) as Tensor<S>;
  }
  const y = empty(weight.shape) as Tensor as Tensor<S>;
  sparse.expand(values.storage, positionsOf(weight), y.storage);
  return record("dense", y, [values], (dy) => [() => compress(dy, weight)]);
}

/** What of a tensor is at the positions of a weight. */
function compress(x: Tensor, weight: Sparse): Vector {
  const values = emptyLike(weight.values);
  backend().kernels.sparse!.compress(x.storage, positionsOf(weight), values.storage);
  return record("dense", values, [x], (dvalues) => [() => expand(dvalues, weight)]);
}
