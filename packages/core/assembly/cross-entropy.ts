import { exp4, log4 } from "./elementary";
import { loadLanes, storeLanes } from "./lanes";
import { sumOf } from "./reduction";

/** See `Kernels.crossEntropy`: what is kept of some rows, and their terms of the loss. */
export function crossEntropyTerms(
  logits: usize, targets: usize, exponentials: usize, sums: usize, terms: usize, rows: i32, classes: i32,
): void {
  const row = <usize>classes << 2;
  for (let b = 0; b < rows; b++, logits += row, exponentials += row, sums += 4) {
    const largest = largestOf(logits, row);
    for (let c = 0; c < classes; c += 4) {
      const at = <usize>c << 2;
      const lanes = min(classes - c, 4);
      storeLanes(exponentials + at, exp4(f32x4.sub(loadLanes(logits + at, lanes), f32x4.splat(largest))), lanes);
    }
    const sum = sumOf(exponentials, classes);
    store<f32>(sums, sum);
    const target = <usize>load<i32>(targets + (<usize>b << 2)) << 2;
    const term = (load<f32>(logits + target) - largest) - f32x4.extract_lane(log4(f32x4.splat(sum)), 0);
    store<f32>(terms + (<usize>b << 2), term);
  }
}

/** The loss of these terms. */
export function crossEntropyLoss(terms: usize, loss: usize, batch: i32): void {
  store<f32>(loss, -(sumOf(terms, batch) * meanOf(batch)));
}

/** NaN is larger than everything. */
function largestOf(row: usize, bytes: usize): f32 {
  let best = load<f32>(row);
  for (let at: usize = 4; at < bytes && best == best; at += 4) {
    const value = load<f32>(row + at);
    if (!(value <= best)) best = value;
  }
  return best;
}

// @ts-ignore: decorator
@inline
function meanOf(batch: i32): f32 {
  return <f32>(1 / <f64>batch);
}

/** See `Kernels.crossEntropyGradient`: some rows of a batch. */
export function crossEntropyGradient(
  dloss: usize, exponentials: usize, sums: usize, targets: usize, dlogits: usize, rows: i32, classes: i32, batch: i32,
): void {
  const row = <usize>classes << 2;
  const g = -load<f32>(dloss) * meanOf(batch);
  for (let b = 0; b < rows; b++, exponentials += row, dlogits += row, sums += 4) {
    const scale = f32x4.splat(-g / load<f32>(sums));
    for (let c = 0; c < classes; c += 4) {
      const at = <usize>c << 2;
      const lanes = min(classes - c, 4);
      storeLanes(dlogits + at, f32x4.mul(scale, loadLanes(exponentials + at, lanes)), lanes);
    }
    const target = dlogits + (<usize>load<i32>(targets + (<usize>b << 2)) << 2);
    store<f32>(target, g + load<f32>(target));
  }
}
