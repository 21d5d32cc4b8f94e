import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Csc, Indices, Storage } from "../kernels/kernels.ts";
import type { Sparse } from "../sparse/sparse.ts";
import { allocate, indices } from "../tensor/scope.ts";
import { type Shape, show, sizeOf } from "../tensor/shape.ts";
import { empty, emptyLike, type Matrix, Tensor, type Vector } from "../tensor/tensor.ts";
import { tick, writerSince } from "../tensor/versions.ts";

/** The gradient of a table that is 0 but for some rows: row `ids[i]` is `values[i,:]`. */
export interface Rows {
  /** Of a sparse table, whose gradient is a vector: which elements of its rows are stored. */
  readonly table: Csc | undefined;
  /** Ascending, none twice. */
  readonly ids: Indices;
  /** The same on the host. */
  readonly unique: Int32Array;
  readonly values: Matrix;
  /** This row is 0 too. */
  readonly except: number | undefined;
}

/** The rows of gradients that are not written out yet, and when they were made. */
const kept = new WeakMap<Tensor, { readonly rows: Rows; readonly made: number }>();

/** The rows that a gradient is made of, if it is one of `gatherUniqueRows`: for optimisers, which need not see the zeros. */
export function rowsOf(gradient: Tensor): Rows | undefined {
  const found = kept.get(gradient);
  if (found === undefined) return undefined;
  gradient.checkUsable(); // its ids are given back with its scope, even where its values live on
  checkRows(gradient, found);
  return found.rows;
}

/** A gradient made of rows, which is written out only if somebody asks for its storage. */
export function gradientOfRows<S extends Shape>(rows: Rows, shape: S): Tensor<S> {
  const mine = { rows, made: tick() };
  const whole = () => {
    checkRows(gradient, mine);
    const storage = write(rows, sizeOf(shape));
    kept.delete(gradient); // whoever has it whole may write to it
    return storage;
  };
  const gradient = new Tensor(whole, shape);
  kept.set(gradient, mine);
  return gradient;
}

/** @throws {Error} if the rows, which are a tensor of their own, are not what they were. */
function checkRows(gradient: Tensor, { rows: { values }, made }: { rows: Rows; made: number }): void {
  const writer = writerSince(values.storage, made);
  if (writer === undefined) return;
  throw new Error(
    `gradient ${show(gradient)}: ${writer} has overwritten the rows ${show(values)} that it is made of: use it, or read it, before`,
  );
}

/** A copy with its zeros; the gradient stays as it is. */
export function writtenOut<S extends Shape>(rows: Rows, shape: S): Tensor<S> {
  return new Tensor(write(rows, sizeOf(shape)), shape);
}

function write({ table, ids, values, except }: Rows, size: number): Storage {
  const out = allocate(size);
  const { kernels } = backend();
  if (table === undefined) kernels.scatterRows(values.storage, ids, out, { dim: values.shape[1], except });
  else kernels.sparse!.scatterRows(values.storage, table, ids, out, except);
  return out;
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
export function gatherUniqueRows(table: Matrix, unique: Int32Array, paddingId: number | undefined): Matrix {
  const ids = indices(unique);
  const y = read(table, ids, [unique.length], unique) as Matrix;
  return record("embedding", y, [table], (dy) => [
    () => {
      const rows = { table: undefined, ids, unique, values: dy, except: paddingId };
      return scattered(gradientOfRows(rows, table.shape), dy, ids, paddingId);
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

/** `gatherUniqueRows` likewise. */
export function gatherDistinctPackedRows(
  weight: Sparse,
  unique: Int32Array,
  ids: Indices,
  paddingId: number | undefined,
): Matrix {
  const y = unpack(weight, weight.values, ids, [ids.length], unique) as Matrix;
  return record("embedding", y, [weight.values], (dy) => [
    () => {
      const rows = { table: weight.pattern.byRows(), ids, unique, values: dy, except: paddingId };
      return packed(weight, gradientOfRows(rows, weight.values.shape), dy, ids, paddingId);
    },
  ]);
}

function unpacked(weight: Sparse, values: Vector, ids: Indices, shape: Shape, paddingId: number | undefined): Tensor {
  const y = unpack(weight, values, ids, shape);
  return record("embedding", y, [values], (dy) => [
    () => {
      const dvalues = emptyLike(values);
      backend().kernels.sparse!.scatterRows(dy.storage, weight.pattern.byRows(), ids, dvalues.storage, paddingId);
      return packed(weight, dvalues, dy, ids, paddingId);
    },
  ]);
}

function unpack(weight: Sparse, values: Vector, ids: Indices, shape: Shape, chosen?: Int32Array): Tensor {
  const y = empty([...shape, weight.shape.at(-1)!]);
  const storage = chosen === undefined ? values.storage : values.storageOfRows(chosen);
  backend().kernels.sparse!.gatherRows({ values: storage, table: weight.pattern.byRows(), ids }, y.storage);
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
