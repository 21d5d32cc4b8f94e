import type { ClassesSize } from "../../kernels/kernels.ts";
import { exp, log } from "./elementary.ts";
import { sumOf } from "./sum-of.ts";

const f = Math.fround;

/** See `Kernels.crossEntropy`. */
export function crossEntropy(
  logits: Float32Array,
  targets: Int32Array,
  exponentials: Float32Array,
  sums: Float32Array,
  loss: Float32Array,
  { batch, classes }: ClassesSize,
): void {
  const terms = new Float32Array(batch);
  for (let b = 0; b < batch; b++) {
    const row = logits.subarray(b * classes, (b + 1) * classes);
    const largest = row.reduce((a, b) => Math.max(a, b)); // NaN if there is one
    for (let c = 0; c < classes; c++) exponentials[b * classes + c] = exp(f(row[c]! - largest));
    sums[b] = sumOf(exponentials, b * classes, classes, 1);
    terms[b] = f(row[targets[b]!]! - largest) - log(sums[b]!);
  }
  loss[0] = -f(sumOf(terms, 0, batch, 1) * f(1 / batch));
}

/** See `Kernels.crossEntropyGradient`. */
export function crossEntropyGradient(
  dloss: Float32Array,
  exponentials: Float32Array,
  sums: Float32Array,
  targets: Int32Array,
  dlogits: Float32Array,
  { batch, classes }: ClassesSize,
): void {
  const g = f(-dloss[0]! * f(1 / batch));
  for (let b = 0; b < batch; b++) {
    const scale = f(-g / sums[b]!);
    for (let c = 0; c < classes; c++) {
      const at = b * classes + c;
      const share = f(scale * exponentials[at]!);
      dlogits[at] = c === targets[b] ? g + share : share;
    }
  }
}
