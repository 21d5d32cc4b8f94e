import type { Kernels, StridedPair } from "../../kernels/kernels.ts";
import * as elementary from "./elementary.ts";
import { eachOffset } from "./walk.ts";

type Unary = (x: Float32Array, out: Float32Array) => void;
type Binary = (a: Float32Array, b: Float32Array, out: Float32Array, walk: StridedPair) => void;

/** out[i] = of(x[i]), rounded to float32. */
function unary(of: (x: number) => number): Unary {
  return (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = of(x[i]!);
  };
}

function binary(of: (a: number, b: number) => number): Binary {
  return (a, b, out, walk) => {
    eachOffset(walk.shape, walk.a, walk.b, (i, atA, atB) => {
      out[i] = of(a[atA]!, b[atB]!);
    });
  };
}

export const exp: Unary = unary(elementary.exp);
export const log: Unary = unary(elementary.log);
export const log1p: Unary = unary(elementary.log1p);
export const tanh: Unary = unary(elementary.tanh);
export const sigmoid: Unary = unary(elementary.sigmoid);
export const sqrt: Unary = unary(Math.sqrt); // rounding twice, to float64 and float32, is rounding once: 53 > 2·24 + 2
export const abs: Unary = unary(Math.abs);
export const sign: Unary = unary(Math.sign);
export const relu: Unary = unary((x) => Math.max(x, 0));

export const add: Binary = binary((a, b) => a + b);
export const sub: Binary = binary((a, b) => a - b);
export const mul: Binary = binary((a, b) => a * b);
export const div: Binary = binary((a, b) => a / b);

export const maximum: Binary = binary(Math.max);
export const minimum: Binary = binary(Math.min);
export const equal: Binary = binary((a, b) => (a === b ? 1 : 0));
export const less: Binary = binary((a, b) => (a < b ? 1 : 0));
export const lessEqual: Binary = binary((a, b) => (a <= b ? 1 : 0));
export const select: Binary = binary((a, b) => (a !== 0 ? b : -0));
export const reluGradient: Binary = binary((a, b) => (b <= 0 ? 0 : a));
export const pow: Binary = binary(elementary.pow);

export const fill: Kernels["fill"] = (value, out: Float32Array) => {
  out.fill(value);
};
