import { anything, check, flag, type Kind, list, object, probability } from "../../arguments/kinds.ts";
import type { Kinds } from "../../arguments/options.ts";
import { isRecorded, notTwiceDifferentiable, record } from "../../autograd/record.ts";
import { backend } from "../../backends/backend.ts";
import type { Indices, LstmSize, Storage, WeightStorage } from "../../kernels/kernels.ts";
import { rowsBefore } from "../../kernels/rows-before.ts";
import { checkRng, type Rng } from "../../random/rng.ts";
import { operandOf, type WeightOperand } from "../../sparse/weight-operand.ts";
import { allocate, borrow, indices } from "../../tensor/scope.ts";
import { ShapeError } from "../../tensor/shape.ts";
import { type Cube, empty, emptyLike, type Matrix } from "../../tensor/tensor.ts";
import type { TokenVector } from "../../tensor/tokens.ts";
import { add } from "../add.ts";
import { concat } from "../concat.ts";
import { dropout } from "../dropout.ts";
import { reshape } from "../reshape.ts";
import { gatherRows } from "../rows.ts";
import { checkLstmWeights, type LstmWeights } from "./lstm-cell.ts";
import { inputWeight, recurrentWeight, stacked } from "./lstm-weights.ts";
import { recomputedLayer } from "./recomputed-layer.ts";

// A stack of LSTM layers over the real tokens of a batch only: a matrix with a row a token, text after text.

/** Texts without padding, one after the other: the tokens of text b are the rows `starts[b]` … `starts[b+1] − 1`. */
export interface Texts {
  readonly batch: number;
  readonly tokens: number;
  readonly starts: Int32Array;
}

/** The states after the last step of each text, `[layers·directions, batch, hidden]` each, forward before backward. */
export interface FinalStates {
  /** Hidden states. */
  readonly h: Cube;
  /** Cell states. */
  readonly c: Cube;
}

export interface LstmOptions {
  /** In tokens, `[batch]`, each from 1 to time. Default: every text has `time` tokens. */
  readonly lengths?: TokenVector | undefined;
  /** Dropout of the output of every layer but the last: an element becomes 0 with probability `p`. Default: none. */
  readonly dropout?: { readonly p: number; readonly rng: Rng } | undefined;
  /**
   * Compute the gates again for the gradient, instead of keeping gates and cells, 5·directions·hidden values a token and
   * layer: the same bits, in less memory, for one more forward pass of the layer. On the backend `wasm` the gates of
   * about an eighth of the batch exist at a time, of 32 texts or more; on others those of the layer whose gradient is
   * computed. Changes nothing where no gradient can be asked for. Default false.
   *
   * @see Chen, Xu, Zhang & Guestrin, “Training Deep Nets with Sublinear Memory Cost”, 2016, arXiv 1604.06174.
   */
  readonly recompute?: boolean | undefined;
}

const drawn: Kind = { words: "{ p, rng }", accepts: object.accepts };

/** Of `LstmOptions`; lengths are checked with the texts. */
export const LSTM_OPTIONS: Kinds<LstmOptions> = { lengths: anything, dropout: drawn, recompute: flag };

export function checkDropout(operation: string, name: string, dropout: LstmOptions["dropout"]): void {
  if (dropout === undefined) return;
  check(operation, `${name}.p`, dropout.p, probability);
  checkRng(operation, `${name}.rng`, dropout.rng);
}

export function textsOf(lengths: Int32Array): Texts {
  const starts = new Int32Array(lengths.length + 1);
  for (let b = 0; b < lengths.length; b++) starts[b + 1] = starts[b]! + lengths[b]!;
  return { batch: lengths.length, tokens: starts.at(-1)!, starts };
}

/** The row of each token in a batch `[batch·time, …]` that is padded to `time`. */
export function tokenPlaces({ batch, tokens, starts }: Texts, time: number): Int32Array {
  const places = new Int32Array(tokens);
  for (let b = 0; b < batch; b++) {
    for (let n = starts[b]!; n < starts[b + 1]!; n++) places[n] = b * time + (n - starts[b]!);
  }
  return places;
}

