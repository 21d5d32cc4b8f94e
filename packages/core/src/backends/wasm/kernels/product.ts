import type { Region } from "../memory.ts";
import type { Context, WasmKernels } from "./context.ts";

/** Up to this density of a gradient, adding its terms one by one is faster than a product. */
const SPARSE = 0.3;

/** Matrix products, and convolutions along one axis, which are products of windows. Threads split rows, or the batch. */
export function product({
  exports,
  memory,
  parallelFor,
}: Context): WasmKernels<"matmul" | "weightGradient" | "conv1d" | "conv1dInput" | "conv1dKernel"> {
  /** Whether a gradient is added term by term: most terms are 0, or the other operand is not finite and a product would add 0·∞. */
  const isSparse = (dy: Region, other: Region): boolean =>
    exports.countNonZero(dy.pointer, dy.length) <= SPARSE * dy.length ||
    exports.allFinite(other.pointer, other.length) === 0;

  return {
    matmul: (a, b, out, { batch, m, k, n, transposeA, transposeB }) => {
      const aRow = (transposeA ? m : k) * 4;
      const [turnA, turnB] = [Number(transposeA), Number(transposeB)];
      const scratch = exports.productScratch(k, n, turnA);
      const work = batch * m * k * n;
      if (batch === 1) {
        parallelFor("matmul", { n: m, work, grain: 6, scratch }, (begin, end, at) => {
          const from = a.pointer + begin * (transposeA ? 4 : aRow);
          return [from, aRow, b.pointer, out.pointer + begin * n * 4, 1, end - begin, k, n, turnA, turnB, at];
        });
        return;
      }
      parallelFor("matmul", { n: batch, work, scratch }, (begin, end, at) => {
        const [left, right, to] = [a.pointer + begin * m * k * 4, b.pointer + begin * k * n * 4, begin * m * n * 4];
        return [left, aRow, right, out.pointer + to, end - begin, m, k, n, turnA, turnB, at];
      });
    },

    weightGradient: (x, dy, dweight, { rows, groups, outputs, inputs }) => {
      const [xRow, dyRow] = [groups * inputs * 4, groups * outputs * 4];
      const scratch = exports.weightGradientScratch(rows, outputs, inputs);
      const work = rows * outputs * inputs;
      for (let g = 0; g < groups; g++) {
        parallelFor("weightGradient", { n: outputs, work, grain: 6, scratch }, (begin, end, at) => {
          const to = dweight.pointer + (g * outputs + begin) * inputs * 4;
          const [from, d] = [x.pointer + g * inputs * 4, dy.pointer + (g * outputs + begin) * 4];
          return [from, xRow, d, dyRow, to, rows, end - begin, inputs, at];
        });
      }
    },

    conv1d: (x, kernel, y, { batch, time, channels, width, filters }) => {
      const steps = time - width + 1;
      const scratch = exports.productScratch(width * channels, filters, 0);
      parallelFor("conv1d", { n: batch, work: y.length * width * channels, scratch }, (begin, end, at) => {
        const [from, to] = [x.pointer + begin * time * channels * 4, y.pointer + begin * steps * filters * 4];
        return [from, kernel.pointer, to, end - begin, time, channels, width, filters, at];
      });
    },
    conv1dInput: (dy, kernel, dx, { batch, time, channels, width, filters }) => {
      const sparse = isSparse(dy, kernel);
      const steps = time - width + 1;
      const scratch = sparse ? kernel.bytes : exports.conv1dInputScratch(time, channels, width, filters);
      const work = dy.length * width * channels * (sparse ? SPARSE / 3 : 1);
      parallelFor(sparse ? "conv1dInputSparse" : "conv1dInputDense", { n: batch, work, scratch }, (begin, end, at) => {
        const [from, to] = [dy.pointer + begin * steps * filters * 4, dx.pointer + begin * time * channels * 4];
        return [from, kernel.pointer, to, end - begin, time, channels, width, filters, at];
      });
    },
    conv1dKernel: (x, dy, dkernel, { batch, time, channels, width, filters }) => {
      const sparse = isSparse(dy, x);
      const bytes = sparse ? dkernel.length * 4 : exports.productScratch(time - width + 1, filters, 1);
      const run = sparse ? exports.conv1dKernelSparse : exports.conv1dKernelDense;
      memory.borrow(bytes, (scratch) =>
        run(x.pointer, dy.pointer, dkernel.pointer, batch, time, channels, width, filters, scratch),
      );
    },
  };
}
