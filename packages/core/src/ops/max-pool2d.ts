import { check } from "../arguments/kinds.ts";
import { checkOptions, type Kinds } from "../arguments/options.ts";
import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Indices, PoolSize } from "../kernels/kernels.ts";
import { indices } from "../tensor/scope.ts";
import { type Shape, ShapeError, show } from "../tensor/shape.ts";
import { checkTensor, empty, type Tensor, type Tensor4 } from "../tensor/tensor.ts";
import { PADDING, type Pair, pair, STRIDE } from "./pair.ts";
import { windowsOf } from "./windows-of.ts";

export interface PoolOptions {
  /** Pixels from one window to the next, or `[down, across]`. Default: the window's size, so that windows lie side by side. */
  readonly stride?: Pair;
  /** Pixels on each side of the image, at most half a window, or `[above and below, left and right]`. Default 0. */
  readonly padding?: Pair;
}

/**
 * The largest pixel of every window, in each channel: `y[b,c,i,j] = max_{u,v} x[b, c, i·s + u − p, j·s + v − p]` over
 * the pixels inside the image. NaN is larger than everything.
 *
 * Where several tie, the first in row-major order wins and takes the whole gradient, as in PyTorch.
 *
 * @param x - Images, `[batch, channels, height, width]`.
 * @param size - Of a window: `n` for `n×n`, or `[down, across]`.
 * @returns `[batch, channels, ⌊(height + 2p − size) / s⌋ + 1, ⌊(width + 2p − size) / s⌋ + 1]`
 * @throws {ShapeError} if images have no pixels, or the padded image is smaller than a window.
 * @throws {RangeError} if a size or stride is not an integer from 1, or a padding not one from 0 to half the window.
 */
export function maxPool2d(x: Tensor4, size: Pair, options: PoolOptions = {}): Tensor4 {
  const pool = poolOf("maxPool2d", x, size, options);
  const y = empty(pool.shape);
  const argmax = indices(y.size);
  backend().kernels.maxPool2d(x.storage, y.storage, argmax, pool.size);
  return record("maxPool2d", y, [x], (dy) => [() => scatterMaxima(dy, argmax, x.shape, pool.size)]);
}

/** What both kinds of pooling check, and the sizes that follow. */
export function poolOf(
  operation: string,
  x: Tensor4,
  size: Pair,
  options: PoolOptions,
): { readonly size: PoolSize; readonly shape: Tensor4["shape"] } {
  checkTensor(operation, "x", x, 4);
  check(operation, "size", size, STRIDE);
  const { stride = size, padding = 0 } = checkOptions(operation, options, POOL);
  const [batch, channels, height, width] = x.shape;
  if (height === 0 || width === 0) {
    throw new ShapeError(
      `${operation}: ${show(x)}: the images have no pixels; only the batch or the channels may be empty`,
    );
  }
  const [window, margin] = [pair(size), pair(padding)];
  if (margin.some((pixels, i) => 2 * pixels > window[i]!)) {
    throw new RangeError(
      `${operation}: padding ${show(margin)} is more than half a window of ${show(window)}: a window could lie outside the image`,
    );
  }
  const windows = windowsOf(`${operation}: ${show(x)}`, "window", [height, width], window, pair(stride), margin);
  return {
    size: { images: batch * channels, ...windows },
    shape: [batch, channels, windows.rows, windows.columns],
  };
}

const POOL: Kinds<PoolOptions> = { stride: STRIDE, padding: PADDING };

/** `dx = 0`, then each maximum gets the `dy` of all windows that it won. */
function scatterMaxima(dy: Tensor, argmax: Indices, shape: Shape, size: PoolSize): Tensor {
  const dx = empty(shape);
  backend().kernels.maxPool2dGradient(dy.storage, argmax, dx.storage, size);
  return record("maxPool2d", dx, [dy], (g) => [() => gatherMaxima(g, argmax, dy.shape, size)]);
}

function gatherMaxima(x: Tensor, argmax: Indices, shape: Shape, size: PoolSize): Tensor {
  const y = empty(shape);
  backend().kernels.gatherMaxima(x.storage, argmax, y.storage, size);
  return record("maxPool2d", y, [x], (dy) => [() => scatterMaxima(dy, argmax, x.shape, size)]);
}
