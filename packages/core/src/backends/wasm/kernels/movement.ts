import { forEachStrided } from "../strides.ts";
import type { Context, WasmKernels } from "./context.ts";

/** Kernels that move values: copies, scatters, gathers. */
export function movement({
  exports,
  parallelFor,
}: Context): WasmKernels<
  "stridedCopy" | "stridedScatter" | "concat" | "gatherRows" | "scatterRows" | "scatterArgmax" | "gatherArgmax"
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

    scatterArgmax: (dy, argmax, dx, { outer, axis, inner }) =>
      exports.scatterArgmax(dy.pointer, argmax.pointer, dx.pointer, outer, axis, inner),
    gatherArgmax: (x, argmax, y, { outer, axis, inner }) =>
      exports.gatherArgmax(x.pointer, argmax.pointer, y.pointer, outer, axis, inner),
  };
}
