import type { AdamStep, Kernels } from "../../kernels/kernels.ts";
import { isStored } from "../../kernels/stored-weight.ts";
import type { Bits } from "./bits.ts";
import { rowsOf, valuesOf, type Weight } from "./entries.ts";
import type { Context, WasmKernels } from "./kernels/context.ts";
import { createFill } from "./kernels/fill.ts";
import type { Region } from "./memory.ts";
import { ADAM, adamRates } from "./rates.ts";

/** Multiplications that take as long as a value that goes to its place: it is rarely in the first-level cache. */
const MOVE = 20;

/** Values of a chunk of `adamPacked`: parts begin on whole ones. */
const CHUNK = 4096;

type Rows = "gatherRows" | "scatterRows" | "adamRows";

/** Rows of tables of which a part may be stored, beside the `dense` ones. */
export function sparseRows(context: Context, dense: WasmKernels<Rows>, bits: Bits): Pick<Kernels, Rows> {
  const { parallelFor, threads } = context;
  const fill = createFill(context);

  return {
    gatherRows: (table: Weight, ids: Region, out: Region, size: { dim: number }) => {
      if (!isStored(table)) return dense.gatherRows(table, ids, out, size);
      const [rows, values] = [rowsOf(table.pattern), valuesOf(table)];
      const { indptr, indices, inner } = rows;
      const known = bits.ofRows(rows);
      if (known !== undefined) {
        const end = values.pointer + values.bytes;
        const work = ids.length * inner * (MOVE / 4);
        parallelFor("gatherBits", { n: ids.length, work }, (begin, stop) => [
          values.pointer,
          end,
          indptr.pointer,
          known.pointer,
          ids.pointer,
          out.pointer,
          inner,
          begin,
          stop,
        ]);
        return;
      }
      const work = ids.length * (inner + (indices.length / rows.columns) * MOVE);
      parallelFor("gatherPacked", { n: ids.length, work }, (begin, end) => [
        values.pointer,
        indptr.pointer,
        indices.pointer,
        ids.pointer,
        out.pointer,
        inner,
        begin,
        end,
      ]);
    },
    scatterRows: (drows: Region, ids: Region, out: Weight, size: { dim: number; except?: number | undefined }) => {
      if (!isStored(out)) return dense.scatterRows(drows, ids, out, size);
      const [{ indptr, indices, inner, columns }, dvalues] = [rowsOf(out.pattern), valuesOf(out)];
      const { except = -1 } = size;
      fill(0, dvalues.pointer, dvalues.bytes);
      const work = ids.length * (indices.length / Math.max(1, columns)) * MOVE;
      parallelFor("scatterPacked", { n: threads, work }, (begin, end) => [
        drows.pointer,
        indptr.pointer,
        indices.pointer,
        ids.pointer,
        dvalues.pointer,
        ids.length,
        inner,
        except,
        begin,
        end,
        threads,
      ]);
    },
    adamRows: (
      drows: Region,
      ids: Region,
      m: Region,
      v: Region,
      weights: Weight,
      step: AdamStep & { dim: number; except?: number | undefined },
    ) => {
      if (!isStored(weights)) return dense.adamRows(drows, ids, m, v, weights, step);
      const [{ indptr, indices, inner }, values] = [rowsOf(weights.pattern), valuesOf(weights)];
      const sizes = [ids.length, inner, step.except ?? -1] as const;
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
