import { multiplyAdd } from "./lanes";
import { copyRow } from "./copy";
import {
  countOf, gradientsOf, nextWindows, nonZero, putSums, sumsBytes, sumsRow, windowsBytes, wordsOf, zeroSums,
} from "./window-gradients";
import { filtersOf, firstOf, gradientOf, kernelOf, LINE, orderOf, startsOf, storedOf, valuesOf, widthOf } from "./window-widths";
import { largestOfTexts } from "./windows";

// The windows of `windows.ts`, with rows or a kernel of which only a part is stored.

// A stored number of a row: its channel, times 32; its value.
const NUMBER = 8;
// A row: where its numbers end; which of the rows it is.
const ROW = 8;

/** @param entries - That the rows store, repeated ones counted again. @param filters - Of any width. */
export function maxOfPackedWindowsScratch(rows: i32, entries: i32, channels: i32, widest: i32, filters: i32, batch: i32): f64 {
  return <f64>(numbersAt(rows, channels, widest, filters, batch) + <u64>entries * NUMBER + (<u64>(channels + 2) << 2));
}

/**
 * Before the numbers lie a panel, the projections of all rows, their order, which filters are live, and of eight of
 * them the largest windows of every text.
 */
function numbersAt(rows: i32, channels: i32, widest: i32, filters: i32, batch: i32): u64 {
  return (<u64>(channels + rows) * widest << 5) + <u64>rows * ROW + (<u64>(filters + 8) << 2) + (<u64>batch << 6);
}

/**
 * See `Kernels.maxOfWindows`: eight filters at a time, every stored number of a row times all that the kernel has for
 * it. A kernel that stores little, or nothing for some filters, is given by what it stores: those filters are not
 * computed.
 */
export function maxOfPackedWindows(
  widths: usize, lines: i32, widest: i32, most: i32, values: usize, starts: usize, stored: usize, ids: usize,
  places: usize, ends: usize, y: usize, argmax: usize,
  count: i32, batch: i32, time: i32, channels: i32, columns: i32, begin: i32, end: i32, parts: i32, scratch: usize,
): void {
  const panel = scratch;
  const projected = panel + (<usize>channels * widest << 5);
  const order = projected + (<usize>count * widest << 5);
  const live = order + <usize>count * ROW;
  const largest = live + (<usize>(most + 8) << 2);
  const numbers = scratch + <usize>numbersAt(count, channels, widest, most, batch);
  gather(values, starts, stored, ids, count, channels, order, numbers);
  let eight = 0;
  for (let line = widths; line < widths + lines * LINE; line += LINE) {
    const width = widthOf(line);
    const filters = filtersOf(line);
    const alive = liveFilters(line, live);
    if (alive < filters && begin == 0) clearOthers(live, alive, filters, y, argmax, batch, columns);
    for (let k = 0; k < alive; k += 8, eight = eight + 1 == parts ? 0 : eight + 1) {
      if (eight < begin || eight >= end) continue;
      const some = min(alive - k, 8);
      const own = live + (<usize>k << 2);
      const kernel = kernelOf(line);
      if (kernel != 0) packByChannel(kernel + (<usize>k << 2), channels, width, filters, some, panel);
      else packStored(line, own, some, channels, panel);
      project(order, numbers, panel, projected, count, width);
      const at = <usize>load<i32>(own) << 2;
      const last = <usize>load<i32>(own + (<usize>(some - 1) << 2)) << 2;
      if (last - at == <usize>(some - 1) << 2) {
        largestOfTexts(projected, places, ends, width, y + at, argmax + at, batch, time, columns, some);
      } else {
        const won = largest + (<usize>batch << 5);
        largestOfTexts(projected, places, ends, width, largest, won, batch, time, 8, some);
        putLanes(largest, own, some, y, batch, columns);
        putLanes(won, own, some, argmax, batch, columns);
      }
    }
    y += <usize>filters << 2;
    argmax += <usize>filters << 2;
  }
}

/** Which filters store something, and how many; all of them if the kernel is given as a whole. */
function liveFilters(line: usize, live: usize): i32 {
  const filters = filtersOf(line);
  let alive = 0;
  for (let f = 0; f < filters; f++) {
    const own = startsOf(line) + (<usize>f << 2);
    store<i32>(live + (<usize>alive << 2), f);
    if (kernelOf(line) != 0 || load<i32>(own) < load<i32>(own, 4)) alive++;
  }
  return alive;
}

