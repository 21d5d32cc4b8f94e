import { anything, check as checkKind, count, list } from "../../arguments/kinds.ts";
import { checkOptions, type Kinds } from "../../arguments/options.ts";
import { notTwiceDifferentiable, record } from "../../autograd/record.ts";
import { backend } from "../../backends/backend.ts";
import type { Indices, WindowSize } from "../../kernels/kernels.ts";
import { isStored } from "../../kernels/stored-weight.ts";
import { checkWeight, dense, type WeightCube, type WeightMatrix, type WeightVector } from "../../sparse/sparse.ts";
import { operandOf, type WeightOperand } from "../../sparse/weight-operand.ts";
import { indices } from "../../tensor/scope.ts";
import { ShapeError, show } from "../../tensor/shape.ts";
import { empty, emptyLike, type Matrix, zeros } from "../../tensor/tensor.ts";
import { checkTokens, type TokenMatrix, type TokenVector } from "../../tensor/tokens.ts";
import { add } from "../add.ts";
import { concat } from "../concat.ts";
import { checkIds } from "../embedding.ts";
import { relu } from "../relu.ts";
import { gatherUniqueRows } from "../rows.ts";
import { uniqueIds } from "./unique.ts";

/** The filters of one width. */
export interface TextFilters {
  /** `[width, channels, filters]` */
  readonly kernel: WeightCube;
  /** `[filters]`. Default 0. */
  readonly bias?: WeightVector | undefined;
}

/**
 * One feature of a text for each filter, as in Kim's CNN: embedding → `conv1d` → bias → `relu` → `maxOverTime`, for kernels of
 * several widths side by side, `[batch, time] → [batch, all filters]`:
 *
 *     y[b,f] = max(0, bias[f] + max_t Σ_w Σ_c table[texts[b,t+w],c] · kernel[w,c,f])
 *
 * The five operations in another order, at a fraction of their cost. A word's projection Σ_c is the same at every position, so each
 * *distinct* word is projected once. Bias and ReLU are monotone, so they follow the maximum. Only the largest window of each text and
 * filter has a gradient; of equal ones, the first.
 *
 * @param weights - The embedding, `[words, channels]`.
 * @param texts - Ids, `[batch, time]`.
 * @param filters - A kernel for each width; their results stand side by side in this order.
 * @param options.lengths - In tokens, `[batch]`, each from 0 to time: the maximum is taken over windows inside the text, or is that of the
 *   first window if the kernel is wider than the text. Default: over all windows.
 * @param options.paddingId - The row of the embedding that gets no gradient. Default: none.
 * @throws {ShapeError} if there are no filters, or a kernel does not fit the embedding, its bias or the texts.
 * @throws {RangeError} if an id is no row of the embedding, or a length is outside 0…time.
 * @throws {TypeError} if an argument is of another kind, or an option unknown.
 * @see Kim, “Convolutional Neural Networks for Sentence Classification”, EMNLP 2014, §2.
 */
export function textConvolution(
  weights: WeightMatrix,
  texts: TokenMatrix,
  filters: readonly TextFilters[],
  options: { lengths?: TokenVector | undefined; paddingId?: number | undefined } = {},
): Matrix {
  const kinds = { lengths: anything, paddingId: count };
  const { lengths, paddingId } = checkOptions("textConvolution", options, kinds);
  check(weights, texts, filters, { lengths, paddingId });

  const [batch, time] = texts.shape;
  const ends = lengths?.data ?? new Int32Array(batch).fill(time);
  const widest = Math.max(...filters.map(({ kernel }) => kernel.shape[0]));
  const reach = new Int32Array(batch); // the end of what some window covers
  for (let b = 0; b < batch; b++) reach[b] = b * time + Math.max(ends[b]!, widest);
  const { unique, inverse } = uniqueIds(texts.data, weights.shape[0], { step: time, reach });

  const kernels = filters.map(({ kernel }) => kernel);
  const [places, until] = [indices(inverse), indices(ends)];
  const largest = maxOfWindows(operandOf(weights), unique, paddingId, kernels, places, until, texts);
  if (filters.every(({ bias }) => bias === undefined)) return relu(largest);
  const biases = filters.map(({ kernel, bias }) => (bias === undefined ? zeros([kernel.shape[2]]) : dense(bias)));
  return relu(add(largest, concat<readonly [number]>(biases)));
}

