import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Conv1dSize } from "../kernels/kernels.ts";
import { checkWeight, type WeightCube } from "../sparse/sparse.ts";
import { operandOf, type WeightOperand } from "../sparse/weight-operand.ts";
import { ShapeError, show } from "../tensor/shape.ts";
import { type Cube, checkTensor, empty, type Tensor } from "../tensor/tensor.ts";

/**
 * Convolution over time, stride 1, no padding: `y[b,t,f] = Σ_w Σ_c x[b,t+w,c] · kernel[w,c,f]`.
 *
 * The kernel is not flipped: like every deep-learning library, this is a cross-correlation. PyTorch stores the same kernel
 * as `[filters, channels, width]`. What a sparse kernel does not store is not computed with.
 *
 * @param x - Sequences, `[batch, time, channels]`.
 * @param weights - The kernel, `[width, channels, filters]`.
 * @returns `[batch, time − width + 1, filters]`
 * @throws {ShapeError} if the channels differ, or the sequences are shorter than the kernel.
 * @see Kim, “Convolutional Neural Networks for Sentence Classification”, EMNLP 2014, eq. 2.
 */
export function conv1d(x: Cube, weights: WeightCube): Cube {
  checkTensor("conv1d", "x", x, 3);
  checkWeight("conv1d", "weights", weights, 3);
  const [batch, time, channels] = x.shape;
  const [width, inner, filters] = weights.shape;
  const names = `conv1d: ${show(x)} * ${show(weights)}`;
  if (channels !== inner) throw new ShapeError(`${names}: channels ${channels} and ${inner} differ`);
  if (width === 0) throw new ShapeError(`${names}: a kernel is at least one step wide`);
  if (time < width) throw new ShapeError(`${names}: ${time} time steps are fewer than the kernel's width, ${width}`);

  const size = { batch, time, channels, width, filters };
  return forward(x, operandOf(weights), size);
}

// The three products below are the three ways to contract the same trilinear form Σ x·kernel·dy, so the gradient of each
// is made of the other two.

function forward(x: Cube, kernel: WeightOperand, size: Conv1dSize): Cube {
  const y = empty([size.batch, size.time - size.width + 1, size.filters]);
  backend().kernels.conv1d(x.storage, kernel.storage, y.storage, size);
  return record("conv1d", y, [x, kernel.trained], (dy) => [
    () => inputGradient(dy, kernel, size),
    () => kernelGradient(x, dy, kernel, size),
  ]);
}

function inputGradient(dy: Cube, kernel: WeightOperand, size: Conv1dSize): Cube {
  const dx = empty([size.batch, size.time, size.channels]);
  backend().kernels.conv1dInput(dy.storage, kernel.storage, dx.storage, size);
  return record("conv1d", dx, [dy, kernel.trained], (g) => [
    () => forward(g, kernel, size),
    () => kernelGradient(g, dy, kernel, size),
  ]);
}

function kernelGradient(x: Cube, dy: Cube, kernel: WeightOperand, size: Conv1dSize): Tensor {
  const dkernel = kernel.emptyLike();
  backend().kernels.conv1dKernel(x.storage, dy.storage, dkernel.storage, size);
  return record("conv1d", dkernel.trained, [x, dy], (g) => [
    () => inputGradient(dy, kernel.withValues(g), size),
    () => forward(x, kernel.withValues(g), size),
  ]);
}
