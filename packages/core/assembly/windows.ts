import { storePart } from "./lanes";
import { isWide, pack, packedBytes, tileOf, wideTileOf } from "./product";
import { wins } from "./reduction";
import { filtersOf, kernelOf, LINE, widthOf } from "./window-widths";

// Each kernel can do a part of its work, for threads: of `parts`, those from `begin` to `end` − 1. No part changes
// another's order of additions. Eight filters of one width at a time: the projections of all rows for them,
// [rows,width,8], stay in the second-level cache while windows gather them. Parts take these eights in turns, so that
// each has wide filters and narrow ones.

export function maxOfWindowsScratch(rows: i32, channels: i32, widest: i32): f64 {
  return <f64>(widest * packedBytes(channels, 8) + (<u64>rows * widest << 5));
}

/** See `Kernels.maxOfWindows`. */
export function maxOfWindows(
  widths: usize, lines: i32, rows: usize, places: usize, ends: usize, y: usize, argmax: usize,
  count: i32, batch: i32, time: i32, channels: i32, columns: i32, begin: i32, end: i32, parts: i32, scratch: usize,
): void {
  const panel = <usize>packedBytes(channels, 8);
  let eight = 0;
  for (let line = widths; line < widths + lines * LINE; line += LINE) {
    const width = widthOf(line);
    const filters = filtersOf(line);
    const projected = scratch + width * panel;
    for (let f = 0; f < filters; f += 8, eight = eight + 1 == parts ? 0 : eight + 1) {
      if (eight < begin || eight >= end) continue;
      const some = min(filters - f, 8);
      const kernel = kernelOf(line) + (<usize>f << 2);
      for (let w = 0; w < width; w++) {
        pack(kernel + (<usize>(w * channels) * filters << 2), <usize>filters << 2, channels, some, scratch + w * panel);
      }
      project(rows, scratch, panel, projected, count, channels, width);
      const at = <usize>f << 2;
      largestOfTexts(projected, places, ends, width, y + at, argmax + at, batch, time, columns, some);
    }
    y += <usize>filters << 2;
    argmax += <usize>filters << 2;
  }
}

/** The largest of the windows of each text, for eight filters. */
export function largestOfTexts(
  projected: usize, places: usize, ends: usize, width: i32, y: usize, argmax: usize, batch: i32, time: i32, columns: i32, filters: i32,
): void {
  for (let b = 0; b < batch; b++, places += <usize>time << 2, ends += 4, y += <usize>columns << 2, argmax += <usize>columns << 2) {
    largest(projected, places, max(1, load<i32>(ends) - width + 1), width, y, argmax, filters);
  }
}

/** projected[r,w,0:8] = rows[r,:]·panel w: six rows against every place in the window, while they are in the first-level cache. */
function project(rows: usize, packed: usize, panels: usize, projected: usize, count: i32, channels: i32, width: i32): void {
  const row = <usize>channels << 2;
  const projectedRow = <usize>width << 5;
  for (let r = 0; r < count; r += 6, rows += 6 * row, projected += 6 * projectedRow) {
    const some = min(count - r, 6);
    let w = 0;
    for (; isWide && w <= width - 2; w += 2) {
      wideTileOf(some, rows, row, packed + w * panels, panels, projected + (<usize>w << 5), projectedRow, channels, false);
    }
    for (; w < width; w++) tileOf(some, rows, row, packed + w * panels, projected + (<usize>w << 5), projectedRow, channels, false);
  }
}

/** The largest of the windows of one text, for eight filters, and the first window that has it. */
function largest(projected: usize, places: usize, windows: i32, width: i32, y: usize, argmax: usize, filters: i32): void {
  if (width == 3) largest3(projected, places, windows, y, argmax, filters);
  else if (width == 4) largest4(projected, places, windows, y, argmax, filters);
  else if (width == 5) largest5(projected, places, windows, y, argmax, filters);
  else largestOfAny(projected, places, windows, width, y, argmax, filters);
}

function largest3(projected: usize, places: usize, windows: i32, y: usize, argmax: usize, filters: i32): void {
  largestOf(3, projected, places, windows, y, argmax, filters);
}

function largest4(projected: usize, places: usize, windows: i32, y: usize, argmax: usize, filters: i32): void {
  largestOf(4, projected, places, windows, y, argmax, filters);
}

function largest5(projected: usize, places: usize, windows: i32, y: usize, argmax: usize, filters: i32): void {
  largestOf(5, projected, places, windows, y, argmax, filters);
}