/**
 * @param x - One row for each token, `[tokens, input]`; with `places`, rows of which token n is number places[n].
 * @returns `states`, `[tokens + batch + 1, directions·hidden]`: the last layer's hidden state after each token, then each text's last cell
 *   state, then a row of zeros.
 */
export function lstmLayers(
  operation: string,
  x: Matrix,
  places: Int32Array | undefined,
  texts: Texts,
  layers: readonly (readonly LstmWeights[])[],
  { dropout: drop, recompute = false }: Pick<LstmOptions, "dropout" | "recompute">,
): { states: Matrix } & FinalStates {
  check(operation, "layers", layers, list);
  if (layers.length === 0) throw new ShapeError(`${operation}: there are no layers`);
  const finals: { h: Cube; c: Cube }[] = [];
  let states = x;
  for (const [k, directions] of layers.entries()) {
    check(operation, `layers[${k}]`, directions, list);
    const above = k === 0 ? { x, places: places && indices(places) } : { x: states, places: undefined };
    if (drop !== undefined && k > 0) above.x = dropout(states, drop.p, drop.rng);
    const input = k === 0 ? x.shape[1] : states.shape[1];
    const hidden = checkDirections(operation, k, input, directions);
    states = layer(operation, above, texts, directions, { hidden, recompute });
    finals.push(finalStates(states, texts, directions.length, hidden));
  }
  return { states, h: concat(finals.map(({ h }) => h)), c: concat(finals.map(({ c }) => c)) };
}

function checkDirections(operation: string, k: number, input: number, directions: readonly LstmWeights[]): number {
  if (directions.length !== 1 && directions.length !== 2) {
    throw new ShapeError(`${operation}: layer ${k} has ${directions.length} directions; there are one or two`);
  }
  const [hidden, other = hidden] = directions.map((weights, d) =>
    checkLstmWeights(operation, `layers[${k}][${d}]`, input, weights),
  );
  if (hidden !== other) {
    throw new ShapeError(`${operation}: layer ${k} has ${hidden} hidden units forward and ${other} backward`);
  }
  return hidden!;
}

