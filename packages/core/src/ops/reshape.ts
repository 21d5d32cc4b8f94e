import { record } from "../autograd/record.ts";
import { checkNumbers, ownShape, type Shape, ShapeError, type Sizes, show, sizeOf } from "../tensor/shape.ts";
import { checkTensor, Tensor } from "../tensor/tensor.ts";

/**
 * The same values in the same order under another shape. Shares the memory of `x`. One size may be −1: whatever is left.
 *
 * @throws {ShapeError} if the shape does not hold exactly as many elements.
 */
export function reshape<const S extends Shape>(x: Tensor, shape: S): Tensor<Sizes<S>> {
  checkTensor("reshape", "x", x);
  checkNumbers("reshape", "shape", shape);
  const wanted = ownShape("reshape", fill(x, shape));
  if (sizeOf(wanted) !== x.size) {
    throw new ShapeError(`reshape: ${show(x)} → ${show(shape)}: ${x.size} elements do not fill ${sizeOf(wanted)}`);
  }
  const y = new Tensor<Sizes<S>>(x.storage, wanted as Sizes<S>);
  return record("reshape", y, [x], (dy) => [() => reshape(dy, x.shape)]);
}

function fill(x: Tensor, shape: Shape): Shape {
  const open = shape.indexOf(-1);
  if (open < 0) return shape;
  const rest = sizeOf(shape.toSpliced(open, 1));
  if (shape.lastIndexOf(-1) !== open || rest <= 0 || x.size % rest !== 0) {
    throw new ShapeError(`reshape: ${show(x)} → ${show(shape)}: the size −1 cannot be told from ${x.size} elements`);
  }
  return shape.with(open, x.size / rest);
}
