import type { StoredConvolutionSize } from "../../../kernels/kernels.ts";
import { columnsOf, pointersOf, rowsOf, valuesOf } from "../entries.ts";
import type { Context, WasmKernels } from "./context.ts";

type Names = "storedConvolution" | "storedConvolutionInput" | "storedConvolutionKernel";

/** Convolutions by the stored weights of a kernel. Threads split images; of the kernel's gradient, filters. */
export function storedConvolution({ exports, parallelFor }: Context): WasmKernels<Names> {
  return {
    storedConvolution: (x, kernel, y, size) => {
      const { batch, channels, filters, height, width, rows, columns, paddingY, paddingX } = size;
      const [values, layout] = [valuesOf(kernel), pointersOf(rowsOf(kernel.pattern))];
      const images = [height, width, rows, columns] as const;
      const taps = [size.kernelHeight, size.kernelWidth, paddingY, paddingX] as const;
      const sizes = [values.length, channels, filters] as const;
      const scratch = exports.storedConvolutionScratch(...sizes, ...images, paddingY, paddingX);
      parallelFor("storedConvolution", { n: batch, work: workOf(size, values.length), scratch }, (begin, end, at) => [
        ...([x.pointer, values.pointer, ...layout, y.pointer, ...sizes, ...images, ...taps] as const),
        ...([0, begin, end, at] as const),
      ]);
    },
    storedConvolutionInput: (dy, kernel, dx, size) => {
      const { batch, channels, filters, height, width, rows, columns, kernelHeight, kernelWidth } = size;
      const [values, layout] = [valuesOf(kernel), pointersOf(columnsOf(kernel.pattern))];
      const images = [rows, columns, height, width] as const;
      const paddings = [kernelHeight - 1 - size.paddingY, kernelWidth - 1 - size.paddingX] as const;
      const sizes = [values.length, filters, channels] as const;
      const scratch = exports.storedConvolutionScratch(...sizes, ...images, ...paddings);
      parallelFor("storedConvolution", { n: batch, work: workOf(size, values.length), scratch }, (begin, end, at) => [
        ...([dy.pointer, values.pointer, ...layout, dx.pointer, ...sizes, ...images] as const),
        ...([kernelHeight, kernelWidth, ...paddings, 1, begin, end, at] as const),
      ]);
    },
    storedConvolutionKernel: (x, dy, dkernel, size) => {
      const { batch, channels, filters, height, width, rows, columns, paddingY, paddingX } = size;
      const [values, [indptr, indices]] = [valuesOf(dkernel), pointersOf(rowsOf(dkernel.pattern))];
      const images = [height, width, rows, columns] as const;
      const taps = [size.kernelHeight, size.kernelWidth, paddingY, paddingX] as const;
      const scratch = exports.storedConvolutionKernelScratch(values.length, channels, ...images, paddingY, paddingX);
      const work = workOf(size, values.length);
      parallelFor("storedConvolutionKernel", { n: filters, work, scratch }, (begin, end, at) => [
        ...([x.pointer, dy.pointer, values.pointer, indptr, indices, batch, channels, filters] as const),
        ...([...images, ...taps, begin, end, at] as const),
      ]);
    },
  };
}

const workOf = ({ batch, rows, columns }: StoredConvolutionSize, entries: number): number =>
  batch * rows * columns * entries;