/** One layer. The input weights of two directions stand one below the other, so that one product serves both. */
function layer(
  operation: string,
  { x, places }: { x: Matrix; places: Indices | undefined },
  { batch, tokens, starts }: Texts,
  weights: readonly LstmWeights[],
  { hidden, recompute }: { hidden: number; recompute: boolean },
): Matrix {
  const weightIh = inputWeight(weights.map((one) => one.weightIh));
  const weightHh = recurrentWeight(weights.map((one) => one.weightHh));
  const bias = add(stacked(weights.map((one) => one.biasIh)), stacked(weights.map((one) => one.biasHh)));

  const inputs = [x, weightIh.trained, bias, weightHh.trained];
  const directions = weights.length as 1 | 2;
  const size: LstmSize = { batch, tokens, hidden, directions };
  const width = directions * hidden;
  const rows = places === undefined ? tokens : x.shape[0];
  const input = x.shape[1];
  const { kernels } = backend();
  const again = recompute && isRecorded(inputs);
  if (again && kernels.lstmStates !== undefined && kernels.lstmGradients !== undefined) {
    return recomputedLayer(operation, { x, places, weightIh, bias, weightHh, starts }, { ...size, rows, input });
  }
  const ends = indices(starts);
  const states: Matrix = empty([tokens + batch + 1, width]);
  /** @param kept - For the gradient; where every token has its own row, gates overwrite the input's product. */
  const compute = (kept: Kept | undefined) => {
    const read = (projected: Storage) => {
      const product = { batch: 1, m: rows, k: input, n: 4 * width, transposeA: false, transposeB: true };
      kernels.matmul(x.storage, weightIh.storage, projected, product);
      const theta = weightHh.storage;
      kernels.lstm(projected, places, bias.storage, theta, ends, kept?.gates, kept?.cells, states.storage, size);
    };
    if (kept !== undefined && places === undefined) read(kept.gates);
    else borrow(rows * 4 * width, read);
  };
  const keep = (): Kept => {
    const made = { gates: allocate(tokens * 4 * width), cells: allocate(tokens * width) };
    compute(made);
    return made;
  };
  let kept: Kept | undefined;
  if (again || !isRecorded(inputs)) compute(undefined);
  else kept = keep();

  return record(operation, states, inputs, (dstates) => {
    const dgates = once(() => {
      const { gates, cells } = kept ?? keep(); // asked for a second time, too: the first time, the gradient overwrote the gates
      kept = undefined;
      kernels.lstmGates(dstates.storage, gates, cells, weightHh.storage, ends, gates, size);
      return gates;
    });
    const dprojected = once(() => {
      if (places === undefined) return dgates();
      const found = allocate(rows * 4 * width);
      kernels.scatterRows(dgates(), places, found, { dim: 4 * width });
      return found;
    });
    // one function each, so that gradients nobody asks for are not computed
    const gradient = (of: WeightOperand, write: (into: WeightStorage) => void) => () => {
      const found = of.emptyLike();
      write(found.storage);
      return notTwiceDifferentiable(operation, found.trained, [dstates, ...inputs]);
    };
    return [
      () => {
        const dx = emptyLike(x);
        if (rows < x.shape[0]) kernels.fill(0, dx.storage); // the rows after those of the tokens are read by nobody
        const product = { batch: 1, m: rows, k: 4 * width, n: input, transposeA: false, transposeB: false };
        kernels.matmul(dprojected(), weightIh.storage, dx.storage, product);
        return notTwiceDifferentiable(operation, dx, [dstates, ...inputs]);
      },
      gradient(weightIh, (dweight) =>
        kernels.weightGradient(x.storage, dprojected(), dweight, {
          rows,
          groups: 1,
          outputs: 4 * width,
          inputs: input,
        }),
      ),
      () => {
        const dbias = emptyLike(bias);
        kernels.sum(dprojected(), dbias.storage, { outer: 1, axis: rows, inner: 4 * width });
        return notTwiceDifferentiable(operation, dbias, [dstates, ...inputs]);
      },
      gradient(weightHh, (dweight) =>
        borrow(tokens * width, (before) => {
          kernels.gatherRows(states.storage, indices(rowsBefore(starts, directions)), before, { dim: hidden });
          const groups = { rows: tokens, groups: directions, outputs: 4 * hidden, inputs: hidden };
          kernels.weightGradient(before, dgates(), dweight, groups);
        }),
      ),
    ];
  });
}

/** What the gradient needs of a forward pass: gates, `[tokens, directions·4·hidden]`, and cell states, `[tokens, directions·hidden]`. */
interface Kept {
  readonly gates: Storage;
  readonly cells: Storage;
}

/** What `make` gives, which is called when it is first asked for. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The states after each direction's last step: forward at a text's last token, backward at its first. */
function finalStates(
  states: Matrix,
  { batch, tokens, starts }: Texts,
  directions: number,
  hidden: number,
): { h: Cube; c: Cube } {
  const units = reshape(states, [states.shape[0] * directions, hidden]); // one row for each state and direction
  const rows = (of: (b: number, d: number) => number) => {
    const ids = Int32Array.from({ length: directions * batch }, (_, i) => {
      const d = Math.floor(i / batch);
      return of(i % batch, d) * directions + d;
    });
    return gatherRows(operandOf(units), indices(ids), [directions, batch], undefined) as Cube;
  };
  return { h: rows((b, d) => (d === 0 ? starts[b + 1]! - 1 : starts[b]!)), c: rows((b) => tokens + b) };
}
