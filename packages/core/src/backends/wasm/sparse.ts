import type { AdamStep, Csc, Kernels, SparseKernels, SparseSize } from "../../kernels/kernels.ts";
import { Bits } from "./bits.ts";
import { densityOf, type Entries, type Packed } from "./entries.ts";
import type { Exports } from "./exports.generated.ts";
import type { LinearMemory, Region } from "./memory.ts";
import type { ParallelFor } from "./parallel-for.ts";
import { ADAM, adamRates } from "./rates.ts";
import type { SparseWindowKernels } from "./windows.ts";

/** Multiplications that take as long as a value that goes to its place: it is rarely in the first-level cache. */
const MOVE = 20;

/** Values of a chunk of `adamPacked`: parts begin on whole ones. */
const CHUNK = 4096;

/** Up to these densities a kernel for what is stored is the faster one; beyond, all of the weight is computed with. Measured, see benchmarks/sparse.ts. */
const BREAK_EVEN = { product: 0.6, values: 0.2, gradient: 0.5 } as const;

/** The contract's sparse kernels in terms of the compiled ones. */
export function createSparseKernels(
  simd: Exports,
  memory: LinearMemory,
  parallelFor: ParallelFor,
  dense: Pick<Kernels, "weightGradient">,
): Omit<SparseKernels, "lstm" | "lstmGates" | keyof SparseWindowKernels> & Required<Pick<Kernels, "expand">> {
  const bits = new Bits(memory);
  const pointersOf = ({ indptr, indices, permutation }: Entries): readonly [number, number, number] => [
    indptr.pointer,
    indices.pointer,
    permutation?.pointer ?? 0,
  ];

  /** Runs `body` with a block of its own. */
  const lend = (length: number, body: (region: Region) => void): void => {
    const region = memory.allocate(length);
    try {
      body(region);
    } finally {
      memory.release(region);
    }
  };

  /** Runs `body` with the weight `[columns, inner]` written out. */
  const whole = (weight: Entries, body: (pointer: number) => void): void => {
    const bytes = Math.ceil((weight.columns * weight.inner) / 4) * 16;
    memory.borrow(bytes, (pointer) => {
      simd.fill(0, pointer, bytes);
      body(pointer);
    });
  };

  const denseProduct = (x: Region, values: Region, weight: Entries, y: Region, size: SparseSize): void => {
    const { columns, inner } = weight;
    const { batch, rows, step, stride } = size;
    whole(weight, (pointer) => {
      simd.spread(values.pointer, ...pointersOf(weight), pointer, columns, inner * 4, 4);
      const scratch = simd.productScratch(inner, columns, 0);
      for (let b = 0; b < batch; b++) {
        parallelFor("matmul", { n: rows, work: rows * columns * inner, grain: 6, scratch }, (begin, end, at) => [
          x.pointer + (b * stride + begin * step) * 4,
          step * 4,
          pointer,
          y.pointer + (b * rows + begin) * columns * 4,
          1,
          end - begin,
          inner,
          columns,
          0,
          1,
          at,
        ]);
      }
    });
  };

  const denseValues = (x: Region, dy: Region, weight: Entries, dvalues: Region, rows: number): void => {
    const { columns, inner } = weight;
    whole(weight, (pointer) => {
      const scratch = simd.productScratch(rows, inner, 1);
      parallelFor("matmul", { n: columns, work: rows * columns * inner, grain: 6, scratch }, (begin, end, at) => [
        dy.pointer + begin * 4,
        columns * 4,
        x.pointer,
        pointer + begin * inner * 4,
        1,
        end - begin,
        rows,
        inner,
        1,
        0,
        at,
      ]);
      simd.collect(dvalues.pointer, ...pointersOf(weight), pointer, columns, inner * 4, 4);
    });
  };

  return {
    product: (x: Region, values: Region, weight: Csc, y: Region, size: SparseSize) => {
      if (densityOf(weight) > BREAK_EVEN.product) return denseProduct(x, values, weight as Entries, y, size);
      const { batch, rows, step, stride } = size;
      const { columns, inner } = weight;
      const blocks = Math.ceil(rows / Math.max(1, simd.sparseRows(rows)));
      const scratch = simd.sparseProductScratch(rows, inner, columns, values.length);
      const work = batch * rows * values.length;
      parallelFor("sparseProduct", { n: batch * blocks, work, scratch }, (begin, end, at) => [
        x.pointer,
        values.pointer,
        ...pointersOf(weight as Entries),
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
    },

    productValues: (x: Region, dy: Region, weight: Csc, dvalues: Region, { batch, rows, step, stride }: SparseSize) => {
      const { columns, inner } = weight;
      if (densityOf(weight) > BREAK_EVEN.values && batch === 1 && step === inner) {
        return denseValues(x, dy, weight as Entries, dvalues, rows);
      }
      const scratch = simd.sparseProductValuesScratch(inner, columns, dvalues.length);
      const work = batch * rows * dvalues.length * 2;
      parallelFor("sparseProductValues", { n: columns, work, scratch }, (begin, end, at) => [
        x.pointer,
        dy.pointer,
        ...pointersOf(weight as Entries),
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
    },

    weightGradient: (x: Region, dy: Region, weight: Csc, dvalues: Region, rows: number) => {
      const { columns, inner } = weight;
      if (densityOf(weight) > BREAK_EVEN.gradient) {
        return lend(columns * inner, (all) => {
          dense.weightGradient(x, dy, all, { rows, groups: 1, outputs: columns, inputs: inner });
          simd.collect(dvalues.pointer, ...pointersOf(weight as Entries), all.pointer, columns, inner * 4, 4);
        });
      }
      const scratch = simd.sparseWeightGradientScratch(inner, columns, dvalues.length);
      const work = rows * dvalues.length;
      parallelFor("sparseWeightGradient", { n: columns, work, scratch }, (begin, end, at) => [
        x.pointer,
        dy.pointer,
        ...pointersOf(weight as Entries),
        dvalues.pointer,
        rows,
        columns,
        inner,
        begin,
        end,
        at,
      ]);
    },

    expand: (values: Region, positions: Region, out: Region) => {
      const known = bits.ofPositions(positions, out.length);
      if (known !== undefined) {
        return simd.expand(values.pointer, values.pointer + values.bytes, known.pointer, out.pointer, out.length);
      }
      simd.fill(0, out.pointer, out.bytes);
      simd.scatter(values.pointer, positions.pointer, out.pointer, values.length);
    },
    gatherRows: ({ values, table, ids }: Packed, out: Region) => {
      const { indptr, indices } = table as Entries;
      const known = bits.ofRows(table as Entries);
      if (known !== undefined) {
        const end = values.pointer + values.bytes;
        const work = ids.length * table.inner * (MOVE / 4);
        parallelFor("gatherBits", { n: ids.length, work }, (begin, stop) => [
          values.pointer,
          end,
          indptr.pointer,
          known.pointer,
          ids.pointer,
          out.pointer,
          table.inner,
          begin,
          stop,
        ]);
        return;
      }
      const work = ids.length * (table.inner + (indices.length / table.columns) * MOVE);
      parallelFor("gatherPacked", { n: ids.length, work }, (begin, end) => [
        values.pointer,
        indptr.pointer,
        indices.pointer,
        ids.pointer,
        out.pointer,
        table.inner,
        begin,
        end,
      ]);
    },
    scatterRows: (drows: Region, table: Csc, ids: Region, dvalues: Region, except = -1) => {
      const { indptr, indices } = table as Entries;
      simd.fill(0, dvalues.pointer, dvalues.bytes);
      const { inner } = table;
      simd.scatterPacked(
        drows.pointer,
        indptr.pointer,
        indices.pointer,
        ids.pointer,
        dvalues.pointer,
        ids.length,
        inner,
        except,
      );
    },
    adamRows: (
      drows: Region,
      table: Csc,
      ids: Region,
      m: Region,
      v: Region,
      values: Region,
      step: AdamStep & { except?: number | undefined },
    ) => {
      const { indptr, indices } = table as Entries;
      const sizes = [ids.length, table.inner, step.except ?? -1] as const;
      const n = values.length;
      parallelFor("adamPacked", { n, work: n * ADAM, grain: CHUNK, scratch: CHUNK * 4 }, (begin, end, at) => [
        drows.pointer,
        indptr.pointer,
        indices.pointer,
        ids.pointer,
        ...sizes,
        m.pointer,
        v.pointer,
        values.pointer,
        begin,
        end,
        at,
        ...adamRates(step),
      ]);
    },
  };
}
