import { backend } from "../backend.ts";
import type { Indices, WindowSize } from "../kernels.ts";
import { onceOnly, record } from "../record.ts";
import { indices } from "../scope.ts";
import { ShapeError, show } from "../shape.ts";
import { dense, type WeightCube, type WeightMatrix, type WeightVector } from "../sparse.ts";
import { type Cube, empty, emptyLike, type Matrix } from "../tensor.ts";
import type { TokenMatrix, TokenVector } from "../tokens.ts";
import { add } from "./add.ts";
import { concat } from "./concat.ts";
import { relu } from "./relu.ts";
import { gatherDistinctRows } from "./rows.ts";

/** The filters of one width. */
export interface TextFilters {
  /** `[width, channels, filters]` */
  readonly kernel: WeightCube;
  /** `[filters]`. Default 0. */
  readonly bias?: WeightVector | undefined;
}

/**
 * The features that Kim's network takes from texts, one a filter: embedding → `conv1d` → bias → `relu` → `maxOverTime`, for kernels of
 * several widths side by side, `[batch, time] → [batch, all filters]`:
 *
 *     y[b,f] = max(0, bias[f] + max_t Σ_w Σ_c table[texts[b,t+w],c] · kernel[w,c,f])
 *
 * The same as the five operations, in another order, at a fraction of the cost. A word's projection Σ_c is the same wherever it stands, so each *distinct* word is
 * projected once; bias and ReLU come after the maximum, being monotone; and backward, only the windows that won have a gradient. Where several tie, the first wins.
 *
 * @param weights - The embedding, `[words, channels]`.
 * @param texts - Ids, `[batch, time]`.
 * @param options.lengths - `[batch]`, each from 0 to time: only windows inside a text can win, or its first window if the kernel is wider
 *   than the text. Default: every window counts.
 * @param options.paddingId - The row of the embedding that gets no gradient.
 * @throws {ShapeError} if the kernels do not fit the embedding, their biases or the texts.
 * @throws {RangeError} if an id is no row of the embedding, or a length is outside 0…time.
 * @see Kim, “Convolutional Neural Networks for Sentence Classification”, EMNLP 2014, §2.
 */
export function textConvolution(
  weights: WeightMatrix,
  texts: TokenMatrix,
  filters: readonly TextFilters[],
  { lengths, paddingId }: { lengths?: TokenVector | undefined; paddingId?: number | undefined } = {},
): Matrix {
  const table = dense(weights);
  const branches = filters.map(({ kernel, bias }) => ({ kernel: dense(kernel), bias: bias && dense(bias) }));
  check(table, texts, branches, lengths);

  const [batch, time] = texts.shape;
  const widest = Math.max(...branches.map(({ kernel }) => kernel.shape[0]));
  const ends = Int32Array.from({ length: batch }, (_, b) => lengths?.data[b] ?? time);
  const { ids, places } = distinct(texts, ends, widest, table.shape[0]);
  const rows = gatherDistinctRows(table, ids, paddingId);
  const placed = indices(places);

  const features = branches.map(({ kernel, bias }) => {
    const windows = indices(ends.map((end) => Math.max(1, end - kernel.shape[0] + 1)));
    const largest = maxOfWindows(rows, kernel, placed, windows, [batch, time]);
    return relu(bias === undefined ? largest : add(largest, bias));
  });
  return concat(features, { axis: 1 });
}

function maxOfWindows(
  rows: Matrix,
  kernel: Cube,
  places: Indices,
  windows: Indices,
  [batch, time]: readonly [number, number],
): Matrix {
  const [width, channels, filters] = kernel.shape;
  const size: WindowSize = { rows: rows.shape[0], batch, time, channels, width, filters };
  const y = empty([batch, filters]);
  const winners = indices(y.size);
  backend().kernels.maxOfWindows(rows.storage, kernel.storage, places, windows, y.storage, winners, size);

  return record("textConvolution", y, [rows, kernel], (dy) => [
    () => {
      const drows = emptyLike(rows);
      backend().kernels.maxOfWindowsRows(dy.storage, winners, kernel.storage, places, drows.storage, size);
      return onceOnly("textConvolution", drows, [dy, kernel]);
    },
    () => {
      const dkernel = emptyLike(kernel);
      backend().kernels.maxOfWindowsKernel(dy.storage, winners, rows.storage, places, dkernel.storage, size);
      return onceOnly("textConvolution", dkernel, [dy, rows]);
    },
  ]);
}

/** The words that any window holds, ascending, and for each position which of them stands there. */
function distinct(
  { data, shape: [batch, time] }: TokenMatrix,
  ends: Int32Array,
  widest: number,
  words: number,
): { ids: Int32Array; places: Int32Array } {
  const eachToken = (visit: (i: number) => void) => {
    for (let b = 0; b < batch; b++) {
      const end = b * time + Math.max(ends[b]!, widest);
      for (let i = b * time; i < end; i++) visit(i);
    }
  };
  const placeOf = new Int32Array(words);
  eachToken((i) => {
    placeOf[data[i]!] = 1;
  });
  const ids = new Int32Array(placeOf.reduce((count, there) => count + there, 0));
  for (let id = 0, count = 0; id < words; id++) {
    if (placeOf[id] === 0) continue;
    ids[count] = id;
    placeOf[id] = count++;
  }
  const places = new Int32Array(data.length);
  eachToken((i) => {
    places[i] = placeOf[data[i]!]!;
  });
  return { ids, places };
}

function check(
  table: Matrix,
  texts: TokenMatrix,
  branches: readonly { kernel: Cube; bias: { shape: readonly number[] } | undefined }[],
  lengths: TokenVector | undefined,
): void {
  const [batch, time] = texts.shape;
  const [words, dim] = table.shape;
  if (branches.length === 0) throw new ShapeError("textConvolution: there are no filters");
  for (const { kernel, bias } of branches) {
    const [width, channels, filters] = kernel.shape;
    const names = `textConvolution: ${show(texts)} words of ${show(table)} * ${show(kernel)}`;
    if (channels !== dim) throw new ShapeError(`${names}: channels ${dim} and ${channels} differ`);
    if (width === 0) throw new ShapeError(`${names}: a kernel is at least one step wide`);
    if (time < width) throw new ShapeError(`${names}: ${time} time steps are fewer than the kernel's width, ${width}`);
    if (bias !== undefined && show(bias) !== show([filters])) {
      throw new ShapeError(`${names}: the bias is ${show(bias)}, not one for each of ${filters} filters`);
    }
  }
  if (lengths !== undefined && lengths.size !== batch) {
    throw new ShapeError(`textConvolution: ${lengths.size} lengths for a batch of ${batch}`);
  }
  const long = lengths?.data.findIndex((length) => length < 0 || length > time) ?? -1;
  if (long >= 0) {
    throw new RangeError(`textConvolution: length ${long} is ${lengths!.data[long]}; texts have 0–${time} words`);
  }
  const wrong = texts.data.findIndex((id) => id < 0 || id >= words);
  if (wrong >= 0) {
    const range = words === 0 ? "no rows" : `rows 0–${words - 1}`;
    throw new RangeError(
      `textConvolution: token ${wrong} is ${texts.data[wrong]}; the table ${show(table)} has ${range}`,
    );
  }
}
