import { flush, loadPart, multiplyAdd, storePart, ZEROS } from "./lanes";

// Whole arrays, `bytes` long: they end on whole vectors, see `elementwise.ts`. `velocity` is 0 where there is none.

export function sgd(
  gradient: usize, velocity: usize, weights: usize, bytes: usize,
  eta: f32, mu: f32, lambda: f32, share: f32, nesterov: bool, first: bool,
): void {
  if (velocity == 0) {
    let at: usize = 0;
    for (; at + 32 <= bytes; at += 32) {
      const low = withoutVelocity(v128.load(gradient + at), v128.load(weights + at), eta, lambda);
      const high = withoutVelocity(v128.load(gradient + at, 16), v128.load(weights + at, 16), eta, lambda);
      v128.store(weights + at, low);
      v128.store(weights + at, high, 16);
    }
    if (at < bytes) v128.store(weights + at, withoutVelocity(v128.load(gradient + at), v128.load(weights + at), eta, lambda));
    return;
  }
  const isFirst = i32x4.splat(first ? -1 : 0);
  const looksAhead = i32x4.splat(nesterov ? -1 : 0);
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    const w0 = v128.load(weights + at);
    const w1 = v128.load(weights + at, 16);
    const g0 = multiplyAdd(v128.load(gradient + at), f32x4.splat(lambda), w0);
    const g1 = multiplyAdd(v128.load(gradient + at, 16), f32x4.splat(lambda), w1);
    const v0 = v128.bitselect(g0, nextVelocity(v128.load(velocity + at), g0, mu, share), isFirst);
    const v1 = v128.bitselect(g1, nextVelocity(v128.load(velocity + at, 16), g1, mu, share), isFirst);
    const u0 = v128.bitselect(multiplyAdd(g0, f32x4.splat(mu), v0), v0, looksAhead);
    const u1 = v128.bitselect(multiplyAdd(g1, f32x4.splat(mu), v1), v1, looksAhead);
    v128.store(velocity + at, v0);
    v128.store(velocity + at, v1, 16);
    v128.store(weights + at, f32x4.sub(w0, f32x4.mul(f32x4.splat(eta), u0)));
    v128.store(weights + at, f32x4.sub(w1, f32x4.mul(f32x4.splat(eta), u1)), 16);
  }
  if (at < bytes) {
    const w = v128.load(weights + at);
    const g = multiplyAdd(v128.load(gradient + at), f32x4.splat(lambda), w);
    const v = v128.bitselect(g, nextVelocity(v128.load(velocity + at), g, mu, share), isFirst);
    const u = v128.bitselect(multiplyAdd(g, f32x4.splat(mu), v), v, looksAhead);
    v128.store(velocity + at, v);
    v128.store(weights + at, f32x4.sub(w, f32x4.mul(f32x4.splat(eta), u)));
  }
}

// @ts-ignore: decorator
@inline
function nextVelocity(v: v128, g: v128, mu: f32, share: f32): v128 {
  return flush(multiplyAdd(f32x4.mul(f32x4.splat(mu), v), f32x4.splat(share), g));
}

// @ts-ignore: decorator
@inline
function withoutVelocity(gradient: v128, w: v128, eta: f32, lambda: f32): v128 {
  return f32x4.sub(w, f32x4.mul(f32x4.splat(eta), multiplyAdd(gradient, f32x4.splat(lambda), w)));
}

export function adam(
  gradient: usize, m: usize, v: usize, weights: usize, bytes: usize,
  beta1: f32, beta2: f32, share1: f32, share2: f32, epsilon: f32, lambda: f32, kept: f32, eta: f32, scale: f32,
): void {
  adamVectors(gradient, -1, m, v, weights, bytes, beta1, beta2, share1, share2, epsilon, lambda, kept, eta, scale);
}

