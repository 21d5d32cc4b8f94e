import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { ImageWindows, StoredConvolutionSize, StoredWeight } from "../kernels/kernels.ts";
import type { Pattern } from "../sparse/pattern.ts";
import { WeightOperand } from "../sparse/weight-operand.ts";
import { sizeOf } from "../tensor/shape.ts";
import { empty, type Tensor, type Tensor4 } from "../tensor/tensor.ts";

/** Density up to which stored weights are multiplied one by one. Beyond it tiles (3×3), or windows, are faster. Measured; which way is taken decides how sums are rounded, so it is the same on all backends. */
const DENSITY = 0.25;

/** A kernel of which a part is stored, on a backend that takes it so. */
type StoredOperand = WeightOperand & { readonly pattern: Pattern };

/** Whether `storedConvolution` computes this convolution, on a backend that has it. */
export function isStoredConvolution(kernel: WeightOperand, windows: ImageWindows): kernel is StoredOperand {
  if (kernel.pattern === undefined) return false;
  const { strideY, strideX, paddingY, paddingX, kernelHeight, kernelWidth } = windows;
  const isDirect = strideY === 1 && strideX === 1 && paddingY < kernelHeight && paddingX < kernelWidth;
  if (!isDirect || kernel.trained.size > DENSITY * sizeOf(kernel.shape)) return false;
  return backend().kernels.storedConvolution !== undefined;
}

/**
 * `conv2d` with stride 1 and a sparse kernel: each stored weight times a row of pixels, so that time and memory are those of what is stored. It is linear in each of images, kernel and gradient; so are its
 * gradients, and theirs are these three again.
 */
export function storedConvolution(x: Tensor4, kernel: StoredOperand, windows: ImageWindows): Tensor4 {
  const [batch, channels] = x.shape;
  const [filters = 0, ...taps] = kernel.shape;
  const { height, width, rows, columns, kernelHeight, kernelWidth, paddingY, paddingX } = windows;
  const images = { height, width, rows, columns, kernelHeight, kernelWidth, paddingY, paddingX };
  const matrix = new WeightOperand(kernel.trained, kernel.pattern.reshaped("conv2d", [filters, sizeOf(taps)]));
  return forward(x, matrix, { batch, channels, filters, ...images });
}

function forward(x: Tensor4, kernel: WeightOperand, size: StoredConvolutionSize): Tensor4 {
  const y = empty([size.batch, size.filters, size.rows, size.columns] as const);
  backend().kernels.storedConvolution!(x.storage, storedOf(kernel), y.storage, size);
  return record("conv2d", y, [x, kernel.trained], (dy) => [
    () => ofInput(dy, kernel, size),
    () => ofKernel(x, dy, kernel, size),
  ]);
}

/** The gradient with respect to the images. */
function ofInput(dy: Tensor4, kernel: WeightOperand, size: StoredConvolutionSize): Tensor4 {
  const dx = empty([size.batch, size.channels, size.height, size.width] as const);
  backend().kernels.storedConvolutionInput!(dy.storage, storedOf(kernel), dx.storage, size);
  return record("conv2d", dx, [dy, kernel.trained], (d) => [
    () => forward(d, kernel, size),
    () => ofKernel(d, dy, kernel, size),
  ]);
}

/** The gradient with respect to the values of the kernel. */
function ofKernel(x: Tensor4, dy: Tensor4, kernel: WeightOperand, size: StoredConvolutionSize): Tensor {
  const dkernel = kernel.emptyLike();
  backend().kernels.storedConvolutionKernel!(x.storage, dy.storage, storedOf(dkernel), size);
  return record("conv2d", dkernel.trained, [x, dy], (d) => [
    () => ofInput(dy, kernel.withValues(d), size),
    () => forward(x, kernel.withValues(d), size),
  ]);
}

function storedOf(kernel: WeightOperand): StoredWeight {
  return kernel.storage as StoredWeight; // it has a pattern
}
