import { checkOptions } from "../../arguments/options.ts";
import { operandOf } from "../../sparse/weight-operand.ts";
import { indices } from "../../tensor/scope.ts";
import { ShapeError, show } from "../../tensor/shape.ts";
import { type Cube, checkTensor } from "../../tensor/tensor.ts";
import { checkLengths } from "../max-over-time.ts";
import { reshape } from "../reshape.ts";
import { gatherRows } from "../rows.ts";
import type { LstmWeights } from "./lstm-cell.ts";
import {
  checkDropout,
  type FinalStates,
  LSTM_OPTIONS,
  type LstmOptions,
  lstmLayers,
  textsOf,
  tokenPlaces,
} from "./lstm-layers.ts";

/** What `lstm` returns. */
export interface LstmOutput extends FinalStates {
  /**
   * The last layer's hidden state after every step, the directions side by side, `[batch, time, directions·hidden]`; 0 after a text's end.
   */
  readonly output: Cube;
}

/**
 * A stack of LSTM layers over whole sequences, `[batch, time, input]`, from a zero state; see `lstmCell` for the formula.
 *
 * A text ends at its length: forward nothing after it is computed, and backward it is where the first step is. So padding never
 * changes a result, as with PyTorch's packed sequences.
 *
 * @param layers - For each layer the weights of its directions: forward, or forward and backward. The input of layers after the first is
 *   the hidden states of the one below, its directions side by side.
 * @throws {ShapeError} if there is no text or no step, or weights or lengths do not fit.
 * @throws {RangeError} if a length is outside 1…time, or the probability outside [0, 1).
 * @throws {TypeError} if an argument is of another kind, or an option unknown.
 * @see Hochreiter & Schmidhuber, “Long short-term memory”, Neural Computation 9(8), 1997; `torch.nn.LSTM`.
 */
export function lstm(x: Cube, layers: readonly (readonly LstmWeights[])[], options: LstmOptions = {}): LstmOutput {
  checkTensor("lstm", "x", x, 3);
  const { lengths, dropout, recompute } = checkOptions("lstm", options, LSTM_OPTIONS);
  checkDropout("lstm", "dropout", dropout);
  const [batch, time, input] = x.shape;
  if (batch === 0 || time === 0) throw new ShapeError(`lstm: ${show(x)} has no steps`);
  if (lengths !== undefined) checkLengths("lstm", lengths, x.shape);
  const texts = textsOf(lengths?.data ?? new Int32Array(batch).fill(time));

  const places = tokenPlaces(texts, time);
  const all = reshape(x, [batch * time, input]);
  const rows =
    texts.tokens === batch * time ? all : gatherRows(operandOf(all), indices(places), [texts.tokens], undefined);
  const { states, h, c } = lstmLayers("lstm", rows as typeof all, undefined, texts, layers, {
    dropout,
    recompute,
  });

  const ids = new Int32Array(batch * time).fill(states.shape[0] - 1); // zeros where a text has ended
  for (const [n, place] of places.entries()) ids[place] = n;
  return { output: gatherRows(operandOf(states), indices(ids), [batch, time], undefined) as Cube, h, c };
}
