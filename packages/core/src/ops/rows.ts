import { backend } from "../backend.ts";
import { byRows } from "../compressed.ts";
import type { Compressed, Indices } from "../kernels.ts";
import { record } from "../record.ts";
import { allocate, indices } from "../scope.ts";
import type { Shape } from "../shape.ts";
import type { Sparse } from "../sparse.ts";
import { empty, emptyLike, type Matrix, Tensor, type Vector } from "../tensor.ts";

/** The gradient of a table that is 0 but for some rows: row `ids[i]` is `values[i,:]`. */
export interface Rows {
  /** Of a sparse table, whose gradient is a vector: which elements of its rows are stored. */
  readonly table: Compressed | undefined;
  /** Ascending, none twice. */
  readonly ids: Indices;
  /** The same on the host. */
  readonly distinct: Int32Array;
  readonly values: Matrix;
  /** This row is 0 too. */
  readonly except: number | undefined;
}

const kept = new WeakMap<Tensor, Rows>();

/** The rows that a gradient is made of, if it is one of `gatherDistinctRows`: for optimisers, which need not see the zeros. */
export function rowsOf(gradient: Tensor): Rows | undefined {
  return kept.get(gradient);
}

/** `y[i,d] = table[ids[i],d]`, with the leading shape of the ids. `chosen` are the ids where the host knows them: only these rows are looked at. */
export function gatherRows(
  table: Matrix,
  ids: Indices,
  shape: Shape,
  paddingId: number | undefined,
  chosen?: Int32Array,
): Tensor {
  const y = read(table, ids, shape, chosen);
  return record("embedding", y, [table], (dy) => [() => scatterRows(dy, ids, table.shape[0], paddingId)]);
}

/**
 * The same for ids that ascend, none twice: the table's gradient then keeps its rows apart, and is written out only if somebody asks for it.
 */
export function gatherDistinctRows(table: Matrix, distinct: Int32Array, paddingId: number | undefined): Matrix {
  const ids = indices(distinct);
  const y = read(table, ids, [distinct.length], distinct) as Matrix;
  return record("embedding", y, [table], (dy) => [
    () => {
      const whole = () => {
        kept.delete(dtable); // whoever has it whole may write to it
        const out = allocate(table.size);
        backend().kernels.scatterRows(dy.storage, ids, out, { dim: table.shape[1], except: paddingId });
        return out;
      };
      const dtable: Matrix = scattered(new Tensor(whole, table.shape), dy, ids, paddingId);
      kept.set(dtable, { table: undefined, ids, distinct, values: dy, except: paddingId });
      return dtable;
    },
  ]);
}

function read(table: Matrix, ids: Indices, shape: Shape, chosen: Int32Array | undefined): Tensor {
  const dim = table.shape[1];
  const y = empty([...shape, dim]);
  const storage = chosen === undefined ? table.storage : table.storageOfRows(chosen);
  backend().kernels.gatherRows(storage, ids, y.storage, { dim });
  return y;
}

/** The adjoint, `table[ids[i],d] += y[i,d]`, but for the padding's row: the gradient of the table. */
export function scatterRows(y: Tensor, ids: Indices, rows: number, paddingId?: number): Matrix {
  const dim = y.shape.at(-1)!;
  const table = empty([rows, dim]);
  backend().kernels.scatterRows(y.storage, ids, table.storage, { dim, except: paddingId });
  return scattered(table, y, ids, paddingId);
}

function scattered(table: Matrix, y: Tensor, ids: Indices, paddingId: number | undefined): Matrix {
  return record("embedding", table, [y], (g) => [
    () => {
      refusePadding(paddingId);
      return gatherRows(g, ids, y.shape.slice(0, -1), undefined);
    },
  ]);
}

function refusePadding(paddingId: number | undefined): void {
  if (paddingId !== undefined)
    throw new Error("gradients: the gradient of embedding with paddingId cannot be differentiated again");
}

/** `gatherRows` from a sparse table; the gradient is that of its values. */
export function gatherPackedRows(weight: Sparse, ids: Indices, shape: Shape, paddingId: number | undefined): Tensor {
  return unpacked(weight, weight.values, ids, shape, paddingId);
}

/** `gatherDistinctRows` likewise. */
export function gatherDistinctPackedRows(
  weight: Sparse,
  distinct: Int32Array,
  ids: Indices,
  paddingId: number | undefined,
): Matrix {
  const y = unpack(weight, weight.values, ids, [ids.length], distinct) as Matrix;
  return record("embedding", y, [weight.values], (dy) => [
    () => {
      const whole = () => {
        kept.delete(dvalues);
        const out = allocate(weight.values.size);
        backend().kernels.sparse!.scatterRows(dy.storage, byRows(weight), ids, out, paddingId);
        return out;
      };
      const dvalues: Vector = packed(weight, new Tensor(whole, weight.values.shape), dy, ids, paddingId);
      kept.set(dvalues, { table: byRows(weight), ids, distinct, values: dy, except: paddingId });
      return dvalues;
    },
  ]);
}

function unpacked(weight: Sparse, values: Vector, ids: Indices, shape: Shape, paddingId: number | undefined): Tensor {
  const y = unpack(weight, values, ids, shape);
  return record("embedding", y, [values], (dy) => [
    () => {
      const dvalues = emptyLike(values);
      backend().kernels.sparse!.scatterRows(dy.storage, byRows(weight), ids, dvalues.storage, paddingId);
      return packed(weight, dvalues, dy, ids, paddingId);
    },
  ]);
}

function unpack(weight: Sparse, values: Vector, ids: Indices, shape: Shape, chosen?: Int32Array): Tensor {
  const y = empty([...shape, weight.shape.at(-1)!]);
  const storage = chosen === undefined ? values.storage : values.storageOfRows(chosen);
  backend().kernels.sparse!.gatherRows({ values: storage, table: byRows(weight), ids }, y.storage);
  return y;
}

function packed(weight: Sparse, dvalues: Vector, dy: Tensor, ids: Indices, paddingId: number | undefined): Vector {
  return record("embedding", dvalues, [dy], (g) => [
    () => {
      refusePadding(paddingId);
      return unpacked(weight, g, ids, dy.shape.slice(0, -1), undefined);
    },
  ]);
}
