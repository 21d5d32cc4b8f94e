import { loadPart, storePart } from "./lanes";

/**
 * out[o,i] = Σ_a x[o,a,i], in the order of a, from 0: lanes run along i, so no lane's order changes. Rows of `x` and `out` are that many bytes apart, and are
 * read from end to end, as memory likes it; their sums stay in the first-level cache.
 */
export function sum(x: usize, out: usize, outer: i32, axis: i32, inner: i32, row: usize): void {
  if (row == 4) return sumRows(x, out, outer, axis);
  for (let o = 0; o < outer; o++, out += row) {
    memory.fill(out, 0, <usize>inner << 2);
    for (let a = 0; a < axis; a++, x += row) {
      let i = 0;
      let from = x;
      let to = out;
      for (; i <= inner - 4; i += 4, from += 16, to += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
      if (i < inner) storePart(to, f32x4.add(loadPart(to, inner - i), loadPart(from, inner - i)), inner - i);
    }
  }
}

/** Four rows at a time: four sums that do not wait for each other. */
function sumRows(x: usize, out: usize, outer: i32, axis: i32): void {
  const row = <usize>axis << 2;
  let o = 0;
  for (; o <= outer - 4; o += 4, x += 4 * row, out += 16) {
    let s0: f32 = 0;
    let s1: f32 = 0;
    let s2: f32 = 0;
    let s3: f32 = 0;
    for (let at: usize = 0; at < row; at += 4) {
      s0 += load<f32>(x + at);
      s1 += load<f32>(x + row + at);
      s2 += load<f32>(x + 2 * row + at);
      s3 += load<f32>(x + 3 * row + at);
    }
    store<f32>(out, s0);
    store<f32>(out, s1, 4);
    store<f32>(out, s2, 8);
    store<f32>(out, s3, 12);
  }
  for (; o < outer; o++, x += row, out += 4) {
    let total: f32 = 0;
    for (let at: usize = 0; at < row; at += 4) total += load<f32>(x + at);
    store<f32>(out, total);
  }
}

/** The first largest along the axis, before lengths[o] (0: no lengths), and where it stands. NaN is larger than everything. */
export function max(
  x: usize, lengths: usize, out: usize, winners: usize, outer: i32, axis: i32, inner: i32,
): void {
  const row = <usize>inner << 2;
  for (let o = 0; o < outer; o++, x += <usize>axis * row, out += row, winners += row) {
    const end = lengths == 0 ? axis : load<i32>(lengths + (<usize>o << 2));
    if (inner == 1) {
      largestOf(x, end, out, winners);
      continue;
    }
    let i = 0;
    for (; i <= inner - 8; i += 8) {
      let from = x + (<usize>i << 2);
      let best0 = v128.load(from);
      let best1 = v128.load(from, 16);
      let winner0 = i32x4.splat(0);
      let winner1 = i32x4.splat(0);
      for (let a = 1; a < end; a++) {
        from += row;
        const value0 = v128.load(from);
        const value1 = v128.load(from, 16);
        const wins0 = wins(value0, best0);
        const wins1 = wins(value1, best1);
        best0 = v128.bitselect(value0, best0, wins0);
        best1 = v128.bitselect(value1, best1, wins1);
        winner0 = v128.bitselect(i32x4.splat(a), winner0, wins0);
        winner1 = v128.bitselect(i32x4.splat(a), winner1, wins1);
      }
      v128.store(out + (<usize>i << 2), best0);
      v128.store(out + (<usize>i << 2), best1, 16);
      v128.store(winners + (<usize>i << 2), winner0);
      v128.store(winners + (<usize>i << 2), winner1, 16);
    }
    for (; i < inner; i += 4) {
      const part = min(inner - i, 4);
      let from = x + (<usize>i << 2);
      let best = part == 4 ? v128.load(from) : loadPart(from, part);
      let winner = i32x4.splat(0);
      for (let a = 1; a < end; a++) {
        from += row;
        const value = part == 4 ? v128.load(from) : loadPart(from, part);
        const better = wins(value, best);
        best = v128.bitselect(value, best, better);
        winner = v128.bitselect(i32x4.splat(a), winner, better);
      }
      if (part == 4) {
        v128.store(out + (<usize>i << 2), best);
        v128.store(winners + (<usize>i << 2), winner);
      } else {
        storePart(out + (<usize>i << 2), best, part);
        storePart(winners + (<usize>i << 2), winner, part);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
export function wins(value: v128, best: v128): v128 {
  return v128.or(f32x4.gt(value, best), v128.and(f32x4.ne(value, value), f32x4.eq(best, best)));
}

function largestOf(x: usize, end: i32, out: usize, winners: usize): void {
  let best = load<f32>(x);
  let winner = 0;
  for (let a = 1; a < end && best == best; a++) {
    const value = load<f32>(x + (<usize>a << 2));
    if (value > best || value != value) {
      best = value;
      winner = a;
    }
  }
  store<f32>(out, best);
  store<i32>(winners, winner);
}
