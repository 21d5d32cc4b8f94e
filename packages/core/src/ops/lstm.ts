import { backend } from "../backend.ts";
import { onceOnly, record } from "../record.ts";
import type { Rng } from "../rng.ts";
import { indices } from "../scope.ts";
import { ShapeError, show } from "../shape.ts";
import { dense } from "../sparse.ts";
import { type Cube, empty, type Matrix, zeros } from "../tensor.ts";
import { type TokenVector, tokens } from "../tokens.ts";
import { add } from "./add.ts";
import { concat } from "./concat.ts";
import { dropout } from "./dropout.ts";
import { embedding } from "./embedding.ts";
import { checkLstmWeights, type LstmWeights } from "./lstm-cell.ts";
import { matmul } from "./matmul.ts";
import { checkLengths } from "./max-over-time.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";

/** What `lstm` returns. */
export interface LstmOutput {
  /** The last layer's hidden state at every step, the directions side by side: `[batch, time, directions·hidden]`, 0 after a text's end. */
  readonly output: Cube;
  /** The hidden state with which each layer and direction ends: `[layers·directions, batch, hidden]`. */
  readonly h: Cube;
  /** The cell state likewise. */
  readonly c: Cube;
}

/**
 * A stack of LSTM layers over whole sequences, `[batch, time, input]`, from a zero state; see `lstmCell` for the formula.
 *
 * A text ends at its length: forward, nothing after it is computed; backward, reading begins there. So padding never
 * changes a result, as with PyTorch's packed sequences.
 *
 * @param layers - For each layer its directions: forward, or forward and backward. Layers after the first read the
 *   directions of the one below side by side.
 * @param options.lengths - `[batch]`, each from 1 to time. Default: every sequence is full.
 * @param options.dropout - Applied to the output of every layer but the last, with its own stream of random numbers.
 * @throws {ShapeError} if weights or lengths do not fit.
 */
export function lstm(
  x: Cube,
  layers: readonly (readonly LstmWeights[])[],
  { lengths, dropout: drop }: { lengths?: TokenVector | undefined; dropout?: { p: number; rng: Rng } | undefined } = {},
): LstmOutput {
  const [batch, time] = x.shape;
  if (layers.length === 0) throw new ShapeError("lstm: there are no layers");
  if (batch === 0 || time === 0) throw new ShapeError(`lstm: ${show(x)} has no steps`);
  if (lengths !== undefined) checkLengths("lstm", lengths, x.shape);
  const ends = lengths ?? tokens(new Int32Array(batch).fill(time), [batch]);

  const finals: { h: Matrix; c: Matrix }[] = [];
  let output = x;
  layers.forEach((directions, layer) => {
    if (directions.length !== 1 && directions.length !== 2) {
      throw new ShapeError(`lstm: layer ${layer} has ${directions.length} directions; there are one or two`);
    }
    const input = output;
    const states = directions.map((weights, i) => direction(input, weights, ends, i === 1));
    for (const [i, both] of states.entries()) finals.push(finalState(both, ends, i === 1));
    output = concat(
      states.map((both) => half(both, 0)),
      { axis: 2 },
    );
    if (drop !== undefined && layer < layers.length - 1) output = dropout(output, drop.p, drop.rng);
  });

  const stack = (parts: readonly Matrix[]) =>
    concat(
      parts.map((part) => reshape(part, [1, ...part.shape])),
      { axis: 0 },
    );
  return { output, h: stack(finals.map(({ h }) => h)), c: stack(finals.map(({ c }) => c)) };
}

/** One direction of one layer: `[batch, time, input] → [batch, time, 2·hidden]`, the hidden and the cell state at every step. */
function direction(x: Cube, weights: LstmWeights, ends: TokenVector, reverse: boolean): Cube {
  const [batch, time, input] = x.shape;
  const hidden = checkLstmWeights("lstm", input, weights);
  const flat = matmul(reshape(x, [batch * time, input]), weights.weightIh, { transposeB: true });
  const biased = add(flat, add(dense(weights.biasIh), dense(weights.biasHh)));
  return sequence(reshape(biased, [batch, time, 4 * hidden]), dense(weights.weightHh), ends, reverse);
}

function sequence(projected: Cube, recurrent: Matrix, ends: TokenVector, reverse: boolean): Cube {
  const [batch, time] = projected.shape;
  const hidden = recurrent.shape[1];
  const size = { batch, time, hidden, reverse };
  const lengths = indices(ends.data);
  const gates = empty([batch, time, 4 * hidden]);
  const states = empty([batch, time, 2 * hidden]);
  backend().kernels.lstm(projected.storage, recurrent.storage, lengths, gates.storage, states.storage, size);

  return record("lstm", states, [projected, recurrent], (dstates) => {
    let computed: Cube | undefined;
    const dprojected = () => {
      if (computed === undefined) {
        computed = empty(projected.shape) as Cube;
        const { kernels } = backend();
        kernels.lstmGradient(
          dstates.storage,
          gates.storage,
          states.storage,
          recurrent.storage,
          lengths,
          computed.storage,
          size,
        );
        onceOnly("lstm", computed, [dstates, projected, recurrent]);
      }
      return computed;
    };
    return [
      dprojected,
      // Σ over texts and steps of (gradient of the gates)ᵀ · (hidden state before the step)
      () => matmul(rows(dprojected()), rows(before(half(states, 0), reverse)), { transposeA: true }),
    ];
  });
}

/** `[batch, time, n] → [batch·time, n]` */
function rows(x: Cube): Matrix {
  return reshape(x, [x.shape[0] * x.shape[1], x.shape[2]]);
}

/** The hidden (0) or the cell (1) half of states. */
function half(states: Cube, which: 0 | 1): Cube {
  const [batch, time, both] = states.shape;
  return slice(states, [0, 0, (which * both) / 2], [batch, time, ((which + 1) * both) / 2]);
}

/** What stood at the step read before: shifted by one, 0 at the first. After a text's end there are zeros already. */
function before(h: Cube, reverse: boolean): Cube {
  const [batch, time, hidden] = h.shape;
  const nothing = zeros([batch, 1, hidden]);
  return reverse
    ? concat([slice(h, [0, 1, 0], [batch, time, hidden]), nothing], { axis: 1 })
    : concat([nothing, slice(h, [0, 0, 0], [batch, time - 1, hidden])], { axis: 1 });
}

/** The state at the step read last: a text's last token forward, its first backward. */
function finalState(states: Cube, ends: TokenVector, reverse: boolean): { h: Matrix; c: Matrix } {
  const [batch, time, both] = states.shape;
  const last = tokens(
    ends.data.map((end, b) => b * time + (reverse ? 0 : end - 1)),
    [batch],
  );
  const final = embedding(rows(states), last);
  return { h: slice(final, [0, 0], [batch, both / 2]), c: slice(final, [0, both / 2], [batch, both]) };
}
