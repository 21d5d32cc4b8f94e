import type { ClassesSize } from "../../kernels.ts";
import { exp, log } from "./elementary.ts";

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
  let total = 0;
  for (let b = 0; b < batch; b++) {
    const row = logits.subarray(b * classes, (b + 1) * classes);
    const largest = row.reduce((a, b) => Math.max(a, b)); // NaN if there is one
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const e = exp(f(row[c]! - largest));
      exponentials[b * classes + c] = e;
      sum = f(sum + e);
    }
    sums[b] = sum;
    total = f(total + f(f(row[targets[b]!]! - largest) - log(sum)));
  }
  loss[0] = -f(total * f(1 / batch));
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