/** y and argmax of filters that are not live are 0. */
function clearOthers(live: usize, alive: i32, filters: i32, y: usize, argmax: usize, batch: i32, columns: i32): void {
  for (let f = 0, k = 0; f < filters; f++) {
    if (k < alive && load<i32>(live + (<usize>k << 2)) == f) {
      k++;
      continue;
    }
    for (let b = 0; b < batch; b++) {
      const at = <usize>(b * columns + f) << 2;
      store<f32>(y + at, 0);
      store<i32>(argmax + at, 0);
    }
  }
}

/** to[b,live[k]] = from[b,k], 32 bits each, for eight at most. */
function putLanes(from: usize, live: usize, some: i32, to: usize, batch: i32, columns: i32): void {
  for (let b = 0; b < batch; b++, from += 32, to += <usize>columns << 2) {
    for (let at: usize = 0; at < <usize>some << 2; at += 4) store<i32>(to + (<usize>load<i32>(live + at) << 2), load<i32>(from + at));
  }
}

/** to[c,w,0:8] = kernel[w,c,0:some], filled up with zeros. */
function packByChannel(kernel: usize, channels: i32, width: i32, filters: i32, some: i32, to: usize): void {
  if (some < 8) memory.fill(to, 0, <usize>channels * width << 5);
  for (let c = 0; c < channels; c++) {
    for (let w = 0; w < width; w++, to += 32) {
      const from = kernel + (<usize>(w * channels + c) * filters << 2);
      if (some == 8) {
        const low = v128.load(from);
        const high = v128.load(from, 16);
        v128.store(to, low);
        v128.store(to, high, 16);
      } else copyRow(from, to, some);
    }
  }
}

/** The same of what is stored of the filters that are listed. */
function packStored(line: usize, live: usize, some: i32, channels: i32, to: usize): void {
  const width = <usize>widthOf(line);
  const values = valuesOf(line);
  const stored = storedOf(line);
  const order = orderOf(line);
  memory.fill(to, 0, <usize>channels * width << 5);
  for (let after = live + (<usize>some << 2); live < after; live += 4, to += 4) {
    const own = startsOf(line) + (<usize>load<i32>(live) << 2);
    let w = to; // where the word of the window begins
    let begins = 0; // place of its first channel; places ascend
    for (let at = <usize>load<i32>(own) << 2, last = <usize>load<i32>(own, 4) << 2; at < last; at += 4) {
      const place = load<i32>(stored + at);
      for (; place - begins >= channels; begins += channels) w += 32;
      const value = load<f32>(values + (order == 0 ? at : <usize>load<i32>(order + at) << 2));
      store<f32>(w + (<usize>(place - begins) * width << 5), value);
    }
  }
}

/**
 * What the rows store, one after the other, where it is read again for every eight filters; those that store as much
 * follow each other, for the end of a loop whose length changes from row to row is guessed wrong, and costs as much as
 * two numbers. How many rows store how much is counted behind the numbers.
 */
function gather(values: usize, starts: usize, stored: usize, ids: usize, count: i32, channels: i32, order: usize, numbers: usize): void {
  let entries = 0;
  for (let r = 0; r < count; r++) entries += lengthOf(starts, ids, r);
  const next = numbers + <usize>entries * NUMBER;
  memory.fill(next, 0, <usize>(channels + 2) << 2);
  for (let r = 0; r < count; r++) {
    const at = next + (<usize>lengthOf(starts, ids, r) << 2);
    store<i32>(at, load<i32>(at, 4) + 1, 4);
  }
  for (let n = 0; n <= channels; n++) {
    const at = next + (<usize>n << 2);
    store<i32>(at, load<i32>(at) + load<i32>(at, 4), 4);
  }
  for (let r = 0; r < count; r++) {
    const at = next + (<usize>lengthOf(starts, ids, r) << 2);
    const place = load<i32>(at);
    store<i32>(at, place + 1);
    store<i32>(order + <usize>place * ROW, r, 4);
  }
  for (let i = 0; i < count; i++, order += ROW) {
    const column = starts + (<usize>load<i32>(ids + (<usize>load<i32>(order, 4) << 2)) << 2);
    const last = <usize>load<i32>(column, 4) << 2;
    for (let at = <usize>load<i32>(column) << 2; at < last; at += 4, numbers += NUMBER) {
      store<i32>(numbers, load<i32>(stored + at) << 5);
      store<f32>(numbers, load<f32>(values + at), 4);
    }
    store<usize>(order, numbers);
  }
}

