import type { Conv1dSize, Kernels, MatmulSize } from "../../kernels/kernels.ts";
import { isStored } from "../../kernels/stored-weight.ts";
import { columnsOf, densityOf, type Entries, pointersOf, rowsOf, valuesOf, type Weight } from "./entries.ts";
import type { Context, WasmKernels } from "./kernels/context.ts";
import { createFill } from "./kernels/fill.ts";
import { createProduct } from "./kernels/one-product.ts";
import type { Region } from "./memory.ts";

type Products = "matmul" | "conv1d" | "conv1dInput" | "conv1dKernel";

/**
 * `rows` results for each of `batch` texts. Result i of text b reads its terms from x[b·stride + i·step] on: rows of a
 * matrix where `step` is `inner`, overlapping windows where it is less.
 */
interface SparseSize {
  readonly batch: number;
  readonly rows: number;
  readonly step: number;
  readonly stride: number;
}

/** Products by weights of which a part may be stored, beside the `dense` ones. */
export function sparseProducts(
  context: Context,
  dense: WasmKernels<Products | "stridedScatter">,
): Pick<Kernels, Products> {
  const { exports, memory, parallelFor, breakEvens } = context;
  const fill = createFill(context);
  const multiply = createProduct(context);
  /** Runs `body` with the weight `[columns, inner]` written out. */
  const whole = (weight: Entries, body: (pointer: number) => void): void => {
    const bytes = Math.ceil((weight.columns * weight.inner) / 4) * 16;
    memory.borrow(bytes, (pointer) => {
      fill(0, pointer, bytes);
      body(pointer);
    });
  };

  const denseProduct = (x: Region, values: Region, weight: Entries, y: Region, size: SparseSize): void => {
    const { columns, inner } = weight;
    const { batch, rows, step, stride } = size;
    whole(weight, (pointer) => {
      exports.spread(values.pointer, ...pointersOf(weight), pointer, columns, inner * 4, 4);
      for (let b = 0; b < batch; b++) {
        multiply({
          a: x.pointer + b * stride * 4,
          aRow: step * 4,
          transposeA: false,
          b: pointer,
          bRow: inner * 4,
          transposeB: true,
          out: y.pointer + b * rows * columns * 4,
          outRow: columns * 4,
          m: rows,
          k: inner,
          n: columns,
        });
      }
    });
  };

  const denseValues = (x: Region, dy: Region, weight: Entries, dvalues: Region, rows: number): void => {
    const { columns, inner } = weight;
    whole(weight, (pointer) => {
      multiply({
        a: dy.pointer,
        aRow: columns * 4,
        transposeA: true,
        b: x.pointer,
        bRow: inner * 4,
        transposeB: false,
        out: pointer,
        outRow: inner * 4,
        m: columns,
        k: rows,
        n: inner,
      });
      exports.collect(dvalues.pointer, ...pointersOf(weight), pointer, columns, inner * 4, 4);
    });
  };

  /**
   * y[b,i,j] = Σ x[b·stride + i·step + indices[e]] · values[permutation[e]] over the entries e of column j, added in their order, from 0
   */
  const sparseProduct = (x: Region, values: Region, weight: Entries, y: Region, size: SparseSize) => {
    if (densityOf(weight) > breakEvens.product) return denseProduct(x, values, weight, y, size);
    const { batch, rows, step, stride } = size;
    const { columns, inner } = weight;
    const blocks = Math.ceil(rows / Math.max(1, exports.sparseRows(rows)));
    const scratch = exports.sparseProductScratch(rows, inner, columns, values.length);
    const work = batch * rows * values.length;
    parallelFor("sparseProduct", { n: batch * blocks, work, scratch }, (begin, end, at) => [
      x.pointer,
      values.pointer,
      ...pointersOf(weight),
      y.pointer,
      rows,
      step,
      stride,
      columns,
      inner,
      begin,
      end,
      at,
    ]);
  };

  /**
   * dvalues[permutation[e]] = Σ x[b·stride + i·step + indices[e]] · dy[b,i,j], j being the column of e, added in the order of b, i, from 0
   */
  const sparseValues = (x: Region, dy: Region, weight: Entries, dvalues: Region, size: SparseSize) => {
    const { columns, inner } = weight;
    const { batch, rows, step, stride } = size;
    if (densityOf(weight) > breakEvens.values && batch === 1 && step === inner) {
      return denseValues(x, dy, weight, dvalues, rows);
    }
    const scratch = exports.sparseProductValuesScratch(inner, columns, dvalues.length);
    const work = batch * rows * dvalues.length * 2;
    parallelFor("sparseProductValues", { n: columns, work, scratch }, (begin, end, at) => [
      x.pointer,
      dy.pointer,
      ...pointersOf(weight),
      dvalues.pointer,
      batch,
      rows,
      step,
      stride,
      columns,
      inner,
      begin,
      end,
      at,
    ]);
  };

  return {
    matmul: (a: Region, b: Weight, out: Weight, size: MatmulSize) => {
      const { m, k, n } = size;
      if (isStored(b)) {
        const weight = size.transposeB ? rowsOf(b.pattern) : columnsOf(b.pattern);
        sparseProduct(a, valuesOf(b), weight, out as Region, { batch: 1, rows: m, step: k, stride: 0 });
      } else if (isStored(out)) {
        sparseValues(b, a, rowsOf(out.pattern), valuesOf(out), { batch: 1, rows: k, step: n, stride: 0 });
      } else dense.matmul(a, b, out, size);
    },

    conv1d: (x: Region, kernel: Weight, y: Region, size: Conv1dSize) => {
      if (isStored(kernel)) sparseProduct(x, valuesOf(kernel), columnsOf(kernel.pattern), y, overWindows(size));
      else dense.conv1d(x, kernel, y, size);
    },
    conv1dInput: (dy: Region, kernel: Weight, dx: Region, size: Conv1dSize) => {
      if (!isStored(kernel)) return dense.conv1dInput(dy, kernel, dx, size);
      const weight = kernel.pattern.byChannels() as Entries;
      const { batch, time, width, filters } = size;
      const stride = (time + width - 1) * filters;
      const product = (from: Region) =>
        sparseProduct(from, valuesOf(kernel), weight, dx, { batch, rows: time, step: filters, stride });
      if (width === 1) return product(dy);
      // dy with width − 1 steps of zeros before and after each text
      const shape = [batch, (time - width + 1) * filters];
      memory.lend(batch * stride, (padded) => {
        dense.stridedScatter(dy, padded, { shape, strides: [stride, 1], offset: (width - 1) * filters });
        product(padded);
      });
    },
    conv1dKernel: (x: Region, dy: Region, dkernel: Weight, size: Conv1dSize) => {
      if (isStored(dkernel)) sparseValues(x, dy, columnsOf(dkernel.pattern), valuesOf(dkernel), overWindows(size));
      else dense.conv1dKernel(x, dy, dkernel, size);
    },
  };
}

function overWindows({ batch, time, channels, width }: Conv1dSize): SparseSize {
  return { batch, rows: time - width + 1, step: channels, stride: time * channels };
}
