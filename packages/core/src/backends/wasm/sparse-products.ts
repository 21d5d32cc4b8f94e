import type { Conv1dSize, Kernels, MatmulSize, StoredWeight } from "../../kernels/kernels.ts";
import { isStored } from "../../kernels/stored-weight.ts";
import { columnsOf, type Entries, pointersOf, rowsOf, valuesOf, type Weight } from "./entries.ts";
import type { Context, WasmKernels } from "./kernels/context.ts";
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
  dense: WasmKernels<Products | "stridedScatter" | "compress">,
): Pick<Kernels, Products> {
  const { exports, memory, parallelFor, breakEvens } = context;
  const { one, many, half } = breakEvens.product;
  const ofRows = (m: number): number => one + ((many - one) * m) / (m + half);
  const whole = (weight: Weight): Region => (isStored(weight) ? (weight.whole() as Region) : weight);
  /** `body` with room for the gradient of all elements, from which those that are stored are taken. */
  const ofWhole = (dweight: StoredWeight, body: (gradient: Region) => void): void =>
    memory.lend(dweight.pattern.size, (gradient) => {
      body(gradient);
      dense.compress(gradient, dweight.pattern.positionIndices() as Region, valuesOf(dweight));
    });

  /**
   * y[b,i,j] = Σ x[b·stride + i·step + indices[e]] · values[permutation[e]] over the entries e of column j, added in their order, from 0
   */
  const sparseProduct = (x: Region, values: Region, weight: Entries, y: Region, size: SparseSize) => {
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
      if (isStored(b) && isFew(b, ofRows(m))) {
        const weight = size.transposeB ? rowsOf(b.pattern) : columnsOf(b.pattern);
        sparseProduct(a, valuesOf(b), weight, out as Region, { batch: 1, rows: m, step: k, stride: 0 });
      } else if (!isStored(out)) dense.matmul(a, whole(b), out, size);
      else if (isFew(out, breakEvens.values)) {
        sparseValues(b as Region, a, rowsOf(out.pattern), valuesOf(out), { batch: 1, rows: k, step: n, stride: 0 });
      } else ofWhole(out, (gradient) => dense.matmul(a, b as Region, gradient, size));
    },

    conv1d: (x: Region, kernel: Weight, y: Region, size: Conv1dSize) => {
      if (isStored(kernel) && isFew(kernel, ofRows(size.batch * (size.time - size.width + 1)))) {
        sparseProduct(x, valuesOf(kernel), columnsOf(kernel.pattern), y, overWindows(size));
      } else dense.conv1d(x, whole(kernel), y, size);
    },
    conv1dInput: (dy: Region, kernel: Weight, dx: Region, size: Conv1dSize) => {
      if (!isStored(kernel) || !isFew(kernel, ofRows(size.batch * size.time))) {
        return dense.conv1dInput(dy, whole(kernel), dx, size);
      }
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
      if (!isStored(dkernel)) dense.conv1dKernel(x, dy, dkernel, size);
      else if (isFew(dkernel, breakEvens.values)) {
        sparseValues(x, dy, columnsOf(dkernel.pattern), valuesOf(dkernel), overWindows(size));
      } else ofWhole(dkernel, (gradient) => dense.conv1dKernel(x, dy, gradient, size));
    },
  };
}

const isFew = ({ values, pattern }: StoredWeight, most: number): boolean => values.length <= most * pattern.size;

function overWindows({ batch, time, channels, width }: Conv1dSize): SparseSize {
  return { batch, rows: time - width + 1, step: channels, stride: time * channels };
}