/** How much row `r` stores. */
// @ts-ignore: decorator
@inline
function lengthOf(starts: usize, ids: usize, r: i32): i32 {
  const column = starts + (<usize>load<i32>(ids + (<usize>r << 2)) << 2);
  return load<i32>(column, 4) - load<i32>(column);
}

/** projected[r,w,0:8] = Σ row r at c · panel[c,w,0:8], over what the row stores, at most six places of the window at a time. */
function project(order: usize, numbers: usize, panel: usize, projected: usize, count: i32, width: i32): void {
  const row = <usize>width << 5;
  for (let i = 0, at = numbers; i < count; i++, order += ROW) {
    const end = load<usize>(order);
    const to = projected + <usize>load<i32>(order, 4) * row;
    if (width == 3) row3(at, end, panel, to, 3);
    else if (width == 4) row4(at, end, panel, to, 4);
    else if (width == 5) row5(at, end, panel, to, 5);
    else {
      for (let w = 0; w < width; w += 6) {
        const some = min(width - w, 6);
        const from = panel + (<usize>w << 5);
        const into = to + (<usize>w << 5);
        if (some == 3) row3(at, end, from, into, width);
        else if (some == 4) row4(at, end, from, into, width);
        else if (some == 5) row5(at, end, from, into, width);
        else if (some == 6) row6(at, end, from, into, width);
        else if (some == 2) row2(at, end, from, into, width);
        else row1(at, end, from, into, width);
      }
    }
    at = end;
  }
}

function row1(at: usize, end: usize, panel: usize, to: usize, width: usize): void {
  rowOf(1, at, end, panel, to, width);
}

function row2(at: usize, end: usize, panel: usize, to: usize, width: usize): void {
  rowOf(2, at, end, panel, to, width);
}

function row3(at: usize, end: usize, panel: usize, to: usize, width: usize): void {
  rowOf(3, at, end, panel, to, width);
}

// These are exported, and so compiled by themselves: V8 unrolls a loop the more the deeper it lies, and these,
// unrolled, would not find registers enough, which costs more than a call.

export function row4(at: usize, end: usize, panel: usize, to: usize, width: usize): void {
  rowOf(4, at, end, panel, to, width);
}

export function row5(at: usize, end: usize, panel: usize, to: usize, width: usize): void {
  rowOf(5, at, end, panel, to, width);
}

export function row6(at: usize, end: usize, panel: usize, to: usize, width: usize): void {
  rowOf(6, at, end, panel, to, width);
}

// @ts-ignore: decorator
@inline
function rowOf(taps: i32, at: usize, end: usize, panel: usize, to: usize, width: usize): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  let s40 = f32x4.splat(0);
  let s41 = f32x4.splat(0);
  let s50 = f32x4.splat(0);
  let s51 = f32x4.splat(0);
  for (; at < end; at += NUMBER) {
    const from = panel + load<usize>(at) * width;
    const value = v128.load32_splat(at, 4);
    s00 = multiplyAdd(s00, value, v128.load(from));
    s01 = multiplyAdd(s01, value, v128.load(from, 16));
    if (taps > 1) {
      s10 = multiplyAdd(s10, value, v128.load(from, 32));
      s11 = multiplyAdd(s11, value, v128.load(from, 48));
    }
    if (taps > 2) {
      s20 = multiplyAdd(s20, value, v128.load(from, 64));
      s21 = multiplyAdd(s21, value, v128.load(from, 80));
    }
    if (taps > 3) {
      s30 = multiplyAdd(s30, value, v128.load(from, 96));
      s31 = multiplyAdd(s31, value, v128.load(from, 112));
    }
    if (taps > 4) {
      s40 = multiplyAdd(s40, value, v128.load(from, 128));
      s41 = multiplyAdd(s41, value, v128.load(from, 144));
    }
    if (taps > 5) {
      s50 = multiplyAdd(s50, value, v128.load(from, 160));
      s51 = multiplyAdd(s51, value, v128.load(from, 176));
    }
  }
  v128.store(to, s00);
  v128.store(to, s01, 16);
  if (taps > 1) {
    v128.store(to, s10, 32);
    v128.store(to, s11, 48);
  }
  if (taps > 2) {
    v128.store(to, s20, 64);
    v128.store(to, s21, 80);
  }
  if (taps > 3) {
    v128.store(to, s30, 96);
    v128.store(to, s31, 112);
  }
  if (taps > 4) {
    v128.store(to, s40, 128);
    v128.store(to, s41, 144);
  }
  if (taps > 5) {
    v128.store(to, s50, 160);
    v128.store(to, s51, 176);
  }
}

