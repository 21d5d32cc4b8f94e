import type { ImageWindows } from "../kernels/kernels.ts";
import { ShapeError, show } from "../tensor/shape.ts";

type Two = readonly [number, number];

/**
 * The windows of a size in an image with padding: `⌊(height + 2·padding − size) / stride⌋ + 1` down, and so across.
 *
 * @param names - What a message begins with: the operation and its operands.
 * @param what - What a window is here.
 * @throws {ShapeError} if the padded image is smaller than a window.
 */
export function windowsOf(
  names: string,
  what: string,
  [height, width]: Two,
  [kernelHeight, kernelWidth]: Two,
  [strideY, strideX]: Two,
  [paddingY, paddingX]: Two,
): ImageWindows {
  const [padded, across] = [height + 2 * paddingY, width + 2 * paddingX];
  if (padded < kernelHeight || across < kernelWidth) {
    const sizes = `${show([padded, across])} with its padding is smaller than the ${what}, ${show([kernelHeight, kernelWidth])}`;
    throw new ShapeError(`${names}: an image of ${sizes}`);
  }
  const rows = Math.floor((padded - kernelHeight) / strideY) + 1;
  const columns = Math.floor((across - kernelWidth) / strideX) + 1;
  return { height, width, kernelHeight, kernelWidth, strideY, strideX, paddingY, paddingX, rows, columns };
}
