import { fill } from "./elementwise";
import { multiplyAdd, ZEROS } from "./lanes";
import { transposeBlock } from "./copy";
import { adam, workerOf } from "./updates";

// Products with what a weight stores. Results lie side by side in vectors, each stored weight is one number times a row
// of them: so every sum is added in the order of its entries. `order` is 0 where entries lie as their values do. Parts
// of the work are for threads; none changes another's order of additions.

/**
 * Results that go together: six vectors of sums, and as many of x, are all that stay in registers, since V8 loads
 * everything that a turn of a loop needs before it adds.
 */
const ROWS = 24;

export function sparseRows(rows: i32): i32 {
  const blocks = (rows + ROWS - 1) / ROWS;
  return ((rows + blocks - 1) / max(blocks, 1) + 7) & ~7;
}

/** Columns that are turned back together: whole cache lines of y. */
const TILE = 16;

/** Bytes of a turned block of x that stay in the first-level cache while every column goes through it. */
const CACHED = 24576;
/** Entries that a column must have in such a part of x, on average: or to keep its results apart costs more than it saves. */
const WORTH = 32;

/** Into how many parts, one after the other, the places of a block are cut: each is gone through by all columns. */
export function partsOf(inner: i32, columns: i32, entries: i32, row: usize): i32 {
  const parts = <i32>((<u64>inner * row + CACHED - 1) / CACHED);
  return parts == 0 || <i64>entries < <i64>parts * WORTH * columns ? 1 : parts;
}

/**
 * Scratch memory for a prepared weight, a turned block of x, and results: those of a few columns, or where x is gone
 * through in parts, of all.
 */
export function columnsScratch(inner: i32, columns: i32, entries: i32, row: usize): u64 {
  const parts = partsOf(inner, columns, entries, row);
  const results = parts == 1 ? TILE : columns;
  return preparedBytes(inner, columns, entries, row) + <u64>(inner + results) * row;
}

/** The entries, and where each part of each column ends. */
function preparedBytes(inner: i32, columns: i32, entries: i32, row: usize): u64 {
  return align(<u64>entries << 3) + align((<u64>partsOf(inner, columns, entries, row) * columns + 1) << 2);
}

/** Where x is turned to. */
export function turnedAt(prepared: usize, inner: i32, columns: i32, entries: i32, row: usize): usize {
  return prepared + <usize>preparedBytes(inner, columns, entries, row);
}

export function sparseProductScratch(rows: i32, inner: i32, columns: i32, entries: i32): f64 {
  return <f64>columnsScratch(inner, columns, entries, <usize>sparseRows(rows) << 2);
}

// @ts-ignore: decorator
@inline
export function align(bytes: u64): u64 {
  return (bytes + 63) & ~63;
}

/** See `sparse-products.ts`. The results of every text are cut into blocks; this is blocks `begin` … `end` − 1 of all. */
export function sparseProduct(
  x: usize, values: usize, starts: usize, places: usize, order: usize, y: usize,
  rows: i32, step: i32, stride: i32, columns: i32, inner: i32, begin: i32, end: i32, scratch: usize,
): void {
  const size = sparseRows(rows);
  const row = <usize>size << 2;
  const blocks = (rows + size - 1) / size;
  const count = load<i32>(starts + (<usize>columns << 2));
  const turned = turnedAt(scratch, inner, columns, count, row);
  prepare(values, starts, places, order, inner, columns, 0, row, scratch);

  for (let unit = begin; unit < end; unit++) {
    const b = unit / blocks;
    const i = (unit - b * blocks) * size;
    const some = min(rows - i, size);
    if (some < size) memory.fill(turned, 0, <usize>inner * row);
    transposeBlock(x + (<usize>(b * stride + i * step) << 2), <usize>step << 2, turned, row, some, inner);
    const to = y + (<usize>(b * rows + i) * columns << 2);
    columnsOf(inner, columns, count, scratch, turned, row, to, <usize>columns << 2, some, size, false);
  }
}

/** y[i,j], or += where `resume`, of a turned block of x by a prepared weight; `size`, a multiple of 8, is at least the rows `i`. */
export function columnsOf(
  inner: i32, columns: i32, entries: i32, prepared: usize, turned: usize, row: usize, y: usize, yRow: usize, rows: i32,
  size: i32, resume: bool,
): void {
  const parts = partsOf(inner, columns, entries, row);
  const ends = prepared + <usize>align(<u64>entries << 3);
  const results = turned + <usize>inner * row;
  for (let part = 0; part < parts; part++) columnsOfPart(part, parts, columns, ends, turned, row, results, y, yRow, rows, size, resume);
}

