import type { AxisView } from "../../kernels/kernels.ts";
import { sumOf } from "./sum-of.ts";

/** out[o,i] = Σ_a x[o,a,i] */
export function sum(x: Float32Array, out: Float32Array, { outer, axis, inner }: AxisView): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) out[o * inner + i] = sumOf(x, o * axis * inner + i, axis, inner);
  }
}

/** out[o,a,i] = Σ_{j ≤ a} x[o,j,i]; reversed, Σ_{j ≥ a} */
export function cumsum(
  x: Float32Array,
  out: Float32Array,
  { outer, axis, inner, reverse }: AxisView & { readonly reverse: boolean },
): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let total = 0;
      for (let step = 0; step < axis; step++) {
        const at = (o * axis + (reverse ? axis - 1 - step : step)) * inner + i;
        total = Math.fround(total + x[at]!);
        out[at] = total;
      }
    }
  }
}

/** The first largest along the axis, before lengths[o], and where it stands. NaN is larger than everything. */
export function max(
  x: Float32Array,
  lengths: Int32Array | undefined,
  out: Float32Array,
  argmax: Int32Array,
  { outer, axis, inner }: AxisView,
): void {
  for (let o = 0; o < outer; o++) {
    const end = lengths === undefined ? axis : lengths[o]!;
    for (let i = 0; i < inner; i++) {
      let best = x[o * axis * inner + i]!;
      let winner = 0;
      for (let a = 1; a < end && !Number.isNaN(best); a++) {
        const value = x[(o * axis + a) * inner + i]!;
        if (value > best || Number.isNaN(value)) {
          best = value;
          winner = a;
        }
      }
      out[o * inner + i] = best;
      argmax[o * inner + i] = winner;
    }
  }
}

/** dx = 0, then dx[o, argmax[o,i], i] = dy[o,i] */
export function scatterArgmax(dy: Float32Array, argmax: Int32Array, dx: Float32Array, { axis, inner }: AxisView): void {
  dx.fill(0);
  for (let j = 0; j < dy.length; j++) dx[placeOf(j, argmax, axis, inner)] = dy[j]!;
}

/** y[o,i] = x[o, argmax[o,i], i] */
export function gatherArgmax(x: Float32Array, argmax: Int32Array, y: Float32Array, { axis, inner }: AxisView): void {
  for (let j = 0; j < y.length; j++) y[j] = x[placeOf(j, argmax, axis, inner)]!;
}

function placeOf(j: number, argmax: Int32Array, axis: number, inner: number): number {
  const o = Math.floor(j / inner);
  return (o * axis + argmax[j]!) * inner + (j - o * inner);
}
