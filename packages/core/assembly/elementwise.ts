import { exp4, log1p4, log4, pow4, sigmoid4, tanh4 } from "./elementary";
import { loadPart, storePart } from "./lanes";

// Whole arrays, `bytes` long, end on whole vectors: their blocks are padded, and what lies in the padding nobody reads.

/**
 * As many vectors as there are whole pairs of, then one that is left. Loops in pairs become 256 bits where the engine
 * joins neighbours; see `lanes.ts`.
 */
export function fill(value: f32, out: usize, bytes: usize): void {
  const four = f32x4.splat(value);
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    v128.store(out + at, four);
    v128.store(out + at, four, 16);
  }
  for (; at < bytes; at += 16) v128.store(out + at, four);
}

const EXP = 0;
const LOG = 1;
const LOG1P = 2;
const SQRT = 3;
const ABS = 4;
const SIGN = 5;
const TANH = 6;
const SIGMOID = 7;
const RELU = 8;

// @ts-ignore: decorator
@inline
function valueOf(operation: i32, x: v128): v128 {
  if (operation == EXP) return exp4(x);
  if (operation == LOG) return log4(x);
  if (operation == LOG1P) return log1p4(x);
  if (operation == SQRT) return f32x4.sqrt(x);
  if (operation == ABS) return f32x4.abs(x);
  if (operation == SIGN) return sign4(x);
  if (operation == TANH) return tanh4(x);
  if (operation == SIGMOID) return sigmoid4(x);
  return f32x4.max(x, f32x4.splat(0));
}

/** 0, −0 and NaN are their own sign. */
// @ts-ignore: decorator
@inline
function sign4(x: v128): v128 {
  const zero = f32x4.splat(0);
  const positive = v128.and(f32x4.gt(x, zero), f32x4.splat(1));
  const negative = v128.and(f32x4.lt(x, zero), f32x4.splat(-1));
  return v128.bitselect(v128.or(positive, negative), x, f32x4.gt(f32x4.abs(x), zero));
}

// @ts-ignore: decorator
@inline
function values(operation: i32, x: usize, out: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    const low = valueOf(operation, v128.load(x + at));
    const high = valueOf(operation, v128.load(x + at, 16));
    v128.store(out + at, low);
    v128.store(out + at, high, 16);
  }
  for (; at < bytes; at += 16) v128.store(out + at, valueOf(operation, v128.load(x + at)));
}

export function exp(x: usize, out: usize, bytes: usize): void {
  values(EXP, x, out, bytes);
}

export function log1p(x: usize, out: usize, bytes: usize): void {
  values(LOG1P, x, out, bytes);
}

export function log(x: usize, out: usize, bytes: usize): void {
  values(LOG, x, out, bytes);
}

export function sqrt(x: usize, out: usize, bytes: usize): void {
  values(SQRT, x, out, bytes);
}

export function abs(x: usize, out: usize, bytes: usize): void {
  values(ABS, x, out, bytes);
}

export function sign(x: usize, out: usize, bytes: usize): void {
  values(SIGN, x, out, bytes);
}

export function tanh(x: usize, out: usize, bytes: usize): void {
  values(TANH, x, out, bytes);
}

export function sigmoid(x: usize, out: usize, bytes: usize): void {
  values(SIGMOID, x, out, bytes);
}

export function relu(x: usize, out: usize, bytes: usize): void {
  values(RELU, x, out, bytes);
}

const ADD = 0;
const SUB = 1;
const MUL = 2;
const DIV = 3;
const MAXIMUM = 4;
const MINIMUM = 5;
const EQUAL = 6;
const LESS = 7;
const LESS_EQUAL = 8;
const SELECT = 9;
const RELU_GRADIENT = 10;
const POW = 11;

// @ts-ignore: decorator
@inline
function apply(operation: i32, a: v128, b: v128): v128 {
  if (operation == ADD) return f32x4.add(a, b);
  if (operation == SUB) return f32x4.sub(a, b);
  if (operation == MUL) return f32x4.mul(a, b);
  if (operation == DIV) return f32x4.div(a, b);
  if (operation == MAXIMUM) return f32x4.max(a, b);
  if (operation == MINIMUM) return f32x4.min(a, b);
  if (operation == EQUAL) return v128.and(f32x4.eq(a, b), f32x4.splat(1));
  if (operation == LESS) return v128.and(f32x4.lt(a, b), f32x4.splat(1));
  if (operation == LESS_EQUAL) return v128.and(f32x4.le(a, b), f32x4.splat(1));
  if (operation == SELECT) return v128.bitselect(b, f32x4.splat(-0.0), f32x4.ne(a, f32x4.splat(0)));
  if (operation == RELU_GRADIENT) return v128.andnot(a, f32x4.le(b, f32x4.splat(0)));
  return pow4(a, b);
}