/** Exported, and so compiled by itself: one loop deeper, V8 would unroll the innermost so far that its sums find no registers. */
export function columnsOfPart(
  part: i32, parts: i32, columns: i32, ends: usize, turned: usize, row: usize, results: usize, y: usize, yRow: usize,
  rows: i32, size: i32, resume: bool,
): void {
  const goesOn = resume || part > 0;
  ends += <usize>part << 2;
  for (let j = 0; j < columns; j += TILE, y += 4 * TILE) {
    const some = min(columns - j, TILE);
    const tile = parts == 1 ? results : results + <usize>j * row;
    if (resume && part == 0) transposeBlock(y, yRow, tile, row, rows, some);
    for (let k = 0; k < some; k++, ends += <usize>parts << 2) {
      const entry = load<usize>(ends);
      const last = load<usize>(ends, 4);
      const out = tile + <usize>k * row;
      if (size == 24) column6(entry, last, turned, out, goesOn);
      else if (size == 16) column4(entry, last, turned, out, goesOn);
      else column2(entry, last, turned, out, goesOn);
    }
    if (part < parts - 1) continue;
    // four rows of y at a time, each a cache line: more could push each other out of the cache
    for (let i = 0; i < rows; i += 4) transposeBlock(tile + (<usize>i << 2), row, y + i * yRow, yRow, some, min(4, rows - i));
  }
}

/**
 * Every entry of these columns, whose places begin at `origin`, as where its row begins in the turned block, and its
 * value; then where the first part of the first column begins and, column after column, where each of their parts ends.
 */
export function prepare(
  values: usize, starts: usize, places: usize, order: usize, inner: i32, columns: i32, origin: i32, row: usize, to: usize,
): void {
  const first = load<i32>(starts);
  const entries = load<i32>(starts + (<usize>columns << 2)) - first;
  let e = 0;
  for (; e <= entries - 4; e += 4) {
    const at = <usize>(first + e) << 2;
    const pair = to + (<usize>e << 3);
    const rows = i32x4.mul(i32x4.sub(v128.load(places + at), i32x4.splat(origin)), i32x4.splat(<i32>row));
    const four = order == 0 ? v128.load(values + at) : fourAt(values, order + at);
    v128.store(pair, i32x4.shuffle(rows, four, 0, 4, 1, 5));
    v128.store(pair, i32x4.shuffle(rows, four, 2, 6, 3, 7), 16);
  }
  for (; e < entries; e++) {
    const at = <usize>(first + e) << 2;
    const pair = to + (<usize>e << 3);
    store<usize>(pair, <usize>(load<i32>(places + at) - origin) * row);
    store<f32>(pair, load<f32>(values + (order == 0 ? at : <usize>load<i32>(order + at) << 2)), 4);
  }
  const parts = partsOf(inner, columns, entries, row);
  const part = (<usize>inner * row + parts - 1) / parts;
  let end = to + <usize>align(<u64>entries << 3);
  let pair = to;
  store<usize>(end, pair);
  for (let j = 0; j < columns; j++) {
    const last = to + (<usize>(load<i32>(starts + (<usize>j << 2), 4) - first) << 3);
    for (let k = 1; k < parts; k++) {
      while (pair < last && load<usize>(pair) < <usize>k * part) pair += 8;
      end += 4;
      store<usize>(end, pair);
    }
    pair = last;
    end += 4;
    store<usize>(end, pair);
  }
}

/** Four values at places in a list. */
// @ts-ignore: decorator
@inline
function fourAt(values: usize, order: usize): v128 {
  const one = v128.load32_zero(values + (<usize>load<i32>(order) << 2));
  const two = v128.load32_lane(values + (<usize>load<i32>(order, 4) << 2), one, 1);
  const three = v128.load32_lane(values + (<usize>load<i32>(order, 8) << 2), two, 2);
  return v128.load32_lane(values + (<usize>load<i32>(order, 12) << 2), three, 3);
}

