import { flush, loadPart, multiplyAdd, storePart } from "./lanes";
import { adamAt, workerOf, lengthOf, startOf } from "./updates";

// Adam on rows whose gradient is 0, many steps at a time. A step divides twice and takes a root, which is what it
// costs; here most steps divide once and take no root. m and v are decayed as always. The change of θ is bracketed:
// with s = √v before the steps, √v after k of them is s·√β₂ᵏ but for rounding, so change·(1 ± TAU), computed that way,
// holds what the formula gives. Where θ minus either end is the same float, so is θ minus the change. Where it is not,
// the formula itself is computed.

/** Steps that share a root: blocks of the history that begin at multiples of it. */
const BLOCK = 16;
/**
 * All roundings on the way to a change, in units of 2⁻²⁴. In the formula: BLOCK/2 for the decays of v under the root,
 * and 1 each for root, ÷ scale, + ε, η·m and the quotient. In the bracket: 1 each for root, w, s·w, + ε, the quotient,
 * an end and its product, and 2 where a block is entered amid. 22 in all; 2 for products of these.
 */
const TAU: f64 = 24.0 / 16777216;
/** 2⁻¹¹⁰: from here on BLOCK decays, by ½ at least, leave a normal number. */
const NORMAL: f32 = 7.7037197775489434e-34;
/** 2⁻⁷⁰: from here on η·m is a normal number after BLOCK decays, η being 2⁻⁴⁰ at least; so all errors are relative. */
const LARGE: f32 = 8.470329472543003e-22;
/** 2⁻¹⁰⁰: a θ from here on does not feel a change that is no normal number. */
const FELT: f32 = 7.888609052210118e-31;
/** Taken for a smaller m where a change is bounded: so that η·m is a normal number there. */
const TINY: f32 = 1e-24;
/** Where changes are above this share of θ, 2⁻¹³, the bracket's ends would differ too often. */
const DOUBTFUL: f32 = 1.220703125e-4;

/** Bytes: a vector each of m, v and θ, then for each step w and the bracket's ends, and for each block its largest end and smallest w. */
export function adamReplayScratch(steps: i32): f64 {
  return <f64>((<u64>steps << 4) + (<u64>(steps / BLOCK + 1) << 3) + 48);
}

/** See `Kernels.adamReplay`; `starts` is 0 for a table that is not packed. This is parts `begin` … `end` − 1 of `parts`, see `workerOf`. */
export function adamReplay(
  ids: usize, since: usize, count: i32, rates: usize, steps: i32, m: usize, v: usize, weights: usize,
  dim: i32, starts: usize, begin: i32, end: i32, parts: i32,
  beta1: f32, beta2: f32, share1: f32, share2: f32, epsilon: f32, scratch: usize,
): void {
  const brackets = scratch + 48;
  const blocks = brackets + (<usize>steps << 4);
  bracket(rates, steps, beta2, brackets, blocks);
  for (let i = 0; i < count; i++) {
    const id = load<i32>(ids + (<usize>i << 2));
    const worker = workerOf(id, parts);
    if (worker < begin || worker >= end) continue;
    const from = load<i32>(since + (<usize>i << 2));
    const row = <usize>startOf(id, dim, starts) << 2;
    const stored = lengthOf(id, dim, starts);
    const part = stored & 3;
    const whole = <usize>(stored - part) << 2;
    replay(m + row, v + row, weights + row, whole, from, steps, rates, brackets, blocks, beta1, beta2, share1, share2, epsilon);
    if (part == 0) continue;
    const last = row + whole;
    v128.store(scratch, loadPart(m + last, part));
    v128.store(scratch, loadPart(v + last, part), 16);
    const padding = v128.and(i32x4.ge_s(i32x4(0, 1, 2, 3), i32x4.splat(part)), f32x4.splat(1));
    v128.store(scratch, v128.or(loadPart(weights + last, part), padding), 32);
    replay(
      scratch, scratch + 16, scratch + 32, 16, from, steps, rates, brackets, blocks, beta1, beta2, share1, share2, epsilon,
    );
    storePart(m + last, v128.load(scratch), part);
    storePart(v + last, v128.load(scratch, 16), part);
    storePart(weights + last, v128.load(scratch, 32), part);
  }
}

/**
 * w = √β₂ᵏ / scale, k counted from the beginning of the block, and −η·(1 ± TAU); for each block the most |η| and the
 * least w, with room to spare.
 */
function bracket(rates: usize, steps: i32, beta2: f32, brackets: usize, blocks: usize): void {
  const root = Math.sqrt(<f64>beta2);
  let decay: f64 = 1;
  let entered: f64 = 1;
  let most: f64 = 0;
  let least: f64 = Infinity;
  for (let step = 0; step < steps; step++, rates += 8, brackets += 16) {
    if ((step & (BLOCK - 1)) == 0) {
      decay = 1;
      entered = 1;
      most = 0;
      least = Infinity;
    }
    decay *= root;
    const eta = <f64>load<f32>(rates);
    const w = decay / <f64>load<f32>(rates, 4);
    store<f32>(brackets, <f32>w);
    store<f32>(brackets, <f32>(-eta * (1 + TAU)), 4);
    store<f32>(brackets, <f32>(-eta * (1 - TAU)), 8);
    store<f32>(brackets, <f32>entered, 12);
    entered /= root;
    most = Math.max(most, 1.001 * Math.abs(eta));
    least = Math.min(least, 0.999 * w);
    const block = blocks + (<usize>(step / BLOCK) << 3);
    store<f32>(block, <f32>most);
    store<f32>(block, <f32>least, 4);
  }
}

