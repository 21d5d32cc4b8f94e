import type { Conv1dSize, Csc, StoredWeight } from "../../kernels/kernels.ts";

const f = Math.fround;

/**
 * `rows` results for each of `batch` texts. Result i of text b reads its terms from x[b·stride + i·step] on: rows of a
 * matrix where `step` is the number of terms, overlapping windows where it is less.
 */
interface ProductSize {
  readonly batch: number;
  readonly rows: number;
  readonly step: number;
  readonly stride: number;
}

/** y[b,i,j] = Σ x[b·stride + i·step + indices[e]] · values[permutation[e]] over the entries e of column j, added in their order, from 0 */
export function sparseProduct(
  x: Float32Array,
  values: Float32Array,
  layout: Csc,
  y: Float32Array,
  { batch, rows, step, stride }: ProductSize,
): void {
  const { columns } = layout;
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < rows; i++) {
      const [from, at] = [b * stride + i * step, (b * rows + i) * columns];
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        forEachEntry(layout, j, (place, e) => {
          sum = f(sum + f(x[from + place]! * values[e]!));
        });
        y[at + j] = sum;
      }
    }
  }
}

/** y[b,t,f] = Σ_{w,c} x[b,t+w,c] · kernel[w,c,f], of what is stored */
export function sparseConv1d(
  x: Float32Array,
  { values, pattern }: StoredWeight,
  y: Float32Array,
  { batch, time, channels, width }: Conv1dSize,
): void {
  const size = { batch, rows: time - width + 1, step: channels, stride: time * channels };
  sparseProduct(x, values as Float32Array, pattern.byColumns(), y, size);
}

/**
 * dx[b,s,c] = Σ_{w,f} dy[b,s−w,f] · kernel[w,c,f], of what is stored: windows of dy with width − 1 steps of zeros
 * before and after each text
 */
export function sparseConv1dInput(
  dy: Float32Array,
  { values, pattern }: StoredWeight,
  dx: Float32Array,
  { batch, time, width, filters }: Conv1dSize,
): void {
  const [text, stride] = [(time - width + 1) * filters, (time + width - 1) * filters];
  const padded = new Float32Array(batch * stride);
  for (let b = 0; b < batch; b++) padded.set(dy.subarray(b * text, (b + 1) * text), b * stride + (width - 1) * filters);
  const size = { batch, rows: time, step: filters, stride };
  sparseProduct(padded, values as Float32Array, pattern.byChannels(), dx, size);
}

/** The places of a column's entries, and which value each has, in order. */
export function forEachEntry(
  { indptr, indices, permutation }: Csc,
  column: number,
  visit: (place: number, value: number) => void,
): void {
  const [starts, places, order] = [indptr, indices, permutation] as readonly (Int32Array | undefined)[];
  for (let e = starts![column]!; e < starts![column + 1]!; e++) visit(places![e]!, order?.[e] ?? e);
}