// @ts-ignore: decorator
@inline
function column(vectors: i32, entry: usize, last: usize, x: usize, to: usize, resume: bool): void {
  const first = resume ? to : ZEROS;
  let s0 = v128.load(first);
  let s1 = v128.load(first, 16);
  let s2 = v128.load(first, 32);
  let s3 = v128.load(first, 48);
  let s4 = v128.load(first, 64);
  let s5 = v128.load(first, 80);
  for (; entry < last; entry += 8) {
    const from = x + load<usize>(entry);
    const value = v128.load32_splat(entry, 4);
    s0 = multiplyAdd(s0, value, v128.load(from));
    s1 = multiplyAdd(s1, value, v128.load(from, 16));
    if (vectors > 2) {
      s2 = multiplyAdd(s2, value, v128.load(from, 32));
      s3 = multiplyAdd(s3, value, v128.load(from, 48));
    }
    if (vectors > 4) {
      s4 = multiplyAdd(s4, value, v128.load(from, 64));
      s5 = multiplyAdd(s5, value, v128.load(from, 80));
    }
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
  if (vectors > 2) {
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
  }
  if (vectors > 4) {
    v128.store(to, s4, 64);
    v128.store(to, s5, 80);
  }
}

function column2(entry: usize, last: usize, x: usize, to: usize, resume: bool): void {
  column(2, entry, last, x, to, resume);
}

function column4(entry: usize, last: usize, x: usize, to: usize, resume: bool): void {
  column(4, entry, last, x, to, resume);
}

function column6(entry: usize, last: usize, x: usize, to: usize, resume: bool): void {
  column(6, entry, last, x, to, resume);
}

/**
 * Terms that a block of `sparseProductValues` adds: of 512 places of x, those of a layer's input from both directions,
 * they stay in the first-level cache.
 */
const TERMS = 16;

/** Sums of columns that are added up together: read and written once a block of terms, they stay in the second-level cache. */
const SUMS = 65536;

/** Scratch memory of `sparseProductValues`: a turned block of x and one of dy, and sums, for each column whole vectors of them. */
export function sparseProductValuesScratch(inner: i32, columns: i32, entries: i32): f64 {
  return <f64>((<u64>(inner + columns) * TERMS << 2) + ((<u64>min(entries, max(SUMS, inner)) + 3 * columns) << 2));
}

/**
 * See `sparse-products.ts`. Lanes are four entries of a column, whose values of x are turned to lie side by side. This
 * is columns `begin` … `end` − 1.
 */
export function sparseProductValues(
  x: usize, dy: usize, starts: usize, places: usize, order: usize, dvalues: usize,
  batch: i32, rows: i32, step: i32, stride: i32, columns: i32, inner: i32, begin: i32, end: i32, scratch: usize,
): void {
  const turnedDy = scratch + (<usize>inner * TERMS << 2);
  const sums = turnedDy + (<usize>(end - begin) * TERMS << 2);
  for (let j = begin; j < end; ) {
    const first = load<i32>(starts + (<usize>j << 2));
    let next = j + 1;
    while (next < end && load<i32>(starts + (<usize>(next + 1) << 2)) - first <= SUMS) next++;
    const last = load<i32>(starts + (<usize>next << 2));
    memory.fill(sums, 0, <usize>(last - first + 3 * (next - j)) << 2);
    for (let b = 0; b < batch; b++) {
      for (let i = 0; i < rows; i += TERMS) {
        const some = min(rows - i, TERMS);
        transposeBlock(x + (<usize>(b * stride + i * step) << 2), <usize>step << 2, scratch, TERMS << 2, some, inner);
        const from = dy + (<usize>((b * rows + i) * columns + j) << 2);
        transposeBlock(from, <usize>columns << 2, turnedDy, TERMS << 2, some, next - j);
        addTerms(starts + (<usize>j << 2), next - j, places, scratch, turnedDy, sums, some);
      }
    }
    for (let sum = sums; j < next; j++, sum = (sum + 15) & ~15) {
      const after = load<i32>(starts + (<usize>(j + 1) << 2));
      for (let e = load<i32>(starts + (<usize>j << 2)); e < after; e++, sum += 4) {
        const at = <usize>e << 2;
        const to = order == 0 ? at : <usize>load<i32>(order + at) << 2;
        store<f32>(dvalues + to, load<f32>(sum));
      }
    }
  }
}

/** sums += the terms of a block, for the entries of columns that begin at `starts`. */
function addTerms(starts: usize, columns: i32, places: usize, x: usize, dy: usize, sum: usize, terms: i32): void {
  let at = places + (<usize>load<i32>(starts) << 2);
  for (let j = 0; j < columns; j++, starts += 4, dy += TERMS << 2) {
    const end = places + (<usize>load<i32>(starts, 4) << 2);
    for (; at + 16 <= end; at += 16, sum += 16) {
      addFour(load<i32>(at), load<i32>(at, 4), load<i32>(at, 8), load<i32>(at, 12), x, dy, sum, terms);
    }
    if (at == end) continue;
    const p = load<i32>(at); // also for entries that are not there: nobody reads their sums
    addFour(p, at + 4 < end ? load<i32>(at, 4) : p, at + 8 < end ? load<i32>(at, 8) : p, p, x, dy, sum, terms);
    sum += 16;
    at = end;
  }
}

/** Four sums of a column: s += x[i, p]·d[i]. */
// @ts-ignore: decorator
@inline
function addFour(p0: i32, p1: i32, p2: i32, p3: i32, x: usize, d: usize, sum: usize, terms: i32): void {
  let x0 = x + <usize>p0 * (TERMS << 2);
  let x1 = x + <usize>p1 * (TERMS << 2);
  let x2 = x + <usize>p2 * (TERMS << 2);
  let x3 = x + <usize>p3 * (TERMS << 2);
  let s = v128.load(sum);
  let i = 0;
  for (; i <= terms - 4; i += 4, x0 += 16, x1 += 16, x2 += 16, x3 += 16, d += 16) {
    const row0 = v128.load(x0);
    const row1 = v128.load(x1);
    const row2 = v128.load(x2);
    const row3 = v128.load(x3);
    const low01 = i32x4.shuffle(row0, row1, 0, 4, 1, 5);
    const high01 = i32x4.shuffle(row0, row1, 2, 6, 3, 7);
    const low23 = i32x4.shuffle(row2, row3, 0, 4, 1, 5);
    const high23 = i32x4.shuffle(row2, row3, 2, 6, 3, 7);
    s = multiplyAdd(s, v128.load32_splat(d), i64x2.shuffle(low01, low23, 0, 2));
    s = multiplyAdd(s, v128.load32_splat(d, 4), i64x2.shuffle(low01, low23, 1, 3));
    s = multiplyAdd(s, v128.load32_splat(d, 8), i64x2.shuffle(high01, high23, 0, 2));
    s = multiplyAdd(s, v128.load32_splat(d, 12), i64x2.shuffle(high01, high23, 1, 3));
  }
  for (; i < terms; i++, x0 += 4, x1 += 4, x2 += 4, x3 += 4, d += 4) {
    let values = v128.load32_zero(x0);
    values = v128.load32_lane(x1, values, 1);
    values = v128.load32_lane(x2, values, 2);
    values = v128.load32_lane(x3, values, 3);
    s = multiplyAdd(s, v128.load32_splat(d), values);
  }
  v128.store(sum, s);
}

/** Entries of columns that `sparseWeightGradient` adds up together: their sums, four an entry, stay in the second-level cache. */
const ENTRIES = 32768;

/** Scratch memory of `sparseWeightGradient`: a turned block of x and one of dy, and four sums for each entry. */
export function sparseWeightGradientScratch(inner: i32, columns: i32, entries: i32): f64 {
  return <f64>((<u64>(inner + columns) * TERMS << 2) + (<u64>min(entries, max(ENTRIES, inner)) << 4));
}

/**
 * See `Kernels.weightGradient`. Lanes are the four sums of an entry. This is columns `begin` … `end` − 1. Where `kept` holds the
 * sums of rows before these, `keptStep` bytes apart, they go on, the first row adding to sum `turn`.
 */
export function sparseWeightGradient(
  x: usize, dy: usize, starts: usize, places: usize, order: usize, dvalues: usize,
  rows: i32, columns: i32, inner: i32, begin: i32, end: i32, kept: usize, keptStep: usize, turn: i32, scratch: usize,
): void {
  const turnedDy = scratch + (<usize>inner * TERMS << 2);
  const sums = turnedDy + (<usize>(end - begin) * TERMS << 2);
  for (let j = begin; j < end; ) {
    const own = starts + (<usize>j << 2);
    const first = load<i32>(own);
    let next = j + 1;
    while (next < end && load<i32>(starts + (<usize>(next + 1) << 2)) - first <= ENTRIES) next++;
    const last = load<i32>(starts + (<usize>next << 2));
    if (kept == 0) memory.fill(sums, 0, <usize>(last - first) << 4);
    else {
      for (let e = first, sum = sums; e < last; e++, sum += 16) {
        const from = kept + placeOfValue(order, e);
        for (let k = 0; k < 4; k++) store<f32>(sum + (<usize>k << 2), load<f32>(from + <usize>((turn + k) & 3) * keptStep));
      }
    }
    for (let i = 0; i < rows; i += TERMS) {
      const some = min(rows - i, TERMS);
      if (some < TERMS) {
        // what is not there adds 0 · −0, which changes no sum, not even −0
        memory.fill(scratch, 0, <usize>inner * TERMS << 2);
        fill(-0.0, turnedDy, <usize>(next - j) * TERMS << 2);
      }
      transposeBlock(x + (<usize>i * inner << 2), <usize>inner << 2, scratch, TERMS << 2, some, inner);
      transposeBlock(dy + (<usize>(i * columns + j) << 2), <usize>columns << 2, turnedDy, TERMS << 2, some, next - j);
      addLanes(own, next - j, places, scratch, turnedDy, sums);
    }
    for (let e = first, sum = sums; e < last; e++, sum += 16) {
      const to = placeOfValue(order, e);
      if (kept == 0) {
        store<f32>(dvalues + to, load<f32>(sum) + load<f32>(sum, 4) + load<f32>(sum, 8) + load<f32>(sum, 12));
        continue;
      }
      let four: f32 = 0;
      for (let k = 0; k < 4; k++) {
        const one = load<f32>(sum + (<usize>((k - turn) & 3) << 2));
        store<f32>(kept + to + <usize>k * keptStep, one);
        four = k == 0 ? one : four + one;
      }
      store<f32>(dvalues + to, four);
    }
    j = next;
  }
}

/** Where the value of entry `e` is, in bytes. */
// @ts-ignore: decorator
@inline
function placeOfValue(order: usize, e: i32): usize {
  const at = <usize>e << 2;
  return order == 0 ? at : <usize>load<i32>(order + at) << 2;
}

/** sums[e, i mod 4] += x[i, places[e]]·dy[i], for the entries of columns that begin at `starts`. */
function addLanes(starts: usize, columns: i32, places: usize, x: usize, dy: usize, sum: usize): void {
  let at = places + (<usize>load<i32>(starts) << 2);
  for (let j = 0; j < columns; j++, starts += 4, dy += TERMS << 2) {
    const d0 = v128.load(dy);
    const d1 = v128.load(dy, 16);
    const d2 = v128.load(dy, 32);
    const d3 = v128.load(dy, 48);
    const end = places + (<usize>load<i32>(starts, 4) << 2);
    for (; at < end; at += 4, sum += 16) {
      const from = x + <usize>load<i32>(at) * (TERMS << 2);
      let s = v128.load(sum);
      s = multiplyAdd(s, d0, v128.load(from));
      s = multiplyAdd(s, d1, v128.load(from, 16));
      s = multiplyAdd(s, d2, v128.load(from, 32));
      s = multiplyAdd(s, d3, v128.load(from, 48));
      v128.store(sum, s);
    }
  }
}

/** Where entry `at`/4 of a column that begins at `column` is in a whole weight, and where its value is. */
// @ts-ignore: decorator
@inline
function placeOf(places: usize, at: usize, column: usize, placeStep: usize): usize {
  return column + <usize>load<i32>(places + at) * placeStep;
}

/** All of a weight, where that is the faster way; it is 0 already. Columns and places are that many bytes apart. */
export function spread(
  values: usize, starts: usize, places: usize, order: usize, weight: usize, columns: i32, columnStep: usize, placeStep: usize,
): void {
  for (let j = 0; j < columns; j++, starts += 4, weight += columnStep) {
    for (let at = <usize>load<i32>(starts) << 2, last = <usize>load<i32>(starts, 4) << 2; at < last; at += 4) {
      const from = order == 0 ? at : <usize>load<i32>(order + at) << 2;
      store<f32>(placeOf(places, at, weight, placeStep), load<f32>(values + from));
    }
  }
}

/** The other way: what is stored of a whole weight. */
export function collect(
  values: usize, starts: usize, places: usize, order: usize, weight: usize, columns: i32, columnStep: usize, placeStep: usize,
): void {
  for (let j = 0; j < columns; j++, starts += 4, weight += columnStep) {
    for (let at = <usize>load<i32>(starts) << 2, last = <usize>load<i32>(starts, 4) << 2; at < last; at += 4) {
      const to = order == 0 ? at : <usize>load<i32>(order + at) << 2;
      store<f32>(values + to, load<f32>(placeOf(places, at, weight, placeStep)));
    }
  }
}

/** out[i,:] = 0, then out[i, places[e]] = values[e], for the rows ids[i], i from `begin` to `end` − 1. */
export function gatherPacked(
  values: usize, starts: usize, places: usize, ids: usize, out: usize, inner: i32, begin: i32, end: i32,
): void {
  const row = <usize>inner << 2;
  memory.fill(out + begin * row, 0, (end - begin) * row);
  for (let i = begin; i < end; i++) {
    const to = out + i * row;
    const column = starts + (<usize>load<i32>(ids + (<usize>i << 2)) << 2);
    const last = <usize>load<i32>(column, 4) << 2;
    let at = <usize>load<i32>(column) << 2;
    for (; at + 16 <= last; at += 16) {
      const four = v128.load(values + at);
      v128.store32_lane(to + (<usize>load<i32>(places + at) << 2), four, 0);
      v128.store32_lane(to + (<usize>load<i32>(places + at, 4) << 2), four, 1);
      v128.store32_lane(to + (<usize>load<i32>(places + at, 8) << 2), four, 2);
      v128.store32_lane(to + (<usize>load<i32>(places + at, 12) << 2), four, 3);
    }
    for (; at < last; at += 4) store<f32>(to + (<usize>load<i32>(places + at) << 2), load<f32>(values + at));
  }
}

/**
 * dvalues[e] += drows[i, places[e]] for the rows ids[i] but for `except`, −1 for none, and those of other workers than
 * `begin` … `end` − 1 of `parts`.
 */
export function scatterPacked(
  drows: usize, starts: usize, places: usize, ids: usize, dvalues: usize, count: i32, inner: i32, except: i32,
  begin: i32, end: i32, parts: i32,
): void {
  for (let i = 0; i < count; i++, ids += 4, drows += <usize>inner << 2) {
    const id = load<i32>(ids);
    const worker = workerOf(id, parts);
    if (worker < begin || worker >= end || id == except) continue;
    const column = starts + (<usize>id << 2);
    const last = <usize>load<i32>(column, 4) << 2;
    for (let at = <usize>load<i32>(column) << 2; at < last; at += 4) {
      store<f32>(dvalues + at, load<f32>(dvalues + at) + load<f32>(drows + (<usize>load<i32>(places + at) << 2)));
    }
  }
}

/** Values whose gradient is written out together: half of a first-level cache. */
const CHUNK = 4096;

/**
 * `adam` of the values `begin` … `end` − 1, whose gradient is what `scatterPacked` gives for ids that ascend: written out chunk by chunk.
 */
export function adamPacked(
  drows: usize, starts: usize, places: usize, ids: usize, count: i32, inner: i32, except: i32,
  m: usize, v: usize, values: usize, begin: i32, end: i32, scratch: usize,
  beta1: f32, beta2: f32, share1: f32, share2: f32, epsilon: f32, lambda: f32, kept: f32, eta: f32, scale: f32,
): void {
  let i = 0;
  for (let chunk = begin; chunk < end; chunk += CHUNK) {
    const stop = min(end, chunk + CHUNK);
    const gradient = scratch - (<usize>chunk << 2);
    const bytes = <usize>((stop - chunk + 3) & ~3) << 2;
    memory.fill(scratch, 0, bytes);
    while (i < count && load<i32>(starts + (<usize>(load<i32>(ids + (<usize>i << 2)) + 1) << 2)) <= chunk) i++;
    for (; i < count; i++) {
      const id = load<i32>(ids + (<usize>i << 2));
      const column = starts + (<usize>id << 2);
      const first = max(load<i32>(column), chunk);
      if (first >= stop) break;
      const after = load<i32>(column, 4);
      if (id != except) {
        const row = drows + (<usize>i * inner << 2);
        for (let e = first; e < min(after, stop); e++) {
          const at = <usize>e << 2;
          store<f32>(gradient + at, load<f32>(row + (<usize>load<i32>(places + at) << 2)));
        }
      }
      if (after > stop) break; // the rest of this row is in the next chunk
    }
    const at = <usize>chunk << 2;
    adam(
      scratch, m + at, v + at, values + at, bytes,
      beta1, beta2, share1, share2, epsilon, lambda, kept, eta, scale,
    );
  }
}
