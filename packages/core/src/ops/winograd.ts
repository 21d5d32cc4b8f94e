import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { ImageWindows } from "../kernels/kernels.ts";
import { empty, type Tensor4 } from "../tensor/tensor.ts";

/** Results in a row below which tiles, of which backends compute four at a time, save nothing. */
const COLUMNS = 6;

/** Whether `winograd` computes this convolution, on a backend that has it. */
export function isWinograd({ kernelHeight, kernelWidth, ...windows }: ImageWindows): boolean {
  const { strideY, strideX, paddingY, paddingX, columns } = windows;
  const isStepwise = kernelHeight === 3 && kernelWidth === 3 && strideY === 1 && strideX === 1;
  return isStepwise && paddingY <= 2 && paddingX <= 2 && columns >= COLUMNS && backend().kernels.winograd !== undefined;
}

/**
 * `conv2d` with kernels of 3×3 and stride 1 in 4 multiplications a pixel, channel and filter instead of 9 (Winograd's
 * F(2×2, 3×3)). Its gradients are such convolutions too.
 *
 * @param weights - `[filters, channels, 3, 3]`
 * @param padding - `[down, across]`, at most 2.
 */
export function winograd(x: Tensor4, weights: Tensor4, padding: readonly [number, number]): Tensor4 {
  const [batch, channels, height, width] = x.shape;
  const [paddingY, paddingX] = padding;
  const [filters, rows, columns] = [weights.shape[0], height + 2 * paddingY - 2, width + 2 * paddingX - 2];
  const y = empty([batch, filters, rows, columns]);
  const size = { batch, channels, height, width, filters, rows, columns, paddingY, paddingX };
  backend().kernels.winograd!(x.storage, weights.storage, y.storage, size);
  return record("conv2d", y, [x, weights], (dy) => [
    () => winograd(dy, turned(weights), [2 - paddingY, 2 - paddingX]),
    () => winogradKernel(x, dy, padding),
  ]);
}

/** The gradient of `winograd` with respect to its weights. */
function winogradKernel(x: Tensor4, dy: Tensor4, padding: readonly [number, number]): Tensor4 {
  const [batch, channels, height, width] = x.shape;
  const [, filters, rows, columns] = dy.shape;
  const [paddingY, paddingX] = padding;
  const dweights = empty([filters, channels, 3, 3]);
  const size = { batch, channels, height, width, filters, rows, columns, paddingY, paddingX };
  backend().kernels.winogradKernel!(x.storage, dy.storage, dweights.storage, size);
  return record("conv2d", dweights, [x, dy], (d) => [
    () => winograd(dy, turned(d), [2 - paddingY, 2 - paddingX]),
    () => winograd(x, d, padding),
  ]);
}

/** `[channels, filters, 3, 3]` of kernels that are turned round: what the gradient goes back through. */
function turned(weights: Tensor4): Tensor4 {
  const [filters, channels] = weights.shape;
  const y = empty([channels, filters, 3, 3]);
  const walk = { shape: y.shape, strides: [9, 9 * channels, -3, -1], offset: 8 };
  backend().kernels.stridedCopy(weights.storage, y.storage, walk);
  return record("conv2d", y, [weights], (dy) => [() => turned(dy)]);
}
