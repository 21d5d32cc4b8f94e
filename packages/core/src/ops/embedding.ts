import { count } from "../arguments/kinds.ts";
import { checkOptions } from "../arguments/options.ts";
import { checkWeight, type WeightMatrix } from "../sparse/sparse.ts";
import { operandOf } from "../sparse/weight-operand.ts";
import { indices } from "../tensor/scope.ts";
import { type Shape, show } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkTokens, type Tokens } from "../tensor/tokens.ts";
import { gatherRows } from "./rows.ts";

/**
 * The rows of a table that the ids choose: `y[…,d] = table[ids[…],d]`, `[rows, dim] × […] → […, dim]`.
 *
 * Where an id repeats, the gradients of its row add up.
 *
 * @param options.paddingId - The row that gets no gradient, as `padding_idx` in PyTorch.
 * @throws {RangeError} if an id is not a row of the table.
 */
export function embedding<S extends Shape>(
  weights: WeightMatrix,
  ids: Tokens<S>,
  options: { paddingId?: number | undefined } = {},
): Tensor<readonly [...S, number]> {
  const { paddingId } = checkOptions("embedding", options, { paddingId: count });
  checkIds("embedding", weights, { name: "ids", ids, paddingId });
  const y = gatherRows(operandOf(weights), indices(ids.data), ids.shape, paddingId, ids.data);
  return y as Tensor<readonly [...S, number]>;
}

/**
 * @param name - What the ids are called.
 * @throws {TypeError} if they are no table and no ids.
 * @throws {RangeError} if an id, or the padding's, is not a row of the table.
 */
export function checkIds(
  operation: string,
  table: WeightMatrix,
  { name, ids, rank, paddingId }: { name: string; ids: Tokens; rank?: number; paddingId?: number | undefined },
): void {
  checkWeight(operation, "weights", table, 2);
  checkTokens(operation, name, ids, rank);
  const rows = table.shape[0];
  const has = () => `the table ${show(table)} has ${rows === 0 ? "no rows" : `rows 0–${rows - 1}`}`;
  if (paddingId !== undefined && paddingId >= rows)
    throw new RangeError(`${operation}: paddingId is ${paddingId}; ${has()}`);
  const wrong = firstOutside(ids.data, rows);
  if (wrong >= 0) throw new RangeError(`${operation}: token ${wrong} is ${ids.data[wrong]}; ${has()}`);
}

/** Where the first id is that is not from 0 to words − 1; −1 if there is none. */
function firstOutside(ids: Int32Array, words: number): number {
  for (let i = 0; i < ids.length; i++) if (ids[i]! < 0 || ids[i]! >= words) return i;
  return -1;
}
