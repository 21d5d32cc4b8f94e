import type { Tensor4 } from "../tensor/tensor.ts";
import { type PoolOptions, poolOf } from "./max-pool2d.ts";
import { mean } from "./mean.ts";
import type { Pair } from "./pair.ts";
import { reshape } from "./reshape.ts";
import { unfold } from "./unfold.ts";

/**
 * The mean of every window, in each channel: `y[b,c,i,j] = Σ_{u,v} x[b, c, i·s + u − p, j·s + v − p] / n`, x being 0
 * outside the image and n the pixels of a window, those outside counted too (PyTorch's `count_include_pad`, its
 * default). Of whole images, `mean(x, { axis: [2, 3] })` does it without windows.
 *
 * @param x - Images, `[batch, channels, height, width]`.
 * @param size - Of a window: `n` for `n×n`, or `[down, across]`.
 * @returns `[batch, channels, ⌊(height + 2p − size) / s⌋ + 1, ⌊(width + 2p − size) / s⌋ + 1]`
 * @throws {ShapeError} if images have no pixels, or the padded image is smaller than a window.
 * @throws {RangeError} if a size or stride is not an integer from 1, or a padding not one from 0 to half the window.
 */
export function avgPool2d(x: Tensor4, size: Pair, options: PoolOptions = {}): Tensor4 {
  const pool = poolOf("avgPool2d", x, size, options);
  const { images, ...windows } = pool.size;
  const planes = reshape(x, [images, 1, windows.height, windows.width]);
  const pixels = unfold("avgPool2d", planes, { batch: images, channels: 1, ...windows });
  return reshape(mean(pixels, { axis: 1 }), pool.shape);
}