/** Every filter's largest window of every text, `[batch, all filters]`. */
function maxOfWindows(
  table: WeightOperand,
  unique: Int32Array,
  paddingId: number | undefined,
  weights: readonly WeightCube[],
  places: Indices,
  ends: Indices,
  { shape: [batch, time] }: TokenMatrix,
): Matrix {
  const ids = indices(unique);
  const rows = gatherUniqueRows(table, unique, ids, paddingId);
  const stored = table.storageOfRows(unique);
  const packed = isStored(stored) ? { table: stored, ids } : undefined;

  const { kernels } = backend();
  const operands = weights.map(operandOf);
  const storages = () => operands.map((kernel) => kernel.storage);
  const widths = weights.map(({ shape }) => ({ width: shape[0], filters: shape[2] }));
  const size: WindowSize = { rows: rows.shape[0], batch, time, channels: rows.shape[1], widths };
  const y = empty([batch, widths.reduce((sum, { filters }) => sum + filters, 0)]);
  const argmax = indices(y.size);
  kernels.maxOfWindows(rows.storage, packed, storages(), places, ends, y.storage, argmax, size);

  const trained = operands.map((kernel) => kernel.trained);
  return record("textConvolution", y, [rows, ...trained], (dy, asked) => {
    let found: readonly (WeightOperand | undefined)[] | undefined;
    const gradientsOfKernels = () => {
      const made = operands.map((kernel, g) => (asked[1 + g] ? kernel.emptyLike() : undefined));
      const into = made.map((gradient) => gradient?.storage);
      kernels.maxOfWindowsKernels(dy.storage, argmax, rows.storage, places, into, size);
      return made;
    };
    return [
      () => {
        const drows = emptyLike(rows);
        kernels.maxOfWindowsRows(dy.storage, argmax, storages(), places, drows.storage, size);
        return notTwiceDifferentiable("textConvolution", drows, [dy, ...trained]);
      },
      ...trained.map((_, g) => () => {
        found ??= gradientsOfKernels();
        return notTwiceDifferentiable("textConvolution", found[g]!.trained, [dy, rows]);
      }),
    ];
  });
}

const FILTERS: Kinds<TextFilters> = { kernel: anything, bias: anything };

function check(
  table: WeightMatrix,
  texts: TokenMatrix,
  branches: readonly TextFilters[],
  { lengths, paddingId }: { lengths: TokenVector | undefined; paddingId: number | undefined },
): void {
  checkIds("textConvolution", table, { name: "texts", ids: texts, rank: 2, paddingId });
  const [batch, time] = texts.shape;
  const dim = table.shape[1];
  checkKind("textConvolution", "filters", branches, list);
  if (branches.length === 0) throw new ShapeError("textConvolution: there are no filters");
  for (const [i, branch] of branches.entries()) {
    const { kernel, bias } = checkOptions(`textConvolution: filters[${i}]`, branch, FILTERS);
    checkWeight("textConvolution", `filters[${i}].kernel`, kernel, 3);
    if (bias !== undefined) checkWeight("textConvolution", `filters[${i}].bias`, bias);
    const [width, channels, filters] = kernel.shape;
    const names = () => `textConvolution: ${show(texts)} words of ${show(table)} * ${show(kernel)}`;
    if (channels !== dim) throw new ShapeError(`${names()}: channels ${dim} and ${channels} differ`);
    if (width === 0) throw new ShapeError(`${names()}: a kernel is at least one step wide`);
    if (time < width)
      throw new ShapeError(`${names()}: ${time} time steps are fewer than the kernel's width, ${width}`);
    if (bias !== undefined && show(bias) !== show([filters])) {
      throw new ShapeError(`${names()}: the bias is ${show(bias)}, not one for each of ${filters} filters`);
    }
  }
  if (lengths !== undefined) checkTokens("textConvolution", "lengths", lengths, 1);
  if (lengths !== undefined && lengths.size !== batch) {
    throw new ShapeError(`textConvolution: ${lengths.size} lengths for a batch of ${batch}`);
  }
  const long = lengths?.data.findIndex((length) => length < 0 || length > time) ?? -1;
  if (long >= 0) {
    throw new RangeError(`textConvolution: length ${long} is ${lengths!.data[long]}; texts have 0–${time} words`);
  }
}