// An entry of a filter: which word of the window, times 4; which channel, times 4; its value.
const ENTRY = 12;

/** @param filters - Of any width. @param items - Of a list: filters, or texts. */
function sparseScratch(entries: i32, widest: i32, filters: i32, items: i32): u64 {
  return <u64>entries * ENTRY + (<u64>(filters + 1 + items) << 2) + windowsBytes(widest) + 64;
}

export function maxOfWindowsRowsSparseScratch(rows: i32, own: i32, channels: i32, entries: i32, widest: i32, filters: i32): f64 {
  return <f64>(sumsBytes(rows, own, channels) + sparseScratch(entries, widest, filters, filters));
}

export function maxOfWindowsKernelsSparseScratch(entries: i32, widest: i32, filters: i32, batch: i32): f64 {
  return <f64>sparseScratch(entries, widest, filters, batch);
}

/** See `Kernels.maxOfWindowsRows`. This is channels `begin` … `end` − 1: every row, but only so much of it. */
export function maxOfWindowsRowsSparse(
  widths: usize, lines: i32, dy: usize, argmax: usize, places: usize, drows: usize,
  count: i32, batch: i32, time: i32, channels: i32, columns: i32, begin: i32, end: i32, scratch: usize,
): void {
  const own = end - begin;
  const sums = zeroSums(count, own, channels, drows, scratch);
  for (let line = widths; line < widths + lines * LINE; line += LINE) {
    const filters = filtersOf(line);
    rowsOfWidth(
      line, dy, argmax, places, sums, sumsRow(own, channels), batch, time, channels, columns, begin, end,
      scratch + <usize>sumsBytes(count, own, channels),
    );
    dy += <usize>filters << 2;
    argmax += <usize>filters << 2;
  }
  putSums(sums, count, begin, own, channels, drows);
}

function rowsOfWidth(
  line: usize, dy: usize, argmax: usize, places: usize, sums: usize, row: usize,
  batch: i32, time: i32, channels: i32, columns: i32, begin: i32, end: i32, scratch: usize,
): void {
  const width = widthOf(line);
  const filters = filtersOf(line);
  const starts = startsOf(line);
  const order = orderOf(line);
  const words = scratch;
  const own = words + (<usize>width << 2);
  const entries = own + (<usize>(filters + 1) << 2);
  let entry = entries;
  for (let f = 0; f < filters; f++) {
    store<usize>(own + (<usize>f << 2), entry);
    const last = load<i32>(starts + (<usize>f << 2), 4);
    let w = 0;
    let begins = 0; // place of the word's first channel; places ascend
    for (let e = load<i32>(starts + (<usize>f << 2)); e < last; e++) {
      const at = <usize>e << 2;
      const place = load<i32>(storedOf(line) + at);
      for (; place - begins >= channels; begins += channels) w++;
      const c = place - begins;
      if (c < begin || c >= end) continue;
      store<i32>(entry, w << 2);
      store<i32>(entry, (c - begin) << 2, 4);
      store<f32>(entry, load<f32>(valuesOf(line) + (order == 0 ? at : <usize>load<i32>(order + at) << 2)), 8);
      entry += ENTRY;
    }
  }
  store<usize>(own + (<usize>filters << 2), entry);

  const list = entry;
  for (let b = 0; b < batch; b++, places += <usize>time << 2, dy += <usize>columns << 2, argmax += <usize>columns << 2) {
    const stop = nonZero(dy, filters, 4, list);
    for (let item = list; item < stop; item += 4) {
      const at = <usize>load<i32>(item) << 2;
      const first = load<usize>(own + at);
      const last = load<usize>(own + at, 4);
      if (first == last) continue;
      rowsOfWords(places + (<usize>load<i32>(argmax + at) << 2), width, sums, row, words);
      const scale = v128.load32_splat(dy + at);
      for (let entry = first; entry < last; entry += ENTRY) {
        const to = load<usize>(words + load<usize>(entry)) + load<usize>(entry, 4);
        const sum = multiplyAdd(v128.load32_zero(to), scale, v128.load32_zero(entry, 8));
        v128.store32_lane(to, sum, 0);
      }
    }
  }
}

/**
 * See `Kernels.maxOfWindowsKernels`. This is a part of the filters of every width; four windows with a gradient at a
 * time, whose terms are added to an entry one after the other.
 */
