import { flush, loadPart, multiplyAdd, storePart } from "./lanes";

// Whole arrays, `bytes` long: they end on whole vectors, see `elementwise.ts`. `velocity` is 0 where there is none.

export function sgd(
  gradient: usize, velocity: usize, weights: usize, bytes: usize,
  eta: f32, mu: f32, lambda: f32, share: f32, nesterov: bool, first: bool,
): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const w = v128.load(weights + at);
    const g = multiplyAdd(v128.load(gradient + at), f32x4.splat(lambda), w);
    let u = g;
    if (velocity != 0) {
      const decayed = f32x4.mul(f32x4.splat(mu), v128.load(velocity + at));
      const v = first ? g : flush(multiplyAdd(decayed, f32x4.splat(share), g));
      v128.store(velocity + at, v);
      u = nesterov ? multiplyAdd(g, f32x4.splat(mu), v) : v;
    }
    v128.store(weights + at, f32x4.sub(w, f32x4.mul(f32x4.splat(eta), u)));
  }
}

export function adam(
  gradient: usize, m: usize, v: usize, weights: usize, bytes: usize,
  beta1: f32, beta2: f32, share1: f32, share2: f32, epsilon: f32, lambda: f32, kept: f32, eta: f32, scale: f32,
): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    adamAt(
      v128.load(gradient + at), m + at, v + at, weights + at,
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
    for (; at < stop; at += 16) {
      adamAt(
        f32x4.splat(0), m + at, v + at, weights + at,
        beta1, beta2, share1, share2, epsilon, lambda, kept, eta, scale,
      );
    }
    id = max(until, id + 1);
  }
}

/** The worker that has row `id` of a table, of `parts`. Rows are assigned by index, for cache locality: the same thread has a row at every step. */
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
 * `adam` on the rows ids[i], but for the row `except`, −1 for none. `starts` and `places` are those of a packed table, else 0; `part` is room for
 * a vector each of m, v and θ. This is parts `begin` … `end` − 1 of `parts`, see `workerOf`.
 */
export function adamPresent(
  rows: usize, ids: usize, m: usize, v: usize, weights: usize, dim: i32, starts: usize, places: usize, except: i32, count: i32, begin: i32, end: i32, parts: i32,
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
  const first = flush(multiplyAdd(f32x4.mul(f32x4.splat(beta1), v128.load(m)), f32x4.splat(share1), g));
  const decayed = f32x4.mul(f32x4.splat(beta2), v128.load(v));
  const second = flush(multiplyAdd(decayed, f32x4.splat(share2), f32x4.mul(g, g)));
  v128.store(m, first);
  v128.store(v, second);
  const root = f32x4.add(f32x4.div(f32x4.sqrt(second), f32x4.splat(scale)), f32x4.splat(epsilon));
  const change = f32x4.div(f32x4.mul(f32x4.splat(eta), first), root);
  v128.store(weights, f32x4.sub(f32x4.mul(w, f32x4.splat(kept)), change));
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