/**
 * For a width from 3 to 5 that is known when this is compiled: where the words of a window are stays in registers, and
 * moves on with it. A sum that is no number would lose against every other: `total` tells that there is one, or
 * infinities of both signs, and the windows are gone through again.
 */
// @ts-ignore: decorator
@inline
function largestOf(width: i32, projected: usize, places: usize, windows: i32, y: usize, argmax: usize, filters: i32): void {
  const row = <usize>width << 5;
  const first = places;
  let word0 = projected + <usize>load<i32>(places) * row;
  let word1 = projected + <usize>load<i32>(places, 4) * row;
  let word2 = projected + <usize>load<i32>(places, 8) * row;
  let word3: usize = 0;
  let word4: usize = 0;
  if (width > 3) word3 = projected + <usize>load<i32>(places, 12) * row;
  if (width > 4) word4 = projected + <usize>load<i32>(places, 16) * row;
  let best0 = f32x4.splat(-Infinity);
  let best1 = f32x4.splat(-Infinity);
  let winner0 = i32x4.splat(0);
  let winner1 = i32x4.splat(0);
  let total = f32x4.splat(0);
  for (let t = 0; ; ) {
    let sum0 = f32x4.add(f32x4.add(v128.load(word0), v128.load(word1, 32)), v128.load(word2, 64));
    let sum1 = f32x4.add(f32x4.add(v128.load(word0, 16), v128.load(word1, 48)), v128.load(word2, 80));
    if (width > 3) {
      sum0 = f32x4.add(sum0, v128.load(word3, 96));
      sum1 = f32x4.add(sum1, v128.load(word3, 112));
    }
    if (width > 4) {
      sum0 = f32x4.add(sum0, v128.load(word4, 128));
      sum1 = f32x4.add(sum1, v128.load(word4, 144));
    }
    const now = i32x4.splat(t);
    winner0 = i32x4.max_s(winner0, v128.and(now, f32x4.gt(sum0, best0)));
    winner1 = i32x4.max_s(winner1, v128.and(now, f32x4.gt(sum1, best1)));
    best0 = f32x4.pmax(best0, sum0);
    best1 = f32x4.pmax(best1, sum1);
    total = f32x4.add(total, f32x4.add(sum0, sum1));
    if (++t >= windows) break;
    places += 4;
    word0 = word1;
    word1 = word2;
    if (width == 3) word2 = projected + <usize>load<i32>(places, 8) * row;
    if (width > 3) word2 = word3;
    if (width == 4) word3 = projected + <usize>load<i32>(places, 12) * row;
    if (width > 4) {
      word3 = word4;
      word4 = projected + <usize>load<i32>(places, 16) * row;
    }
  }
  if (v128.any_true(f32x4.ne(total, total))) {
    largestOfAny(projected, first, windows, width, y, argmax, filters);
    return;
  }
  put(y, best0, best1, filters);
  put(argmax, winner0, winner1, filters);
}

function largestOfAny(projected: usize, places: usize, windows: i32, width: i32, y: usize, argmax: usize, filters: i32): void {
  const row = <usize>width << 5;
  let best0 = f32x4.splat(0);
  let best1 = f32x4.splat(0);
  let winner0 = i32x4.splat(0);
  let winner1 = i32x4.splat(0);
  for (let t = 0; t < windows; t++, places += 4) {
    let from = projected + <usize>load<i32>(places) * row;
    let sum0 = v128.load(from);
    let sum1 = v128.load(from, 16);
    for (let w: usize = 1; w < <usize>width; w++) {
      from = projected + <usize>load<i32>(places + (w << 2)) * row + (w << 5);
      sum0 = f32x4.add(sum0, v128.load(from));
      sum1 = f32x4.add(sum1, v128.load(from, 16));
    }
    if (t == 0) {
      best0 = sum0;
      best1 = sum1;
      continue;
    }
    const wins0 = wins(sum0, best0);
    const wins1 = wins(sum1, best1);
    best0 = v128.bitselect(sum0, best0, wins0);
    best1 = v128.bitselect(sum1, best1, wins1);
    winner0 = v128.bitselect(i32x4.splat(t), winner0, wins0);
    winner1 = v128.bitselect(i32x4.splat(t), winner1, wins1);
  }
  put(y, best0, best1, filters);
  put(argmax, winner0, winner1, filters);
}

/** The first `count` of eight lanes. */
function put(to: usize, low: v128, high: v128, count: i32): void {
  if (count >= 4) v128.store(to, low);
  else storePart(to, low, count);
  if (count == 8) v128.store(to, high, 16);
  else if (count > 4) storePart(to + 16, high, count - 4);
}