function replay(
  m: usize, v: usize, weights: usize, bytes: usize, from: i32, to: i32, rates: usize, brackets: usize, blocks: usize,
  beta1: f32, beta2: f32, share1: f32, share2: f32, epsilon: f32,
): void {
  if (!touched(m, bytes) && !touched(v, bytes) && finite(weights, bytes)) return;
  for (let begin = from; begin < to; ) {
    const end = min(to, (begin | (BLOCK - 1)) + 1);
    const rate = rates + (<usize>begin << 3);
    const ends = brackets + (<usize>begin << 4);
    const block = blocks + (<usize>(begin / BLOCK) << 3);
    for (let at: usize = 0; at < bytes; at += 16) {
      if (end - begin > 2 && quickly(m + at, v + at, weights + at, end - begin, rate, ends, block, beta1, beta2, epsilon)) continue;
      for (let k: usize = 0; k < <usize>(end - begin); k++) {
        adamAt(
          f32x4.splat(0), m + at, v + at, weights + at,
          beta1, beta2, share1, share2, epsilon, 0, 1, load<f32>(rate + (k << 3)), load<f32>(rate + (k << 3), 4),
        );
      }
    }
    begin = end;
  }
}

/** `steps` steps of four weights within a block, or false and nothing done where the short ways are not known to be exact. */
// @ts-ignore: decorator
@inline
function quickly(
  m: usize, v: usize, weights: usize, steps: i32, rate: usize, ends: usize, block: usize, beta1: f32, beta2: f32, epsilon: f32,
): bool {
  let a = v128.load(m);
  let b = v128.load(v);
  let w = v128.load(weights);
  const sizeOfM = f32x4.abs(a);
  const sizeOfW = f32x4.abs(w);
  const none = i32x4.eq(a, i32x4.splat(0)); // +0: −0 becomes +0 at the first step
  const unflushed = v128.or(i32x4.eq(b, i32x4.splat(0)), f32x4.ge(b, f32x4.splat(NORMAL)));
  const usual = v128.and(v128.or(none, f32x4.ge(sizeOfW, f32x4.splat(FELT))), f32x4.lt(sizeOfW, f32x4.splat(Infinity)));
  if (!i32x4.all_true(v128.and(unflushed, usual))) return false;

  const decay1 = f32x4.splat(beta1);
  const decay2 = f32x4.splat(beta2);
  const eps = f32x4.splat(epsilon);
  const s = f32x4.mul(f32x4.sqrt(b), v128.load32_splat(ends, 12));
  const most = f32x4.mul(f32x4.max(sizeOfM, f32x4.splat(TINY)), v128.load32_splat(block));
  const limit = f32x4.div(most, f32x4.add(f32x4.mul(s, v128.load32_splat(block, 4)), eps));
  const still = v128.and(f32x4.eq(f32x4.add(w, limit), w), f32x4.eq(f32x4.sub(w, limit), w));
  const unflushedM = v128.or(none, f32x4.ge(sizeOfM, f32x4.splat(NORMAL)));
  if (i32x4.all_true(still)) {
    if (i32x4.all_true(unflushedM)) for (let k = 0; k < steps; k++) a = f32x4.mul(a, decay1);
    else for (let k = 0; k < steps; k++) a = flush(f32x4.add(f32x4.mul(a, decay1), f32x4.splat(0)));
    for (let k = 0; k < steps; k++) b = f32x4.mul(b, decay2);
    v128.store(m, a);
    v128.store(v, b);
    return true;
  }

  if (!i32x4.all_true(v128.or(none, f32x4.ge(sizeOfM, f32x4.splat(LARGE))))) return false;
  if (v128.any_true(f32x4.gt(limit, f32x4.mul(sizeOfW, f32x4.splat(DOUBTFUL))))) {
    for (let k = 0; k < steps; k++, rate += 8) {
      a = f32x4.mul(a, decay1);
      b = f32x4.mul(b, decay2);
      w = stepped(w, a, b, rate, eps);
    }
  } else {
    for (let k = 0; k < steps; k++, rate += 8, ends += 16) {
      a = f32x4.mul(a, decay1);
      b = f32x4.mul(b, decay2);
      const ratio = f32x4.div(a, multiplyAdd(eps, s, v128.load32_splat(ends)));
      const low = multiplyAdd(w, ratio, v128.load32_splat(ends, 4));
      const high = multiplyAdd(w, ratio, v128.load32_splat(ends, 8));
      w = v128.any_true(v128.xor(low, high)) ? stepped(w, a, b, rate, eps) : low;
    }
  }
  if (!i32x4.all_true(f32x4.lt(f32x4.abs(w), f32x4.splat(Infinity)))) return false;
  v128.store(m, a);
  v128.store(v, b);
  v128.store(weights, w);
  return true;
}

/** The formula. */
// @ts-ignore: decorator
@inline
function stepped(w: v128, m: v128, v: v128, rate: usize, epsilon: v128): v128 {
  const divisor = f32x4.add(f32x4.div(f32x4.sqrt(v), v128.load32_splat(rate, 4)), epsilon);
  return f32x4.sub(w, f32x4.div(f32x4.mul(v128.load32_splat(rate), m), divisor));
}

/** Whether any bit is set. */
function touched(x: usize, bytes: usize): bool {
  for (let at: usize = 0; at < bytes; at += 16) if (v128.any_true(v128.load(x + at))) return true;
  return false;
}

function finite(x: usize, bytes: usize): bool {
  let all = i32x4.splat(-1);
  for (let at: usize = 0; at < bytes; at += 16) {
    all = v128.and(all, f32x4.lt(f32x4.abs(v128.load(x + at)), f32x4.splat(Infinity)));
  }
  return i32x4.all_true(all);
}
