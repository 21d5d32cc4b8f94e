import { backend } from "../backend.ts";
import type { Indices } from "../kernels.ts";
import { record } from "../record.ts";
import type { Shape } from "../shape.ts";
import { empty, type Matrix, type Tensor } from "../tensor.ts";

/** `y[i,d] = table[ids[i],d]`, with the leading shape of the ids. */
export function gatherRows(table: Matrix, ids: Indices, shape: Shape, paddingId: number | undefined): Tensor {
  const [rows, dim] = table.shape;
  const y = empty([...shape, dim]);
  backend().kernels.gatherRows(table.storage, ids, y.storage, { dim });
  return record("embedding", y, [table], (dy) => [() => scatterRows(dy, ids, rows, paddingId)]);
}

/** Its adjoint, `table[ids[i],d] += y[i,d]`, but for the padding's row: the gradient of the table. */
export function scatterRows(y: Tensor, ids: Indices, rows: number, paddingId?: number): Matrix {
  const dim = y.shape.at(-1)!;
  const table = empty([rows, dim]);
  backend().kernels.scatterRows(y.storage, ids, table.storage, { dim, except: paddingId });
  return record("embedding", table, [y], (g) => [
    () => {
      if (paddingId !== undefined)
        throw new Error("gradients: the gradient of embedding with paddingId cannot be differentiated again");
      return gatherRows(g, ids, y.shape.slice(0, -1), undefined);
    },
  ]);
}
