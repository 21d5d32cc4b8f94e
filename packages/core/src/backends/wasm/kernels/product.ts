import type { Region } from "../memory.ts";
import type { Context, WasmKernels } from "./context.ts";
import { createProduct, ROWS } from "./one-product.ts";

/** Up to this density of a gradient, adding its terms one by one is faster than a product. */
const SPARSE = 0.3;

/** Matrix products, and convolutions along one axis, which are products of windows. Threads split rows or columns, or the batch. */
export function product(context: Context): WasmKernels<"matmul" | "conv1d" | "conv1dInput" | "conv1dKernel"> {
  const { exports, parallelFor } = context;
  const multiply = createProduct(context);
  /** Whether a gradient is added term by term: most terms are 0, or the other operand is not finite and a product would add 0·∞. */
  const isSparse = (dy: Region, other: Region): boolean =>
    exports.countNonZero(dy.pointer, dy.length) <= SPARSE * dy.length ||
    exports.allFinite(other.pointer, other.length) === 0;

  return {
    matmul: (a, b, out, { batch, m, k, n, transposeA, transposeB }) => {
      const [aRow, bRow, outRow] = [(transposeA ? m : k) * 4, (transposeB ? k : n) * 4, n * 4];
      if (batch === 1) {
        multiply({
          a: a.pointer,
          aRow,
          transposeA,
          b: b.pointer,
          bRow,
          transposeB,
          out: out.pointer,
          outRow,
          m,
          k,
          n,
        });
        return;
      }
      const [turnA, turnB] = [Number(transposeA), Number(transposeB)];
      const scratch = exports.productScratch(k, n, turnA);
      parallelFor("matmul", { n: batch, work: batch * m * k * n, scratch }, (begin, end, at) => {
        const [left, right] = [a.pointer + begin * m * k * 4, b.pointer + begin * k * n * 4];
        const to = out.pointer + begin * m * outRow;
        return [left, aRow, right, bRow, to, outRow, end - begin, m, k, n, turnA, turnB, at];
      });
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
      const [steps, taps] = [time - width + 1, width * channels];
      const work = dy.length * taps * (sparse ? SPARSE / 3 : 1);
      const scratch = (some: number) => (sparse ? some * filters * 4 : exports.productScratch(steps, filters, 1));
      parallelFor(
        sparse ? "conv1dKernelSparse" : "conv1dKernelDense",
        { n: taps, work, grain: ROWS, scratch },
        (begin, end, at) => {
          const to = dkernel.pointer + begin * filters * 4;
          return [x.pointer + begin * 4, dy.pointer, to, batch, time, channels, steps, end - begin, filters, at];
        },
      );
    },
  };
}
