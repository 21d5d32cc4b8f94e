import { noGrad } from "../autograd/record.ts";
import { concat } from "../ops/concat.ts";
import { mul } from "../ops/mul.ts";
import { gradientOfRows, rowsOf, writtenOut } from "../ops/rows.ts";
import { slice } from "../ops/slice.ts";
import { checkTensor, type Matrix, type Scalar, type Tensor } from "../tensor/tensor.ts";

// What is done with whole gradients before an optimiser has them, without writing an embedding's out: it stays the rows
// that a batch has read, so that Adam may pass the others over.

/**
 * All values of a gradient but zeros that are known to be zeros: of an embedding `[words, dim]` the rows that a batch
 * has read, `[rows, dim]`, of any other tensor the gradient itself. Enough for its norm. Nothing is recorded.
 */
export function gradientValues(gradient: Tensor): Tensor {
  checkTensor("gradientValues", "gradient", gradient);
  const rows = rowsOf(gradient);
  if (rows === undefined) return gradient;
  if (rows.pattern !== undefined) return writtenOut(rows, gradient.shape);
  const { values, unique, except } = rows;
  const at = except === undefined ? -1 : unique.indexOf(except);
  if (at < 0) return values;
  const part = (begin: number, end: number) => slice(values, [begin, 0], [end, values.shape[1]]);
  return noGrad(() => concat([part(0, at), part(at + 1, unique.length)]));
}

/** `factor · gradient`, of the gradient's shape, to go to an optimiser; an embedding's stays rows. Nothing is recorded. */
export function scaleGradient<T extends Tensor>(gradient: T, factor: Scalar): T {
  checkTensor("scaleGradient", "gradient", gradient);
  checkTensor("scaleGradient", "factor", factor, 0);
  return noGrad(() => {
    const rows = rowsOf(gradient);
    if (rows === undefined) return mul(gradient, factor) as Tensor as T;
    return gradientOfRows({ ...rows, values: mul(rows.values, factor) as Matrix }, gradient.shape) as T;
  });
}
