import type { AxisView } from "../../tensor/shape.ts";
import { sumOf } from "./sum-of.ts";

/** out[o,i] = Σ_a x[o,a,i] */
export function sum(x: Float32Array, out: Float32Array, { outer, axis, inner }: AxisView): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) out[o * inner + i] = sumOf(x, o * axis * inner + i, axis, inner);
  }
}

/** The first largest along the axis, before lengths[o], and where it stands. NaN is larger than everything. */
export function max(
  x: Float32Array,
  lengths: Int32Array | undefined,
  out: Float32Array,
  winners: Int32Array,
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
      winners[o * inner + i] = winner;
    }
  }
}

/** dx = 0, then dx[o, winners[o,i], i] = dy[o,i] */
export function placeWinners(dy: Float32Array, winners: Int32Array, dx: Float32Array, { axis, inner }: AxisView): void {
  dx.fill(0);
  for (let j = 0; j < dy.length; j++) dx[placeOf(j, winners, axis, inner)] = dy[j]!;
}

/** y[o,i] = x[o, winners[o,i], i] */
export function takeWinners(x: Float32Array, winners: Int32Array, y: Float32Array, { axis, inner }: AxisView): void {
  for (let j = 0; j < y.length; j++) y[j] = x[placeOf(j, winners, axis, inner)]!;
}

function placeOf(j: number, winners: Int32Array, axis: number, inner: number): number {
  const o = Math.floor(j / inner);
  return (o * axis + winners[j]!) * inner + (j - o * inner);
}
