import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Shape } from "../tensor/shape.ts";
import { empty, type Tensor, type Vector } from "../tensor/tensor.ts";
import type { Pattern } from "./pattern.ts";

// Each one's gradient is the other.

/** `values` at the positions of a pattern, 0 elsewhere, in its shape. */
export function expand<S extends Shape>(values: Vector, pattern: Pattern<S>): Tensor<S> {
  const y = empty(pattern.shape) as Tensor as Tensor<S>;
  const { kernels } = backend();
  const positions = pattern.positionIndices();
  if (kernels.expand === undefined) kernels.scatterRows(values.storage, positions, y.storage, { dim: 1 });
  else kernels.expand(values.storage, positions, y.storage);
  return record("dense", y, [values], (dy) => [() => compress(dy, pattern)]);
}

/** What of a tensor is at the positions of a pattern. */
function compress(x: Tensor, pattern: Pattern): Vector {
  const values = empty([pattern.positions.length]);
  const { kernels } = backend();
  const positions = pattern.positionIndices();
  if (kernels.compress === undefined) kernels.gatherRows(x.storage, positions, values.storage, { dim: 1 });
  else kernels.compress(x.storage, positions, values.storage);
  return record("dense", values, [x], (dvalues) => [() => expand(dvalues, pattern)]);
}
