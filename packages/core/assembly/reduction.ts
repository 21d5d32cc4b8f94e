import { loadLanes, loadPart, storeLanes, storePart } from "./lanes";

// Sums in the order of `Kernels.sum`: eight lanes a block of 8,192 terms, and blocks in halves.

export const BLOCK: i32 = 8 * 1024;

/** Columns that are added together: a page of each row. */
const TILE: i32 = 1024;

/** Of more than a block, how many terms are the first part. */
// @ts-ignore: decorator
@inline
export function firstOf(n: i32): i32 {
  return BLOCK << (31 - clz((n - 1) / BLOCK));
}

/** Scratch memory of a part of `inner` columns: eight lanes, and a sum for each halving. */
export function sumScratch(axis: i32, inner: i32): f64 {
  if (axis <= 8) return 0;
  const halvings = axis <= BLOCK ? 0 : 32 - clz((axis - 1) / BLOCK);
  return <f64>(tileRow(min(inner, TILE)) * (8 + halvings));
}

// @ts-ignore: decorator
@inline
function tileRow(columns: i32): usize {
  return ((<usize>columns << 2) + 15) & ~15;
}

/** out[o,i] = Σ_a x[o,a,i]. Rows of `x` and `out` are that many bytes apart. Lanes of SIMD run along i, or, of one column, along a. */
export function sum(x: usize, out: usize, outer: i32, axis: i32, inner: i32, row: usize, scratch: usize): void {
  if (row == 4) {
    if (axis <= 8) return sumsOfFew(x, out, outer, axis);
    for (let o = 0; o < outer; o++, x += <usize>axis << 2, out += 4) store<f32>(out, sumOf(x, axis));
    return;
  }
  if (axis <= 8) {
    for (let o = 0; o < outer; o++, x += <usize>axis * row, out += row) sumOfFewRows(x, out, axis, inner, row);
    return;
  }
  for (let o = 0; o < outer; o++, x += <usize>axis * row, out += row) {
    for (let i = 0; i < inner; i += TILE) {
      const columns = min(inner - i, TILE);
      const free = scratch + 8 * tileRow(columns);
      sumOfRows(x + (<usize>i << 2), out + (<usize>i << 2), axis, columns, row, scratch, free);
    }
  }
}

/** Σ of n terms side by side. */
export function sumOf(x: usize, n: i32): f32 {
  if (n > BLOCK) {
    const first = firstOf(n);
    return sumOf(x, first) + sumOf(x + (<usize>first << 2), n - first);
  }
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  const end = x + (<usize>(n & ~7) << 2);
  for (; x < end; x += 32) {
    low = f32x4.add(low, v128.load(x));
    high = f32x4.add(high, v128.load(x, 16));
  }
  const rest = n & 7;
  if (rest > 0) low = f32x4.add(low, loadLanes(x, min(rest, 4)));
  if (rest > 4) high = f32x4.add(high, loadLanes(x + 16, rest - 4));
  return sumOfLanes(f32x4.add(low, high));
}

/** sums[b] = the sum of block b of n terms, for the blocks `begin` … `end` − 1. */
export function blockSums(x: usize, sums: usize, n: i32, begin: i32, end: i32): void {
  for (let b = begin; b < end; b++) {
    const from = b * BLOCK;
    store<f32>(sums + (<usize>b << 2), sumOf(x + (<usize>from << 2), min(n - from, BLOCK)));
  }
}

/** The sum of what `blockSums` gives, in halves, as `sumOf` adds them. */
export function joinBlocks(sums: usize, blocks: i32, out: usize): void {
  store<f32>(out, joined(sums, blocks));
}

function joined(sums: usize, blocks: i32): f32 {
  if (blocks == 1) return load<f32>(sums);
  const first = 1 << (31 - clz(blocks - 1));
  return joined(sums, first) + joined(sums + (<usize>first << 2), blocks - first);
}

