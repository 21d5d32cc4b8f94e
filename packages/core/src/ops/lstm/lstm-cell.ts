import { check, object } from "../../arguments/kinds.ts";
import { isRecorded, record } from "../../autograd/record.ts";
import { backend } from "../../backends/backend.ts";
import { checkWeight, dense, type Weight, type WeightMatrix, type WeightVector } from "../../sparse/sparse.ts";
import { ShapeError, show } from "../../tensor/shape.ts";
import { checkTensor, empty, emptyLike, type Matrix, type Vector } from "../../tensor/tensor.ts";
import { add } from "../add.ts";
import { concat } from "../concat.ts";
import { matmul } from "../matmul.ts";
import { mul } from "../mul.ts";
import { sigmoid } from "../sigmoid.ts";
import { slice } from "../slice.ts";
import { square } from "../square.ts";
import { sub } from "../sub.ts";
import { sum } from "../sum.ts";
import { tanh } from "../tanh.ts";

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

/** Hidden state and cell state, `[batch, hidden]` each. */
export interface LstmState {
  readonly h: Matrix;
  readonly c: Matrix;
}

/**
 * One step of an LSTM, from x, `[batch, input]`, and a state to the next state. Of z = W_ih·x + b_ih + W_hh·h + b_hh, `[batch, 4·hidden]`,
 * the four blocks of `hidden` columns are z_i, z_f, z_g, z_o:
 *
 *     i = σ(z_i),  f = σ(z_f),  g = tanh(z_g),  o = σ(z_o)
 *     c′ = f·c + i·g,  h′ = o·tanh(c′)
 *
 * σ and tanh are quotients of polynomials here, with errors below 2⁻²² and 2⁻²¹.
 *
 * @returns the next state, `[batch, hidden]` each.
 * @throws {ShapeError} if the sizes do not fit.
 * @throws {TypeError} if an argument is of another kind.
 * @see Hochreiter & Schmidhuber 1997; with the forget gate of Gers et al. 2000, without peepholes, as `torch.nn.LSTMCell`.
 */
export function lstmCell(x: Matrix, state: LstmState, weights: LstmWeights): LstmState {
  checkTensor("lstmCell", "x", x, 2);
  check("lstmCell", "state", state, object);
  const { h, c } = state;
  const hidden = checkLstmWeights("lstmCell", "weights", x.shape[1], weights);
  const batch = x.shape[0];
  for (const [name, part] of [
    ["h", h],
    ["c", c],
  ] as const) {
    checkTensor("lstmCell", `state.${name}`, part);
    if (part.shape[0] !== batch || part.shape[1] !== hidden) {
      throw new ShapeError(
        `lstmCell: the state ${name} is ${show(part)}; x ${show(x)} and the weights want [${batch},${hidden}]`,
      );
    }
  }

  const { weightIh, weightHh } = weights;
  const [biasIh, biasHh] = [dense(weights.biasIh), dense(weights.biasHh)];
  const input = matmul(x, weightIh, { transposeB: true });
  const recurrent = matmul(h, weightHh, { transposeB: true });
  const states = step({ input, recurrent, biasIh, biasHh, c });
  return { h: slice(states, [0, 0], [batch, hidden]), c: slice(states, [0, hidden], [batch, 2 * hidden]) };
}

/** The operands of a step: the products W_ih·x and W_hh·h, `[batch, 4·hidden]` each, their biases, and the previous cell state. */
interface Step {
  readonly input: Matrix;
  readonly recurrent: Matrix;
  readonly biasIh: Vector;
  readonly biasHh: Vector;
  readonly c: Matrix;
}

/** @returns h′ and c′ side by side, `[batch, 2·hidden]`. */
function step(of: Step): Matrix {
  const { input, recurrent, biasIh, biasHh, c } = of;
  const [batch, hidden] = c.shape;
  const { kernels } = backend();
  const gates = emptyLike(input);
  const states = empty([batch, 2 * hidden]);
  kernels.lstmCell(
    input.storage,
    recurrent.storage,
    biasIh.storage,
    biasHh.storage,
    c.storage,
    gates.storage,
    states.storage,
    { batch, hidden },
  );

  const inputs = [input, recurrent, biasIh, biasHh, c];
  return record("lstmCell", states, inputs, (dstates) => {
    const find = (): StepGradient => {
      if (isRecorded([dstates, ...inputs])) return gradientInOperations(dstates, of);
      const [dgates, dc] = [emptyLike(gates), emptyLike(c)];
      kernels.lstmCellGradient(dstates.storage, gates.storage, states.storage, c.storage, dgates.storage, dc.storage, {
        batch,
        hidden,
      });
      return { dgates, dc };
    };
    let found: StepGradient | undefined;
    const gradient = () => (found ??= find());
    const dgates = () => gradient().dgates;
    const dbias = () => sum(dgates(), { axis: 0 });
    return [dgates, dgates, dbias, dbias, () => gradient().dc];
  });
}

interface StepGradient {
  /** With respect to z, and so to each of its terms. */
  readonly dgates: Matrix;
  readonly dc: Matrix;
}

/** What `lstmCellGradient` computes, written in operations, for where it will be differentiated again. */
function gradientInOperations(dstates: Matrix, { input, recurrent, biasIh, biasHh, c }: Step): StepGradient {
  const [batch, hidden] = c.shape;
  const part = (of: Matrix, at: number) => slice(of, [0, at * hidden], [batch, (at + 1) * hidden]);
  const z = add(add(input, biasIh), add(recurrent, biasHh));
  const [i, f, g, o] = [sigmoid(part(z, 0)), sigmoid(part(z, 1)), tanh(part(z, 2)), sigmoid(part(z, 3))];
  const tanhC = tanh(add(mul(f, c), mul(i, g)));
  const dh = part(dstates, 0);
  const dnext = add(part(dstates, 1), mul(mul(dh, o), sub(1, square(tanhC))));
  const slope = (gate: Matrix) => mul(gate, sub(1, gate)); // σ′ from the value of σ
  const dgates = concat(
    [
      mul(mul(dnext, g), slope(i)),
      mul(mul(dnext, c), slope(f)),
      mul(mul(dnext, i), sub(1, square(g))),
      mul(mul(dh, tanhC), slope(o)),
    ],
    { axis: 1 },
  );
  return { dgates, dc: mul(dnext, f) };
}

/** @returns the hidden size that the four weights agree on. */
export function checkLstmWeights(operation: string, name: string, input: number, weights: LstmWeights): number {
  check(operation, name, weights, object);
  const { weightIh, weightHh, biasIh, biasHh } = weights;
  for (const [part, weight] of Object.entries({ weightIh, weightHh, biasIh, biasHh })) {
    checkWeight(operation, `${name}.${part}`, weight);
  }
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
        `${input} inputs and ${hidden} hidden units want ` +
        `[${4 * hidden},${input}], [${4 * hidden},${hidden}], [${4 * hidden}], [${4 * hidden}]`,
    );
  }
  return hidden;
}
