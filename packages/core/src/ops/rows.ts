import { record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import type { Indices, Storage } from "../kernels/kernels.ts";
import type { Pattern } from "../sparse/pattern.ts";
import { WeightOperand } from "../sparse/weight-operand.ts";
import { type Shape, show, sizeOf } from "../tensor/shape.ts";
import { empty, type Matrix, Tensor } from "../tensor/tensor.ts";
import { tick, writerSince } from "../tensor/versions.ts";

/** The gradient of a table that is 0 but for some rows: row `ids[i]` is `values[i,:]`. */
export interface Rows {
  /** Of a table of which a part is stored, whose gradient is a vector: which elements those are. */
  readonly pattern: Pattern | undefined;
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

function write({ pattern, ids, values, except }: Rows, size: number): Storage {
  const out = new WeightOperand(empty([size]), pattern);
  backend().kernels.scatterRows(values.storage, ids, out.storage, { dim: values.shape[1], except });
  return out.trained.storage;
}

/**
 * `y[i,d] = table[ids[i],d]`, with the leading shape of the ids. `chosen` are the ids where the host knows them: only
 * these rows are looked at.
 */
export function gatherRows(
  table: WeightOperand,
  ids: Indices,
  shape: Shape,
  paddingId: number | undefined,
  chosen?: Int32Array,
): Tensor {
  const y = read(table, ids, shape, chosen);
  return record("embedding", y, [table.trained], (dy) => [
    () => {
      const dtable = table.emptyLike();
      const size = { dim: dy.shape.at(-1)!, except: paddingId };
      backend().kernels.scatterRows(dy.storage, ids, dtable.storage, size);
      return scattered(table, dtable.trained, dy, ids, paddingId);
    },
  ]);
}

/**
 * The same for ids that ascend, none twice: the table's gradient then keeps its rows apart, and is written out only if
 * somebody asks for it.
 */
export function gatherUniqueRows(
  table: WeightOperand,
  unique: Int32Array,
  ids: Indices,
  paddingId: number | undefined,
): Matrix {
  const y = read(table, ids, [unique.length], unique) as Matrix;
  const { pattern, trained } = table;
  return record("embedding", y, [trained], (dy) => [
    () => {
      const rows = { pattern, ids, unique, values: dy, except: paddingId };
      return scattered(table, gradientOfRows(rows, trained.shape), dy, ids, paddingId);
    },
  ]);
}

function read(table: WeightOperand, ids: Indices, shape: Shape, chosen: Int32Array | undefined): Tensor {
  const dim = table.shape[1]!;
  const y = empty([...shape, dim]);
  const storage = chosen === undefined ? table.storage : table.storageOfRows(chosen);
  backend().kernels.gatherRows(storage, ids, y.storage, { dim });
  return y;
}

/** Notes that a table's gradient is the adjoint, `dtable[ids[i],d] += dy[i,d]`, but for the padding's row. */
function scattered(
  table: WeightOperand,
  dtable: Tensor,
  dy: Tensor,
  ids: Indices,
  paddingId: number | undefined,
): Tensor {
  return record("embedding", dtable, [dy], (g) => [
    () => {
      if (paddingId !== undefined)
        throw new Error("gradients: the gradient of embedding with paddingId cannot be differentiated again");
      return gatherRows(table.withValues(g), ids, dy.shape.slice(0, -1), undefined);
    },
  ]);
}