// @ts-ignore: decorator
@inline
export function sumOfLanes(four: v128): f32 {
  const two = f32x4.add(four, i32x4.shuffle(four, four, 2, 3, 2, 3));
  return f32x4.extract_lane(two, 0) + f32x4.extract_lane(two, 1);
}

/** `sumOf` of `count` rows of n ≤ 8 terms, one in each lane. */
function sumsOfFew(x: usize, out: usize, count: i32, n: i32): void {
  const zero = f32x4.splat(0); // it is added to every term, as the order of sums has it: −0 becomes 0
  const end = out + (<usize>count << 2);
  if (n == 4) {
    for (; out < end; x += 16, out += 4) store<f32>(out, sumOfLanes(f32x4.add(zero, v128.load(x))));
    return;
  }
  const row = <usize>n << 2;
  for (; out < end; x += row, out += 4) {
    if (n == 0) store<f32>(out, 0);
    else if (n < 4) store<f32>(out, sumOfLanes(f32x4.add(zero, loadPart(x, n))));
    else {
      const low = f32x4.add(zero, v128.load(x));
      store<f32>(out, sumOfLanes(f32x4.add(low, loadLanes(x + 16, n - 4))));
    }
  }
}

/** `sumOfRows` of n ≤ 8 rows, one in each lane. */
function sumOfFewRows(x: usize, out: usize, n: i32, columns: i32, row: usize): void {
  for (; columns >= 4; columns -= 4, x += 16, out += 16) v128.store(out, sumOfColumns(x, n, row, 4));
  if (columns > 0) storePart(out, sumOfColumns(x, n, row, columns), columns);
}

/** Four columns of n ≤ 8 rows, of which `part` are there. */
// @ts-ignore: decorator
@inline
function sumOfColumns(x: usize, n: i32, row: usize, part: i32): v128 {
  const zero = f32x4.splat(0);
  const l0 = n > 0 ? f32x4.add(zero, loadLanes(x, part)) : zero;
  const l1 = n > 1 ? f32x4.add(zero, loadLanes(x + row, part)) : zero;
  const l2 = n > 2 ? f32x4.add(zero, loadLanes(x + 2 * row, part)) : zero;
  const l3 = n > 3 ? f32x4.add(zero, loadLanes(x + 3 * row, part)) : zero;
  if (n <= 4) return f32x4.add(f32x4.add(l0, l2), f32x4.add(l1, l3));
  const l04 = f32x4.add(l0, loadLanes(x + 4 * row, part));
  const l15 = n > 5 ? f32x4.add(l1, loadLanes(x + 5 * row, part)) : l1;
  const l26 = n > 6 ? f32x4.add(l2, loadLanes(x + 6 * row, part)) : l2;
  const l37 = n > 7 ? f32x4.add(l3, loadLanes(x + 7 * row, part)) : l3;
  return f32x4.add(f32x4.add(l04, l26), f32x4.add(l15, l37));
}

/** out[i] = Σ_a x[a,i] of n rows, in a tile of columns. From `free` on, halves are kept. */
function sumOfRows(x: usize, out: usize, n: i32, columns: i32, row: usize, lanes: usize, free: usize): void {
  if (n <= BLOCK) return blockOfRows(x, out, n, columns, row, lanes);
  const first = firstOf(n);
  sumOfRows(x, out, first, columns, row, lanes, free);
  sumOfRows(x + <usize>first * row, free, n - first, columns, row, lanes, free + tileRow(columns));
  for (let i = 0; i < columns; i += 4, out += 16, free += 16) {
    const part = min(columns - i, 4);
    storeLanes(out, f32x4.add(loadLanes(out, part), loadLanes(free, part)), part);
  }
}

