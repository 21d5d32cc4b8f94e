import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { UnfoldSize } from "../kernels/kernels.ts";
import { empty, type Matrix, type Tensor } from "../tensor/tensor.ts";

// Copying windows is linear: the gradient of each is the other.

/**
 * The windows of images as the rows of a matrix: `[batch·rows·columns, channels·height·width]` of the windows.
 *
 * @param operation - Named in messages.
 */
export function unfold(operation: string, x: Tensor, size: UnfoldSize): Matrix {
  const { batch, channels, kernelHeight, kernelWidth, rows, columns } = size;
  const windows = empty([batch * rows * columns, channels * kernelHeight * kernelWidth]);
  backend().kernels.unfold(x.storage, windows.storage, size);
  return record(operation, windows, [x], (d) => [() => fold(operation, d, size)]);
}

function fold(operation: string, windows: Tensor, size: UnfoldSize): Tensor {
  const x = empty([size.batch, size.channels, size.height, size.width]);
  backend().kernels.fold(windows.storage, x.storage, size);
  return record(operation, x, [windows], (d) => [() => unfold(operation, d, size)]);
}
