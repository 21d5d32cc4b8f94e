import { check } from "../arguments/kinds.ts";
import { checkTensor, type Tensor4 } from "../tensor/tensor.ts";
import { PADDING, type Pair, pair } from "./pair.ts";
import { pad } from "./slice.ts";

/**
 * Zeros around images: `[batch, channels, height, width] → [batch, channels, height + 2p, width + 2q]`. `slice` cuts them off again.
 *
 * @param padding - On each side of the image, or `[p above and below, q left and right]`.
 * @throws {RangeError} if a padding is not an integer from 0.
 */
export function pad2d(x: Tensor4, padding: Pair): Tensor4 {
  checkTensor("pad2d", "x", x, 4);
  check("pad2d", "padding", padding, PADDING);
  const [batch, channels, height, width] = x.shape;
  const [down, across] = pair(padding);
  return pad(x, [0, 0, down, across], [batch, channels, height + 2 * down, width + 2 * across]);
}
