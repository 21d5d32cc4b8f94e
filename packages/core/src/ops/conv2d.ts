import { checkOptions, type Kinds } from "../arguments/options.ts";
import { checkWeight, dense, Sparse, type WeightMatrix, type WeightTensor4 } from "../sparse/sparse.ts";
import { operandOf, type WeightOperand } from "../sparse/weight-operand.ts";
import { ShapeError, show, sizeOf } from "../tensor/shape.ts";
import { checkTensor, type Tensor4, type Vector } from "../tensor/tensor.ts";
import { matmul } from "./matmul.ts";
import { PADDING, type Pair, pair, STRIDE } from "./pair.ts";
import { reshape } from "./reshape.ts";
import { isStoredConvolution, storedConvolution } from "./stored-convolution.ts";
import { transpose } from "./transpose.ts";
import { unfold } from "./unfold.ts";
import { windowsOf } from "./windows-of.ts";
import { isWinograd, winograd } from "./winograd.ts";

export interface Conv2dOptions {
  /** Pixels from one window to the next, or `[down, across]`. Default 1. */
  readonly stride?: Pair;
  /** Zeros on each side of the image, or `[above and below, left and right]`. Default 0. */
  readonly padding?: Pair;
}

/**
 * Convolution of images with stride s and padding p: `y[b,f,i,j] = Σ_c Σ_u Σ_v x[b, c, i·s + u − p, j·s + v − p] · kernel[f,c,u,v]`, x being 0 outside
 * the image.
 *
 * The kernel is not flipped: like every deep-learning library, this is a cross-correlation. Layouts are PyTorch's.
 *
 * A kernel of 3×3 with stride 1 is computed in tiles by Winograd's F(2×2, 3×3), 2.25 times fewer multiplications; a sparse one is written out for it. With stride 1 and at most a quarter of a kernel
 * stored, whatever its size, each stored weight is multiplied by itself. Everything else is a matrix product with the windows written out as rows (im2col), so that what a sparse kernel does not store is not computed with; the windows
 * take `height·width` of the kernel times the memory of the image.
 *
 * @param x - Images, `[batch, channels, height, width]`.
 * @param weights - The kernel, `[filters, channels, height, width]`.
 * @returns `[batch, filters, ⌊(height + 2p − kernel's height) / s⌋ + 1, ⌊(width + 2p − kernel's width) / s⌋ + 1]`
 * @throws {ShapeError} if the channels differ, or the padded image is smaller than the kernel.
 * @throws {RangeError} if a stride is not an integer from 1, or a padding not one from 0.
 * @see Chellapilla, Puri, Simard, “High Performance Convolutional Neural Networks for Document Processing”, 2006, §3.
 */
export function conv2d(x: Tensor4, weights: WeightTensor4, options: Conv2dOptions = {}): Tensor4 {
  checkTensor("conv2d", "x", x, 4);
  checkWeight("conv2d", "weights", weights, 4);
  const { stride = 1, padding = 0 } = checkOptions("conv2d", options, OPTIONS);
  const [batch, channels, height, width] = x.shape;
  const [filters, inner, kernelHeight, kernelWidth] = weights.shape;
  const names = `conv2d: ${show(x)} * ${show(weights)}`;
  if (channels !== inner) throw new ShapeError(`${names}: channels ${channels} and ${inner} differ`);
  if (kernelHeight === 0 || kernelWidth === 0) throw new ShapeError(`${names}: a kernel has at least one pixel`);
  const windows = windowsOf(names, "kernel", [height, width], [kernelHeight, kernelWidth], pair(stride), pair(padding));

  const kernel = operandOf(weights);
  const isEmpty = x.size * sizeOf(weights.shape) === 0;
  if (!isEmpty && isStoredConvolution(kernel, windows)) return storedConvolution(x, kernel, windows);
  if (!isEmpty && isWinograd(windows)) return winograd(x, dense(weights), pair(padding));
  // [windows, taps] · [filters, taps]ᵀ → [windows, filters]
  const y = matmul(unfold("conv2d", x, { batch, channels, ...windows }), asMatrix(kernel), { transposeB: true });
  return transpose(reshape(y, [batch, windows.rows, windows.columns, filters]), [0, 3, 1, 2]);
}

const OPTIONS: Kinds<Conv2dOptions> = { stride: STRIDE, padding: PADDING };

/** `[filters, channels·height·width]`, of which the same elements are stored. */
function asMatrix({ shape: [filters = 0, ...taps], trained, pattern }: WeightOperand): WeightMatrix {
  const shape = [filters, sizeOf(taps)] as const;
  if (pattern === undefined) return reshape(trained, shape);
  return new Sparse(shape, pattern.reshaped("conv2d", shape), trained as Vector);
}