/** `mask` is −1, or 0 where the gradient is the same pair of vectors for all. */
function adamVectors(
  gradient: usize, mask: usize, m: usize, v: usize, weights: usize, bytes: usize,
  beta1: f32, beta2: f32, share1: f32, share2: f32, epsilon: f32, lambda: f32, kept: f32, eta: f32, scale: f32,
): void {
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    const from = gradient + (at & mask);
    const w0 = v128.load(weights + at);
    const w1 = v128.load(weights + at, 16);
    const g0 = multiplyAdd(v128.load(from), f32x4.splat(lambda), w0);
    const g1 = multiplyAdd(v128.load(from, 16), f32x4.splat(lambda), w1);
    const m0 = firstMoment(v128.load(m + at), g0, beta1, share1);
    const m1 = firstMoment(v128.load(m + at, 16), g1, beta1, share1);
    const v0 = secondMoment(v128.load(v + at), g0, beta2, share2);
    const v1 = secondMoment(v128.load(v + at, 16), g1, beta2, share2);
    const next0 = steppedBy(w0, m0, v0, epsilon, kept, eta, scale);
    const next1 = steppedBy(w1, m1, v1, epsilon, kept, eta, scale);
    v128.store(m + at, m0);
    v128.store(m + at, m1, 16);
    v128.store(v + at, v0);
    v128.store(v + at, v1, 16);
    v128.store(weights + at, next0);
    v128.store(weights + at, next1, 16);
  }
  if (at < bytes) {
    adamAt(
      v128.load(gradient + (at & mask)), m + at, v + at, weights + at,
      beta1, beta2, share1, share2, epsilon, lambda, kept, eta, scale,
    );
  }
}

/** Rows `begin` … `end` − 1 of the weights, `row` bytes each, whole vectors. Between the rows that have a gradient it is 0. */
export function adamRows(
  rows: usize, ids: usize, count: i32, m: usize, v: usize, weights: usize, row: usize, except: i32, begin: i32, end: i32,
  beta1: f32, beta2: f32, share1: f32, share2: f32, epsilon: f32, lambda: f32, kept: f32, eta: f32, scale: f32,
): void {
  let next = 0;
  while (next < count && load<i32>(ids + (<usize>next << 2)) < begin) next++;
  for (let at = <usize>begin * row, id = begin; id < end; ) {
    const here = next < count && load<i32>(ids + (<usize>next << 2)) == id;
    if (here && id != except) {
      adam(
        rows + next * row, m + at, v + at, weights + at, row,
        beta1, beta2, share1, share2, epsilon, lambda, kept, eta, scale,
      );
      next++;
      id++;
      at += row;
      continue;
    }
    if (here) next++;
    const until = min(end, next < count ? load<i32>(ids + (<usize>next << 2)) : end);
    const stop = <usize>max(until, id + 1) * row;
    adamVectors(ZEROS, 0, m + at, v + at, weights + at, stop - at, beta1, beta2, share1, share2, epsilon, lambda, kept, eta, scale);
    at = stop;
    id = max(until, id + 1);
  }
}

/**
 * The worker that has row `id` of a table, of `parts`. Rows are assigned by index, for cache locality: the same thread
 * has a row at every step.
 */
// @ts-ignore: decorator
@inline
export function workerOf(id: i32, parts: i32): i32 {
  return (id >> 4) % parts;
}

/** Where row `id` of a table begins, in elements: a packed one says so in `starts`. */
// @ts-ignore: decorator
@inline
export function startOf(id: i32, dim: i32, starts: usize): i32 {
  return starts == 0 ? id * dim : load<i32>(starts + (<usize>id << 2));
}

/** How many elements it has. */
// @ts-ignore: decorator
@inline
export function lengthOf(id: i32, dim: i32, starts: usize): i32 {
  return starts == 0 ? dim : load<i32>(starts + (<usize>id << 2), 4) - load<i32>(starts + (<usize>id << 2));
}

/**
 * `adam` on the rows ids[i], but for the row `except`, −1 for none. `starts` and `places` are those of a packed table,
 * else 0; `part` is room for a vector each of m, v and θ. This is parts `begin` … `end` − 1 of `parts`, see `workerOf`.
 */
