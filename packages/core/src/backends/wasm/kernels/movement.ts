import type { UnfoldSize } from "../../../kernels/kernels.ts";
import type { Region } from "../memory.ts";
import { forEachStrided } from "../strides.ts";
import type { Context, WasmKernels } from "./context.ts";

/** Kernels that move values: copies, scatters, gathers. */
export function movement({
  exports,
  parallelFor,
}: Context): WasmKernels<
  | "stridedCopy"
  | "stridedScatter"
  | "concat"
  | "unfold"
  | "fold"
  | "gatherRows"
  | "scatterRows"
  | "scatterArgmax"
  | "gatherArgmax"
> {
  return {
    stridedCopy: (a, out, { shape, strides, offset }) =>
      forEachStrided(shape, [strides], (four, [steps], [from], at) =>
        exports.stridedCopy(a.pointer + offset * 4 + from!, out.pointer + at * 4, ...four, ...steps!),
      ),
    stridedScatter: (a, out, { shape, strides, offset }) => {
      exports.fill(0, out.pointer, out.bytes);
      forEachStrided(shape, [strides], (four, [steps], [to], at) =>
        exports.stridedScatter(a.pointer + at * 4, out.pointer + offset * 4 + to!, ...four, ...steps!),
      );
    },
    concat: (parts, out, { outer, axes, inner }) => {
      const row = axes.reduce((total, n) => total + n, 0) * inner * 4;
      let to = out.pointer;
      for (let p = 0; p < parts.length; p++) {
        const length = axes[p]! * inner;
        exports.copyRows(parts[p]!.pointer, length * 4, to, row, outer, length);
        to += length * 4;
      }
    },

    gatherRows: (table, ids, out, { dim }) =>
      exports.gatherRows(table.pointer, ids.pointer, out.pointer, ids.length, dim),
    scatterRows: (rows, ids, out, { dim, except = -1 }) => {
      exports.fill(0, out.pointer, out.bytes);
      parallelFor("scatterRows", { n: dim, work: rows.length / 4, grain: 16 }, (begin, end) => {
        const [from, to] = [rows.pointer + begin * 4, out.pointer + begin * 4];
        return [from, ids.pointer, to, ids.length, end - begin, except, dim * 4];
      });
    },

    unfold: (x, windows, size) => {
      const { batch } = size;
      const sizes = unfoldSizes(size);
      parallelFor("unfold", { n: batch, work: windows.length / 2 }, (begin, end) => {
        const [from, to] = [partOf(x, begin, batch), partOf(windows, begin, batch)];
        return [from, to, end - begin, ...sizes];
      });
    },
    fold: (windows, x, size) => {
      const { batch } = size;
      const sizes = unfoldSizes(size);
      parallelFor("fold", { n: batch, work: windows.length / 2 }, (begin, end) => {
        const [from, to] = [partOf(windows, begin, batch), partOf(x, begin, batch)];
        return [from, to, end - begin, ...sizes];
      });
    },

    scatterArgmax: (dy, argmax, dx, { outer, axis, inner }) =>
      exports.scatterArgmax(dy.pointer, argmax.pointer, dx.pointer, outer, axis, inner),
    gatherArgmax: (x, argmax, y, { outer, axis, inner }) =>
      exports.gatherArgmax(x.pointer, argmax.pointer, y.pointer, outer, axis, inner),
  };
}

/** Where the images from `begin` on are in an array of `batch` of them. */
function partOf({ pointer, length }: Region, begin: number, batch: number): number {
  return pointer + (length / batch) * begin * 4;
}

/** The last arguments of the compiled `unfold` and `fold`. */
function unfoldSizes(size: UnfoldSize) {
  const { channels, height, width, kernelHeight, kernelWidth, rows, columns } = size;
  const steps = [size.strideY, size.strideX, size.paddingY, size.paddingX] as const;
  return [channels, height, width, kernelHeight, kernelWidth, ...steps, rows, columns] as const;
}
