import type { PoolSize } from "../../../kernels/kernels.ts";
import type { Context, WasmKernels } from "./context.ts";

/** The largest pixel of every window. Threads split images. */
export function pooling({ parallelFor }: Context): WasmKernels<"maxPool2d" | "maxPool2dGradient" | "gatherMaxima"> {
  return {
    maxPool2d: (x, y, argmax, size) => {
      const { images, kernelHeight, kernelWidth } = size;
      const [pixels, windows] = sizesOf(size);
      const sizes = [size.height, size.width, kernelHeight, kernelWidth] as const;
      const steps = [size.strideY, size.strideX, size.paddingY, size.paddingX, size.rows, size.columns] as const;
      const work = (y.length * kernelHeight * kernelWidth) / 2;
      parallelFor("maxPool2d", { n: images, work }, (begin, end) => {
        const to = begin * windows * 4;
        const [from, values, winners] = [x.pointer + begin * pixels * 4, y.pointer + to, argmax.pointer + to];
        return [from, values, winners, end - begin, ...sizes, ...steps];
      });
    },
    maxPool2dGradient: (dy, argmax, dx, size) => {
      const [pixels, windows] = sizesOf(size);
      parallelFor("maxPool2dGradient", { n: size.images, work: dx.length / 4 }, (begin, end) => {
        const [from, to] = [begin * windows * 4, dx.pointer + begin * pixels * 4];
        return [dy.pointer + from, argmax.pointer + from, to, end - begin, pixels, windows];
      });
    },
    gatherMaxima: (x, argmax, y, size) => {
      const [pixels, windows] = sizesOf(size);
      parallelFor("gatherMaxima", { n: size.images, work: y.length / 2 }, (begin, end) => {
        const [from, to] = [x.pointer + begin * pixels * 4, begin * windows * 4];
        return [from, argmax.pointer + to, y.pointer + to, end - begin, pixels, windows];
      });
    },
  };
}

/** How many pixels and windows an image has. */
const sizesOf = ({ height, width, rows, columns }: PoolSize): readonly [number, number] => [
  height * width,
  rows * columns,
];