/** Rows are read nearly in order, 32 at a time: four of each lane, whose sum is stored once. */
function blockOfRows(x: usize, out: usize, n: i32, columns: i32, row: usize, lanes: usize): void {
  const width = tileRow(columns);
  memory.fill(lanes, 0, 8 * width);
  let a = 0;
  for (; a <= n - 32; a += 32, x += 32 * row) {
    for (let l = 0; l < 8; l++) addFourRows(x + <usize>l * row, 8 * row, lanes + <usize>l * width, columns);
  }
  for (; a < n; a++, x += row) addRow(x, lanes + <usize>(a & 7) * width, columns);

  for (let i = 0; i < columns; i += 4, lanes += 16, out += 16) {
    const l04 = f32x4.add(v128.load(lanes), v128.load(lanes + 4 * width));
    const l15 = f32x4.add(v128.load(lanes + width), v128.load(lanes + 5 * width));
    const l26 = f32x4.add(v128.load(lanes + 2 * width), v128.load(lanes + 6 * width));
    const l37 = f32x4.add(v128.load(lanes + 3 * width), v128.load(lanes + 7 * width));
    storeLanes(out, f32x4.add(f32x4.add(l04, l26), f32x4.add(l15, l37)), min(columns - i, 4));
  }
}

/** lane[i] += x[0,i], then x[1,i], … x[3,i]; these rows are `step` bytes apart. */
// @ts-ignore: decorator
@inline
function addFourRows(x: usize, step: usize, lane: usize, columns: i32): void {
  let i = 0;
  for (; i <= columns - 8; i += 8, x += 32, lane += 32) {
    const second = x + step;
    const third = second + step;
    const fourth = third + step;
    let low = f32x4.add(v128.load(lane), v128.load(x));
    let high = f32x4.add(v128.load(lane, 16), v128.load(x, 16));
    low = f32x4.add(low, v128.load(second));
    high = f32x4.add(high, v128.load(second, 16));
    low = f32x4.add(low, v128.load(third));
    high = f32x4.add(high, v128.load(third, 16));
    low = f32x4.add(low, v128.load(fourth));
    high = f32x4.add(high, v128.load(fourth, 16));
    v128.store(lane, low);
    v128.store(lane, high, 16);
  }
  for (; i <= columns - 4; i += 4, x += 16, lane += 16) {
    const two = f32x4.add(f32x4.add(v128.load(lane), v128.load(x)), v128.load(x + step));
    v128.store(lane, f32x4.add(f32x4.add(two, v128.load(x + 2 * step)), v128.load(x + 3 * step)));
  }
  for (let r = 0; r < 4 && i < columns; r++, x += step) {
    v128.store(lane, f32x4.add(v128.load(lane), loadPart(x, columns - i)));
  }
}

/** lane[i] += x[i] */
// @ts-ignore: decorator
@inline
function addRow(x: usize, lane: usize, columns: i32): void {
  let i = 0;
  for (; i <= columns - 4; i += 4, x += 16, lane += 16) v128.store(lane, f32x4.add(v128.load(lane), v128.load(x)));
  if (i < columns) v128.store(lane, f32x4.add(v128.load(lane), loadPart(x, columns - i)));
}

/**
 * The first largest along the axis, before lengths[o] (0: no lengths), and where it stands. NaN is larger than
 * everything. Rows are that many bytes apart.
 */
export function max(
  x: usize, lengths: usize, out: usize, argmax: usize, outer: i32, axis: i32, inner: i32, row: usize,
): void {
  for (let o = 0; o < outer; o++, x += <usize>axis * row, out += row, argmax += row) {
    const end = lengths == 0 ? axis : load<i32>(lengths + (<usize>o << 2));
    if (row == 4) {
      largestOf(x, end, out, argmax);
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
      v128.store(argmax + (<usize>i << 2), winner0);
      v128.store(argmax + (<usize>i << 2), winner1, 16);
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
        v128.store(argmax + (<usize>i << 2), winner);
      } else {
        storePart(out + (<usize>i << 2), best, part);
        storePart(argmax + (<usize>i << 2), winner, part);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
export function wins(value: v128, best: v128): v128 {
  return v128.or(f32x4.gt(value, best), v128.and(f32x4.ne(value, value), f32x4.eq(best, best)));
}

function largestOf(x: usize, end: i32, out: usize, argmax: usize): void {
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
  store<i32>(argmax, winner);
}
