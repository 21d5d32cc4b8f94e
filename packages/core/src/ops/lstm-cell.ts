import { ShapeError, show } from "../shape.ts";
import { dense, type Weight, type WeightMatrix, type WeightVector } from "../sparse.ts";
import type { Matrix } from "../tensor.ts";
import { add } from "./add.ts";
import { matmul } from "./matmul.ts";
import { mul } from "./mul.ts";
import { sigmoid } from "./sigmoid.ts";
import { slice } from "./slice.ts";
import { tanh } from "./tanh.ts";

/** The weights of one direction of one LSTM layer, as in PyTorch: gates in the order i, f, g, o, `hidden` rows each. */
export interface LstmWeights {
  /** `[4·hidden, input]` */
  readonly weightIh: WeightMatrix;
  /** `[4·hidden, hidden]` */
  readonly weightHh: WeightMatrix;
  /** `[4·hidden]` */
  readonly biasIh: WeightVector;
  /** `[4·hidden]` */
  readonly biasHh: WeightVector;
}

/** `[batch, hidden]` each. */
export interface LstmState {
  readonly h: Matrix;
  readonly c: Matrix;
}

/**
 * One step of an LSTM, `[batch, input]` and a state to the next state:
 *
 *     i, f, o = σ(W_ih·x + b_ih + W_hh·h + b_hh),  g = tanh(the same, its rows)
 *     c′ = f·c + i·g,  h′ = o·tanh(c′)
 *
 * @throws {ShapeError} if the sizes do not fit.
 * @see Hochreiter & Schmidhuber 1997; with the forget gate of Gers et al. 2000, without peepholes, as `torch.nn.LSTMCell`.
 */
export function lstmCell(x: Matrix, { h, c }: LstmState, weights: LstmWeights): LstmState {
  const hidden = checkLstmWeights("lstmCell", x.shape[1], weights);
  const batch = x.shape[0];
  for (const [name, state] of [
    ["h", h],
    ["c", c],
  ] as const) {
    if (state.shape[0] !== batch || state.shape[1] !== hidden) {
      throw new ShapeError(
        `lstmCell: the state ${name} is ${show(state)}; x ${show(x)} and the weights want [${batch},${hidden}]`,
      );
    }
  }

  const { weightIh, weightHh, biasIh, biasHh } = weights;
  const input = add(matmul(x, weightIh, { transposeB: true }), dense(biasIh));
  const gates = add(input, add(matmul(h, weightHh, { transposeB: true }), dense(biasHh)));
  const gate = (at: number) => slice(gates, [0, at * hidden], [batch, (at + 1) * hidden]);
  const [i, f, g, o] = [sigmoid(gate(0)), sigmoid(gate(1)), tanh(gate(2)), sigmoid(gate(3))];
  const next = add(mul(f, c), mul(i, g));
  return { h: mul(o, tanh(next)), c: next };
}

/** @returns the hidden size that the four weights agree on. */
export function checkLstmWeights(operation: string, input: number, weights: LstmWeights): number {
  const { weightIh, weightHh, biasIh, biasHh } = weights;
  const hidden = weightHh.shape[1];
  const fits = (weight: Weight, ...shape: number[]) => show(weight) === show(shape);
  if (
    !fits(weightIh, 4 * hidden, input) ||
    !fits(weightHh, 4 * hidden, hidden) ||
    !fits(biasIh, 4 * hidden) ||
    !fits(biasHh, 4 * hidden)
  ) {
    throw new ShapeError(
      `${operation}: weight_ih ${show(weightIh)}, weight_hh ${show(weightHh)}, bias_ih ${show(biasIh)}, bias_hh ${show(biasHh)}: ` +
        `${input} inputs and ${hidden} hidden units want [${4 * hidden},${input}], [${4 * hidden},${hidden}], [${4 * hidden}], [${4 * hidden}]`,
    );
  }
  return hidden;
}
