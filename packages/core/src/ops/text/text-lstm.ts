import { count } from "../../arguments/kinds.ts";
import { checkOptions } from "../../arguments/options.ts";
import type { WeightMatrix } from "../../sparse/sparse.ts";
import { operandOf } from "../../sparse/weight-operand.ts";
import { indices } from "../../tensor/scope.ts";
import { ShapeError, show } from "../../tensor/shape.ts";
import type { Matrix } from "../../tensor/tensor.ts";
import type { TokenMatrix } from "../../tensor/tokens.ts";
import { dropout as drop } from "../dropout.ts";
import { checkIds } from "../embedding.ts";
import type { LstmWeights } from "../lstm/lstm-cell.ts";
import {
  checkDropout,
  type FinalStates,
  LSTM_OPTIONS,
  type LstmOptions,
  lstmLayers,
  textsOf,
  tokenPlaces,
} from "../lstm/lstm-layers.ts";
import { checkLengths } from "../max-over-time.ts";
import { gatherRows, gatherUniqueRows } from "../rows.ts";
import { uniqueIds } from "./unique.ts";

/**
 * The final states of a stack of LSTM layers over texts of ids, `[batch, time]`: embedding → dropout → `lstm`.
 *
 * The three operations, of the real tokens only. The product W_ih·x of a word with the first layer's weights is the same at every
 * position, so without dropout each *distinct* word is multiplied once, and its gradient is the sum over its positions.
 *
 * @param weights - The embedding, `[words, dim]`.
 * @param layers - For each layer its directions, as in `lstm`.
 * @param options - Those of `lstm`, and two more.
 * @param options.inputDropout - Dropout of the embedded tokens. Default: none.
 * @param options.paddingId - The row of the embedding that gets no gradient. Default: none.
 * @returns `h` and `c`, `[layers·directions, batch, hidden]` each, forward before backward.
 * @throws {ShapeError} if there is no text or no step, or weights or lengths do not fit.
 * @throws {RangeError} if an id is no row of the embedding, a length is outside 1…time, or a probability outside [0, 1).
 * @throws {TypeError} if an argument is of another kind, or an option unknown.
 * @see Hochreiter & Schmidhuber, “Long short-term memory”, Neural Computation 9(8), 1997; `lstmCell` for the formula.
 */
export function textLstm(
  weights: WeightMatrix,
  texts: TokenMatrix,
  layers: readonly (readonly LstmWeights[])[],
  options: LstmOptions & { inputDropout?: LstmOptions["dropout"]; paddingId?: number | undefined } = {},
): FinalStates {
  const kinds = { ...LSTM_OPTIONS, inputDropout: LSTM_OPTIONS.dropout, paddingId: count };
  const { lengths, inputDropout, dropout, recompute, paddingId } = checkOptions("textLstm", options, kinds);
  checkDropout("textLstm", "inputDropout", inputDropout);
  checkDropout("textLstm", "dropout", dropout);
  checkIds("textLstm", weights, { name: "texts", ids: texts, rank: 2, paddingId });
  const [batch, time] = texts.shape;
  if (batch === 0 || time === 0) throw new ShapeError(`textLstm: ${show(texts)} has no steps`);
  if (lengths !== undefined) checkLengths("textLstm", lengths, texts.shape);

  const packed = textsOf(lengths?.data ?? new Int32Array(batch).fill(time));
  const ids = Int32Array.from(tokenPlaces(packed, time), (place) => texts.data[place]!);
  const reach = Int32Array.of(ids.length);
  const { unique, inverse } = uniqueIds(ids, weights.shape[0], { step: ids.length, reach });
  const words = gatherUniqueRows(operandOf(weights), unique, indices(unique), paddingId);
  const { p, rng } = inputDropout ?? { p: 0, rng: undefined };
  const of = { dropout, recompute };
  if (rng === undefined || p === 0) return finals(lstmLayers("textLstm", words, inverse, packed, layers, of));
  const tokens = drop(gatherRows(operandOf(words), indices(inverse), [ids.length], undefined), p, rng) as Matrix;
  return finals(lstmLayers("textLstm", tokens, undefined, packed, layers, of));
}

function finals({ h, c }: FinalStates): FinalStates {
  return { h, c };
}