/** One row of `n`: operands are walked, or stand still (stride 0, a broadcast axis), or jump. Strides are in bytes. */
// @ts-ignore: decorator
@inline
function row(operation: i32, a: usize, stepA: usize, b: usize, stepB: usize, out: usize, n: i32): void {
  let i = 0;
  if (stepA == 4 && stepB == 4) {
    for (; i <= n - 8; i += 8, a += 32, b += 32, out += 32) {
      const low = apply(operation, v128.load(a), v128.load(b));
      const high = apply(operation, v128.load(a, 16), v128.load(b, 16));
      v128.store(out, low);
      v128.store(out, high, 16);
    }
    for (; i <= n - 4; i += 4, a += 16, b += 16, out += 16) {
      v128.store(out, apply(operation, v128.load(a), v128.load(b)));
    }
    if (i < n) storePart(out, apply(operation, loadPart(a, n - i), loadPart(b, n - i)), n - i);
  } else if (stepA == 4 && stepB == 0) {
    const second = v128.load32_splat(b);
    for (; i <= n - 8; i += 8, a += 32, out += 32) {
      const low = apply(operation, v128.load(a), second);
      const high = apply(operation, v128.load(a, 16), second);
      v128.store(out, low);
      v128.store(out, high, 16);
    }
    for (; i <= n - 4; i += 4, a += 16, out += 16) v128.store(out, apply(operation, v128.load(a), second));
    if (i < n) storePart(out, apply(operation, loadPart(a, n - i), second), n - i);
  } else if (stepA == 0 && stepB == 4) {
    const first = v128.load32_splat(a);
    for (; i <= n - 8; i += 8, b += 32, out += 32) {
      const low = apply(operation, first, v128.load(b));
      const high = apply(operation, first, v128.load(b, 16));
      v128.store(out, low);
      v128.store(out, high, 16);
    }
    for (; i <= n - 4; i += 4, b += 16, out += 16) v128.store(out, apply(operation, first, v128.load(b)));
    if (i < n) storePart(out, apply(operation, first, loadPart(b, n - i)), n - i);
  } else {
    for (; i < n; i++, a += stepA, b += stepB, out += 4) {
      v128.store32_lane(out, apply(operation, v128.load32_zero(a), v128.load32_zero(b)), 0);
    }
  }
}

// @ts-ignore: decorator
@inline
function pairs(
  operation: i32, a: usize, b: usize, out: usize,
  n0: i32, n1: i32, n2: i32, n3: i32,
  a0: usize, a1: usize, a2: usize, a3: usize,
  b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  for (let i0 = 0; i0 < n0; i0++) {
    for (let i1 = 0; i1 < n1; i1++) {
      let left = a + <usize>i0 * a0 + <usize>i1 * a1;
      let right = b + <usize>i0 * b0 + <usize>i1 * b1;
      for (let i2 = 0; i2 < n2; i2++, left += a2, right += b2) {
        row(operation, left, a3, right, b3, out, n3);
        out += <usize>n3 << 2;
      }
    }
  }
}

export function add(
  a: usize, b: usize, out: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  a0: usize, a1: usize, a2: usize, a3: usize, b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  pairs(ADD, a, b, out, n0, n1, n2, n3, a0, a1, a2, a3, b0, b1, b2, b3);
}

export function sub(
  a: usize, b: usize, out: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  a0: usize, a1: usize, a2: usize, a3: usize, b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  pairs(SUB, a, b, out, n0, n1, n2, n3, a0, a1, a2, a3, b0, b1, b2, b3);
}

export function mul(
  a: usize, b: usize, out: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  a0: usize, a1: usize, a2: usize, a3: usize, b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  pairs(MUL, a, b, out, n0, n1, n2, n3, a0, a1, a2, a3, b0, b1, b2, b3);
}

export function div(
  a: usize, b: usize, out: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  a0: usize, a1: usize, a2: usize, a3: usize, b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  pairs(DIV, a, b, out, n0, n1, n2, n3, a0, a1, a2, a3, b0, b1, b2, b3);
}

export function maximum(
  a: usize, b: usize, out: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  a0: usize, a1: usize, a2: usize, a3: usize, b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  pairs(MAXIMUM, a, b, out, n0, n1, n2, n3, a0, a1, a2, a3, b0, b1, b2, b3);
}

export function minimum(
  a: usize, b: usize, out: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  a0: usize, a1: usize, a2: usize, a3: usize, b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  pairs(MINIMUM, a, b, out, n0, n1, n2, n3, a0, a1, a2, a3, b0, b1, b2, b3);
}

export function equal(
  a: usize, b: usize, out: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  a0: usize, a1: usize, a2: usize, a3: usize, b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  pairs(EQUAL, a, b, out, n0, n1, n2, n3, a0, a1, a2, a3, b0, b1, b2, b3);
}

export function less(
  a: usize, b: usize, out: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  a0: usize, a1: usize, a2: usize, a3: usize, b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  pairs(LESS, a, b, out, n0, n1, n2, n3, a0, a1, a2, a3, b0, b1, b2, b3);
}

export function lessEqual(
  a: usize, b: usize, out: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  a0: usize, a1: usize, a2: usize, a3: usize, b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  pairs(LESS_EQUAL, a, b, out, n0, n1, n2, n3, a0, a1, a2, a3, b0, b1, b2, b3);
}

export function select(
  a: usize, b: usize, out: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  a0: usize, a1: usize, a2: usize, a3: usize, b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  pairs(SELECT, a, b, out, n0, n1, n2, n3, a0, a1, a2, a3, b0, b1, b2, b3);
}

export function reluGradient(
  a: usize, b: usize, out: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  a0: usize, a1: usize, a2: usize, a3: usize, b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  pairs(RELU_GRADIENT, a, b, out, n0, n1, n2, n3, a0, a1, a2, a3, b0, b1, b2, b3);
}

export function pow(
  a: usize, b: usize, out: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  a0: usize, a1: usize, a2: usize, a3: usize, b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  pairs(POW, a, b, out, n0, n1, n2, n3, a0, a1, a2, a3, b0, b1, b2, b3);
}
