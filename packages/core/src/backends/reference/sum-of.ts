const f = Math.fround;
const lanes = new Float32Array(8);
/** Terms that are added without halving: 1,024 a lane. */
const BLOCK = 8 * 1024;

/** Σ_a x[from + a·step] of n terms, see `Kernels.sum`. */
export function sumOf(x: Float32Array, from: number, n: number, step: number): number {
  if (n > BLOCK) {
    let first = BLOCK;
    while (2 * first < n) first *= 2;
    return f(sumOf(x, from, first, step) + sumOf(x, from + first * step, n - first, step));
  }
  lanes.fill(0);
  for (let a = 0; a < n; a++) lanes[a % 8]! += x[from + a * step]!;
  for (let half = 4; half >= 1; half /= 2) {
    for (let l = 0; l < half; l++) lanes[l]! += lanes[l + half]!;
  }
  return lanes[0]!;
}
