import type { UnfoldSize } from "../../../kernels/kernels.ts";
import type { Region } from "../memory.ts";
import { type Four, forEachStrided, partsOf } from "../strides.ts";
import type { Context, WasmKernels } from "./context.ts";
import { createFill } from "./fill.ts";

/** Costs in multiplications: of moving a value, of moving one to an address that is looked up, and of finding a row in memory. */
const MOVED = 2;
const PLACED = 8;
const ROW = 50;

/** Sizes and bytes of a walk, see `forEachStrided`, and where its values are on either side. */
interface Move {
  readonly four: Four;
  readonly steps: Four;
  readonly strided: number;
  readonly whole: number;
  readonly work: number;
}

/** Kernels that move values: copies, scatters, gathers. Threads split them. */
export function movement(
  context: Context,
): WasmKernels<
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
  const { exports, parallelFor, worth } = context;
  const fill = createFill(context);
  const unfoldScratch = ({ channels, kernelHeight, kernelWidth, columns }: UnfoldSize) =>
    exports.unfoldScratch(channels, kernelHeight, kernelWidth, columns);

  /**
   * The values of a walk over `four` axes: moved by one call, or in parts. `strided` is where they are with strides,
   * `whole` where side by side.
   */
  const move = (kernel: "stridedCopy" | "stridedScatter", { four, steps, strided, whole, work }: Move): void => {
    const forward = kernel === "stridedCopy";
    if (work < 2 * worth) {
      exports[kernel](forward ? strided : whole, forward ? whole : strided, ...four, ...steps);
      return;
    }
    const { n, grain, axis, inner, shapeOf } = partsOf(four);
    parallelFor(kernel, { n, work, grain }, (begin, end) => {
      const [at, other] = [strided + begin * steps[axis]!, whole + begin * inner * 4];
      return [forward ? at : other, forward ? other : at, ...shapeOf(begin, end), ...steps];
    });
  };

  return {
    stridedCopy: (a, out, { shape, strides, offset }) =>
      forEachStrided(shape, [strides], (four, [steps], [from], at) => {
        const [strided, whole] = [a.pointer + offset * 4 + from!, out.pointer + at * 4];
        move("stridedCopy", { four, steps: steps!, strided, whole, work: out.length * MOVED });
      }),
    stridedScatter: (a, out, { shape, strides, offset }) => {
      fill(0, out.pointer, out.bytes);
      forEachStrided(shape, [strides], (four, [steps], [to], at) => {
        const [strided, whole] = [out.pointer + offset * 4 + to!, a.pointer + at * 4];
        move("stridedScatter", { four, steps: steps!, strided, whole, work: a.length * MOVED });
      });
    },
    concat: (parts, out, { outer, axes, inner }) => {
      const row = axes.reduce((total, n) => total + n, 0) * inner * 4;
      let at = out.pointer;
      for (let p = 0; p < parts.length; p++) {
        const [from, to, n] = [parts[p]!.pointer, at, axes[p]! * inner];
        const work = outer * n * MOVED;
        if (work < 2 * worth) exports.copyRows(from, n * 4, to, row, outer, n);
        else if (outer === 1) {
          const part = (begin: number, end: number) =>
            [from + begin * 4, 0, to + begin * 4, 0, 1, end - begin] as const;
          parallelFor("copyRows", { n, work, grain: 16 }, part);
        } else {
          parallelFor("copyRows", { n: outer, work }, (begin, end) => [
            ...([from + begin * n * 4, n * 4] as const),
            ...([to + begin * row, row] as const),
            ...([end - begin, n] as const),
          ]);
        }
        at += n * 4;
      }
    },

    gatherRows: (table, ids, out, { dim }) =>
      parallelFor("gatherRows", { n: ids.length, work: ids.length * (dim * MOVED + ROW) }, (begin, end) => [
        table.pointer,
        ids.pointer + begin * 4,
        out.pointer + begin * dim * 4,
        end - begin,
        dim,
      ]),
    scatterRows: (rows, ids, out, { dim, except = -1 }) => {
      fill(0, out.pointer, out.bytes);
      parallelFor("scatterRows", { n: dim, work: rows.length / 4, grain: 16 }, (begin, end) => {
        const [from, to] = [rows.pointer + begin * 4, out.pointer + begin * 4];
        return [from, ids.pointer, to, ids.length, end - begin, except, dim * 4];
      });
    },

    unfold: (x, windows, size) => {
      const { batch } = size;
      const [sizes, scratch] = [unfoldSizes(size), unfoldScratch(size)];
      parallelFor("unfold", { n: batch, work: windows.length / 2, scratch }, (begin, end, at) => {
        const [from, to] = [partOf(x, begin, batch), partOf(windows, begin, batch)];
        return [from, to, end - begin, ...sizes, at];
      });
    },
    fold: (windows, x, size) => {
      const { batch } = size;
      const [sizes, scratch] = [unfoldSizes(size), unfoldScratch(size)];
      parallelFor("fold", { n: batch, work: windows.length / 2, scratch }, (begin, end, at) => {
        const [from, to] = [partOf(windows, begin, batch), partOf(x, begin, batch)];
        return [from, to, end - begin, ...sizes, at];
      });
    },

    scatterArgmax: (dy, argmax, dx, { outer, axis, inner }) =>
      parallelFor("scatterArgmax", { n: outer, work: dx.length + dy.length * PLACED }, (begin, end) => {
        const [from, to] = [begin * inner * 4, begin * axis * inner * 4];
        return [dy.pointer + from, argmax.pointer + from, dx.pointer + to, end - begin, axis, inner];
      }),
    gatherArgmax: (x, argmax, y, { outer, axis, inner }) =>
      parallelFor("gatherArgmax", { n: outer, work: y.length * PLACED }, (begin, end) => {
        const [from, to] = [begin * axis * inner * 4, begin * inner * 4];
        return [x.pointer + from, argmax.pointer + to, y.pointer + to, end - begin, axis, inner];
      }),
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