export function adamPresent(
  rows: usize, ids: usize, m: usize, v: usize, weights: usize, dim: i32, starts: usize, places: usize, except: i32,
  count: i32, begin: i32, end: i32, parts: i32,
  beta1: f32, beta2: f32, share1: f32, share2: f32, epsilon: f32, lambda: f32, kept: f32, eta: f32, scale: f32, part: usize,
): void {
  for (let i = 0; i < count; i++) {
    const id = load<i32>(ids + (<usize>i << 2));
    const worker = workerOf(id, parts);
    if (worker < begin || worker >= end || id == except) continue;
    const from = rows + (<usize>i * dim << 2);
    const start = startOf(id, dim, starts);
    const stored = lengthOf(id, dim, starts);
    const rest = stored & 3;
    const row = <usize>start << 2;
    const last = row + (<usize>(stored - rest) << 2);
    if (starts == 0) {
      adam(
        from, m + row, v + row, weights + row, last - row,
        beta1, beta2, share1, share2, epsilon, lambda, kept, eta, scale,
      );
    } else {
      for (let at = row; at < last; at += 16) {
        const g = gatherLanes(from, places + at, 4);
        adamAt(g, m + at, v + at, weights + at, beta1, beta2, share1, share2, epsilon, lambda, kept, eta, scale);
      }
    }
    if (rest == 0) continue;
    v128.store(part, loadPart(m + last, rest));
    v128.store(part, loadPart(v + last, rest), 16);
    v128.store(part, loadPart(weights + last, rest), 32);
    const g = starts == 0 ? loadPart(from + last - row, rest) : gatherLanes(from, places + last, rest);
    adamAt(g, part, part + 16, part + 32, beta1, beta2, share1, share2, epsilon, lambda, kept, eta, scale);
    storePart(m + last, v128.load(part), rest);
    storePart(v + last, v128.load(part, 16), rest);
    storePart(weights + last, v128.load(part, 32), rest);
  }
}

/** Lanes 0 … count − 1 of row[places[·]], 1 ≤ count ≤ 4; the others are 0. */
// @ts-ignore: decorator
@inline
function gatherLanes(row: usize, places: usize, count: i32): v128 {
  let lanes = v128.load32_zero(row + (<usize>load<i32>(places) << 2));
  if (count > 1) lanes = v128.load32_lane(row + (<usize>load<i32>(places, 4) << 2), lanes, 1);
  if (count > 2) lanes = v128.load32_lane(row + (<usize>load<i32>(places, 8) << 2), lanes, 2);
  if (count > 3) lanes = v128.load32_lane(row + (<usize>load<i32>(places, 12) << 2), lanes, 3);
  return lanes;
}

// @ts-ignore: decorator
@inline
export function adamAt(
  gradient: v128, m: usize, v: usize, weights: usize,
  beta1: f32, beta2: f32, share1: f32, share2: f32, epsilon: f32, lambda: f32, kept: f32, eta: f32, scale: f32,
): void {
  const w = v128.load(weights);
  const g = multiplyAdd(gradient, f32x4.splat(lambda), w);
  const first = firstMoment(v128.load(m), g, beta1, share1);
  const second = secondMoment(v128.load(v), g, beta2, share2);
  v128.store(m, first);
  v128.store(v, second);
  v128.store(weights, steppedBy(w, first, second, epsilon, kept, eta, scale));
}

// @ts-ignore: decorator
@inline
function firstMoment(m: v128, g: v128, beta1: f32, share1: f32): v128 {
  return flush(multiplyAdd(f32x4.mul(f32x4.splat(beta1), m), f32x4.splat(share1), g));
}

// @ts-ignore: decorator
@inline
function secondMoment(v: v128, g: v128, beta2: f32, share2: f32): v128 {
  return flush(multiplyAdd(f32x4.mul(f32x4.splat(beta2), v), f32x4.splat(share2), f32x4.mul(g, g)));
}

// @ts-ignore: decorator
@inline
function steppedBy(w: v128, m: v128, v: v128, epsilon: f32, kept: f32, eta: f32, scale: f32): v128 {
  const root = f32x4.add(f32x4.div(f32x4.sqrt(v), f32x4.splat(scale)), f32x4.splat(epsilon));
  return f32x4.sub(f32x4.mul(w, f32x4.splat(kept)), f32x4.div(f32x4.mul(f32x4.splat(eta), m), root));
}

export function rmsprop(
  gradient: usize, v: usize, velocity: usize, weights: usize, bytes: usize,
  eta: f32, alpha: f32, epsilon: f32, lambda: f32, mu: f32, share: f32,
): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const w = v128.load(weights + at);
    const g = multiplyAdd(v128.load(gradient + at), f32x4.splat(lambda), w);
    const decayed = f32x4.mul(f32x4.splat(alpha), v128.load(v + at));
    const second = flush(multiplyAdd(decayed, f32x4.splat(share), f32x4.mul(g, g)));
    v128.store(v + at, second);
    let u = f32x4.div(g, f32x4.add(f32x4.sqrt(second), f32x4.splat(epsilon)));
    if (velocity != 0) {
      u = flush(f32x4.add(f32x4.mul(f32x4.splat(mu), v128.load(velocity + at)), u));
      v128.store(velocity + at, u);
    }
    v128.store(weights + at, f32x4.sub(w, f32x4.mul(f32x4.splat(eta), u)));
  }
}
