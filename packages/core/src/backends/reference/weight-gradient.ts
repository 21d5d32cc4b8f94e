import type { WeightGradientSize } from "../../kernels/kernels.ts";

const f = Math.fround;

/** How many sums a gradient of weights is added in: one for each lane of a vector. */
const SUMS = 4;

/** See `Kernels.weightGradient`. */
export function weightGradient(
  x: Float32Array,
  dy: Float32Array,
  dweight: Float32Array,
  size: WeightGradientSize,
): void {
  const { rows, groups, outputs, inputs } = size;
  const sums = new Float32Array(SUMS);
  for (let g = 0; g < groups; g++) {
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) {
        sums.fill(0);
        for (let n = 0; n < rows; n++) {
          sums[n % SUMS]! += f(dy[(n * groups + g) * outputs + o]! * x[(n * groups + g) * inputs + i]!);
        }
        dweight[(g * outputs + o) * inputs + i] = joined(sums);
      }
    }
  }
}

/** ((s₀ + s₁) + s₂) + s₃ */
function joined(sums: Float32Array): number {
  return sums.reduce((total, sum) => f(total + sum));
}
