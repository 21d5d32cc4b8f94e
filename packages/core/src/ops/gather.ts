import { anything } from "../arguments/kinds.ts";
import { checkOptions } from "../arguments/options.ts";
import { checkAxis, type Shape, ShapeError, show, stridesOf } from "../tensor/shape.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { checkTokens, type Tokens, tokens } from "../tensor/tokens.ts";
import { embedding } from "./embedding.ts";
import { reshape } from "./reshape.ts";

/**
 * Elements of `x` that the indices choose along an axis: for axis 1 of three, `y[i,j,k] = x[i, indices[i,j,k], k]`, of
 * the shape of the indices (PyTorch's `gather`). Where an element is chosen several times, its gradients add up.
 *
 * @param indices - Of the rank of `x`, and on the other axes no longer than it.
 * @param options.axis - Default −1, the last.
 * @throws {ShapeError} if the indices have another rank, or are longer than `x` on another axis.
 * @throws {RangeError} if there is no such axis, or an index is not on it.
 */
export function gather<S extends Shape>(x: Tensor<S>, indices: Tokens<S>, options: { axis?: number } = {}): Tensor<S> {
  checkTensor("gather", "x", x);
  checkTokens("gather", "indices", indices, x.shape.length);
  const { axis = -1 } = checkOptions("gather", options, { axis: anything });
  const at = checkAxis("gather", x.shape, axis);
  if (indices.shape.some((size, i) => i !== at && size > x.shape[i]!))
    throw new ShapeError(`gather: indices ${show(indices)} are longer than ${show(x)} elsewhere than on axis ${at}`);
  // Picking elements is looking rows up in a table of one column.
  const table = reshape(x, [x.size, 1]);
  return reshape(embedding(table, tokens(places(x.shape, indices, at), [indices.size])), indices.shape) as Tensor<S>;
}

/** Where in `x` the chosen elements stand. */
function places(shape: Shape, indices: Tokens, at: number): Int32Array {
  const [from, to] = [stridesOf(indices.shape), stridesOf(shape)];
  return indices.data.map((index, i) => {
    if (index < 0 || index >= shape[at]!) {
      const range = shape[at] === 0 ? "nothing" : `0–${shape[at]! - 1}`;
      throw new RangeError(`gather: index ${i} is ${index}; axis ${at} of ${show(shape)} has ${range}`);
    }
    return shape.reduce((place, _, axis) => {
      const coordinate = axis === at ? index : Math.floor(i / from[axis]!) % indices.shape[axis]!;
      return place + coordinate * to[axis]!;
    }, 0);
  });
}