export function maxOfWindowsKernelsSparse(
  widths: usize, lines: i32, dy: usize, argmax: usize, rows: usize, places: usize,
  batch: i32, time: i32, channels: i32, columns: i32, begin: i32, end: i32, parts: i32, scratch: usize,
): void {
  for (let line = widths; line < widths + lines * LINE; line += LINE) {
    const filters = filtersOf(line);
    const last = firstOf(filters, end, parts);
    if (gradientOf(line) != 0) {
      for (let f = firstOf(filters, begin, parts); f < last; f++) {
        const own = <usize>f << 2;
        kernelOfFilter(line, f, dy + own, argmax + own, rows, places, batch, time, channels, columns, scratch);
      }
    }
    dy += <usize>filters << 2;
    argmax += <usize>filters << 2;
  }
}

function kernelOfFilter(
  line: usize, f: i32, dy: usize, argmax: usize, rows: usize, places: usize, batch: i32, time: i32, channels: i32,
  columns: i32, scratch: usize,
): void {
  const row = <usize>channels << 2;
  const width = widthOf(line);
  const group = scratch;
  const list = group + windowsBytes(width);
  const entries = list + (<usize>batch << 2);
  const first = load<i32>(startsOf(line) + (<usize>f << 2));
  const last = load<i32>(startsOf(line) + (<usize>f << 2), 4);
  const stop = entries + <usize>(last - first) * ENTRY;
  let entry = entries;
  let w = 0;
  let begins = 0; // place of the word's first channel; places ascend
  for (let e = first; e < last; e++, entry += ENTRY) {
    const place = load<i32>(storedOf(line) + (<usize>e << 2));
    for (; place - begins >= channels; begins += channels) w++;
    store<i32>(entry, w << 4);
    store<i32>(entry, (place - begins) << 2, 4);
    store<f32>(entry, 0, 8);
  }
  const texts = nonZero(dy, batch, <usize>columns << 2, list);
  for (let item = list; item < texts; ) {
    item = nextWindows(item, texts, dy, argmax, rows, places, time, row, width, columns, group);
    const d = gradientsOf(group);
    const words = wordsOf(group);
    if (countOf(group) == 4) gather4(d, words, entries, stop);
    else for (let i: usize = 0; i < <usize>countOf(group) << 2; i += 4) gather1(d + i, words + i, entries, stop);
  }
  entry = entries;
  for (let e = first; e < last; e++, entry += ENTRY) {
    const at = <usize>e << 2;
    const order = orderOf(line);
    store<f32>(gradientOf(line) + (order == 0 ? at : <usize>load<i32>(order + at) << 2), load<f32>(entry, 8));
  }
}

/** Each entry of a filter += d · what the row of its word has in its channel, for four windows. */
function gather4(d: usize, words: usize, entries: usize, stop: usize): void {
  const d0 = v128.load32_zero(d);
  const d1 = v128.load32_zero(d, 4);
  const d2 = v128.load32_zero(d, 8);
  const d3 = v128.load32_zero(d, 12);
  for (let entry = entries; entry < stop; entry += ENTRY) {
    const word = words + load<usize>(entry);
    const channel = load<usize>(entry, 4);
    let sum = multiplyAdd(v128.load32_zero(entry, 8), d0, v128.load32_zero(load<usize>(word) + channel));
    sum = multiplyAdd(sum, d1, v128.load32_zero(load<usize>(word, 4) + channel));
    sum = multiplyAdd(sum, d2, v128.load32_zero(load<usize>(word, 8) + channel));
    sum = multiplyAdd(sum, d3, v128.load32_zero(load<usize>(word, 12) + channel));
    v128.store32_lane(entry, sum, 0, 8);
  }
}

function gather1(d: usize, words: usize, entries: usize, stop: usize): void {
  const scale = v128.load32_zero(d);
  for (let entry = entries; entry < stop; entry += ENTRY) {
    const from = load<usize>(words + load<usize>(entry)) + load<usize>(entry, 4);
    v128.store32_lane(entry, multiplyAdd(v128.load32_zero(entry, 8), scale, v128.load32_zero(from)), 0, 8);
  }
}

/** Where the row of each word of a window is. */
// @ts-ignore: decorator
@inline
function rowsOfWords(places: usize, width: i32, rows: usize, row: usize, to: usize): void {
  for (let w: usize = 0; w < <usize>width << 2; w += 4) store<usize>(to + w, rows + <usize>load<i32>(places + w) * row);
}
