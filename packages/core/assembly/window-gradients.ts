import { axpy } from "./convolution";
import { loadPart, multiplyAdd, storePart } from "./lanes";
import { transposeBlock } from "./copy";
import { copyRows } from "./movement";
import { filtersOf, firstOf, gradientOf, kernelOf, LINE, widthOf } from "./window-widths";

// What the windows that won give back, to the rows of their words and to the kernel. Parts are as in `windows.ts`.

/** @param own - Channels of a part. @param most - `width · filters` at most. */
export function maxOfWindowsRowsScratch(rows: i32, own: i32, channels: i32, most: i32): f64 {
  return <f64>((<u64>(own + 1) * most << 2) + sumsBytes(rows, own, channels));
}

/**
 * Room for sums of a part's own channels: whole cache lines a row, none of which is another part's. Who has all
 * channels adds to drows itself.
 */
export function sumsBytes(rows: i32, own: i32, channels: i32): u64 {
  return own == channels ? 0 : <u64>rows * lineOf(own);
}

// @ts-ignore: decorator
@inline
function lineOf(channels: i32): usize {
  return ((<usize>channels << 2) + 63) & ~63;
}

/** Bytes from a row of sums to the next one's. */
export function sumsRow(own: i32, channels: i32): usize {
  return own == channels ? <usize>channels << 2 : lineOf(own);
}

/** Where a part's sums are, all 0. */
export function zeroSums(rows: i32, own: i32, channels: i32, drows: usize, scratch: usize): usize {
  const sums = own == channels ? drows : scratch;
  memory.fill(sums, 0, <usize>rows * sumsRow(own, channels));
  return sums;
}

/** A part's sums go to its channels, from `begin` on, of drows. */
export function putSums(sums: usize, rows: i32, begin: i32, own: i32, channels: i32, drows: usize): void {
  if (sums != drows) copyRows(sums, sumsRow(own, channels), drows + (<usize>begin << 2), <usize>channels << 2, rows, own);
}

/**
 * Writes the numbers of the values that are not 0 to `list`, and returns its end. They are `step` bytes apart. Without
 * a branch, for dropout and ReLU make zeros of half of them, and no processor guesses which.
 */
export function nonZero(values: usize, count: i32, step: usize, list: usize): usize {
  for (let i = 0; i < count; i++, values += step) {
    store<i32>(list, i);
    list += <usize>(load<f32>(values) != 0) << 2;
  }
  return list;
}

/**
 * See `Kernels.maxOfWindowsRows`. This is channels `begin` … `end` − 1. A kernel is turned, [f,w,c], so that what a
 * word gets is contiguous.
 */
export function maxOfWindowsRows(
  widths: usize, lines: i32, dy: usize, argmax: usize, places: usize, drows: usize,
  count: i32, batch: i32, time: i32, channels: i32, columns: i32, begin: i32, end: i32, scratch: usize,
): void {
  const own = end - begin;
  const sums = zeroSums(count, own, channels, drows, scratch);
  const turned = scratch + <usize>sumsBytes(count, own, channels);
  for (let line = widths; line < widths + lines * LINE; line += LINE) {
    const filters = filtersOf(line);
    rowsOfWidth(line, dy, argmax, places, sums, sumsRow(own, channels), batch, time, channels, columns, begin, own, turned);
    dy += <usize>filters << 2;
    argmax += <usize>filters << 2;
  }
  putSums(sums, count, begin, own, channels, drows);
}

function rowsOfWidth(
  line: usize, dy: usize, argmax: usize, places: usize, sums: usize, row: usize,
  batch: i32, time: i32, channels: i32, columns: i32, begin: i32, own: i32, turned: usize,
): void {
  const ownRow = <usize>own << 2;
  const width = widthOf(line);
  const filters = filtersOf(line);
  for (let w = 0; w < width; w++) {
    const from = kernelOf(line) + (<usize>((w * channels + begin) * filters) << 2);
    transposeBlock(from, <usize>filters << 2, turned + w * ownRow, width * ownRow, own, filters);
  }
  const list = turned + <usize>width * ownRow * filters;
  for (let b = 0; b < batch; b++, places += <usize>time << 2, dy += <usize>columns << 2, argmax += <usize>columns << 2) {
    const end = nonZero(dy, filters, 4, list);
    for (let item = list; item < end; item += 4) {
      const f = load<i32>(item);
      const at = <usize>f << 2;
      const words = places + (<usize>load<i32>(argmax + at) << 2);
      const filter = turned + <usize>(f * width) * ownRow;
      for (let w = 0; w < width; w++) {
        axpy(load<f32>(dy + at), filter + w * ownRow, sums + <usize>load<i32>(words + (<usize>w << 2)) * row, own);
      }
    }
  }
}

/** Before the words of a group of windows: how many there are, and their dy. */
const HEADER: usize = 32;

/**
 * Room for a group: at most four windows that won for a filter and have a gradient, in the order of texts; where the
 * row of each word is, `[width,4]`.
 */
export function windowsBytes(width: i32): usize {
  return HEADER + (<usize>width << 4);
}

/**
 * The group that begins at `item` of a list of texts, see `nonZero`, before its `end`; returns where the next one
 * begins. `dy` and `argmax` are the filter's own.
 */
export function nextWindows(
  item: usize, end: usize, dy: usize, argmax: usize, rows: usize, places: usize, time: i32, row: usize, width: i32,
  columns: i32, group: usize,
): usize {
  const last = min(item + 16, end);
  store<i32>(group, <i32>(last - item) >> 2);
  for (let to = group; item < last; item += 4, to += 4) {
    const b = load<i32>(item);
    const at = <usize>(b * columns) << 2;
    store<f32>(to, load<f32>(dy + at), 16);
    const words = places + (<usize>(b * time + load<i32>(argmax + at)) << 2);
    for (let w: usize = 0; w < <usize>width; w++) {
      store<usize>(to + (w << 4), rows + <usize>load<i32>(words + (w << 2)) * row, HEADER);
    }
  }
  return last;
}

// @ts-ignore: decorator
@inline
export function countOf(group: usize): i32 {
  return load<i32>(group);
}

// @ts-ignore: decorator
@inline
export function gradientsOf(group: usize): usize {
  return group + 16;
}

// @ts-ignore: decorator
@inline
export function wordsOf(group: usize): usize {
  return group + HEADER;
}

/** @param most - `width · filters` at most. */
export function maxOfWindowsKernelsScratch(batch: i32, channels: i32, widest: i32, most: i32): f64 {
  return <f64>(windowsBytes(widest) + (<u64>most * channels << 2) + (<u64>batch << 2));
}

/** See `Kernels.maxOfWindowsKernels`. This is a part of the filters of every width. */
export function maxOfWindowsKernels(
  widths: usize, lines: i32, dy: usize, argmax: usize, rows: usize, places: usize,
  batch: i32, time: i32, channels: i32, columns: i32, begin: i32, end: i32, parts: i32, scratch: usize,
): void {
  for (let line = widths; line < widths + lines * LINE; line += LINE) {
    const filters = filtersOf(line);
    if (gradientOf(line) != 0) {
      const first = firstOf(filters, begin, parts);
      const last = firstOf(filters, end, parts);
      kernelOfWidth(line, first, last, dy, argmax, rows, places, batch, time, channels, columns, scratch);
    }
    dy += <usize>filters << 2;
    argmax += <usize>filters << 2;
  }
}

/** Sums are gathered in dkernel[f,w,c], turned at the end; four windows at a time, added one after the other. */
function kernelOfWidth(
  line: usize, begin: i32, end: i32, dy: usize, argmax: usize, rows: usize, places: usize,
  batch: i32, time: i32, channels: i32, columns: i32, scratch: usize,
): void {
  const row = <usize>channels << 2;
  const width = widthOf(line);
  const turned = width * row;
  const group = scratch;
  const list = scratch + windowsBytes(width);
  const sums = list + (<usize>batch << 2);
  memory.fill(sums, 0, <usize>(end - begin) * turned);
  for (let f = begin; f < end; f++) {
    const own = <usize>f << 2;
    const filter = sums + <usize>(f - begin) * turned;
    const texts = nonZero(dy + own, batch, <usize>columns << 2, list);
    for (let item = list; item < texts; ) {
      item = nextWindows(item, texts, dy + own, argmax + own, rows, places, time, row, width, columns, group);
      const d = gradientsOf(group);
      for (let w = 0; w < width; w++) {
        const words = wordsOf(group) + (<usize>w << 4);
        const to = filter + w * row;
        if (countOf(group) == 4) axpy4(d, words, to, channels);
        else for (let i: usize = 0; i < <usize>countOf(group) << 2; i += 4) axpy(load<f32>(d + i), load<usize>(words + i), to, channels);
      }
    }
  }
  transposeBlock(sums, turned, gradientOf(line) + (<usize>begin << 2), <usize>filtersOf(line) << 2, end - begin, width * channels);
}

/** to += d[i]·from[i] for four, one after the other, `n` values each. */
function axpy4(d: usize, from: usize, to: usize, n: i32): void {
  const d0 = v128.load32_splat(d);
  const d1 = v128.load32_splat(d, 4);
  const d2 = v128.load32_splat(d, 8);
  const d3 = v128.load32_splat(d, 12);
  const from0 = load<usize>(from);
  const from1 = load<usize>(from, 4);
  const from2 = load<usize>(from, 8);
  const from3 = load<usize>(from, 12);
  const whole = <usize>(n & ~3) << 2;
  let at: usize = 0;
  for (; at + 32 <= whole; at += 32) {
    let low = multiplyAdd(v128.load(to + at), d0, v128.load(from0 + at));
    let high = multiplyAdd(v128.load(to + at, 16), d0, v128.load(from0 + at, 16));
    low = multiplyAdd(low, d1, v128.load(from1 + at));
    high = multiplyAdd(high, d1, v128.load(from1 + at, 16));
    low = multiplyAdd(low, d2, v128.load(from2 + at));
    high = multiplyAdd(high, d2, v128.load(from2 + at, 16));
    low = multiplyAdd(low, d3, v128.load(from3 + at));
    high = multiplyAdd(high, d3, v128.load(from3 + at, 16));
    v128.store(to + at, low);
    v128.store(to + at, high, 16);
  }
  if (at < whole) {
    let sum = multiplyAdd(v128.load(to + at), d0, v128.load(from0 + at));
    sum = multiplyAdd(sum, d1, v128.load(from1 + at));
    sum = multiplyAdd(sum, d2, v128.load(from2 + at));
    v128.store(to + at, multiplyAdd(sum, d3, v128.load(from3 + at)));
  }
  const rest = n & 3;
  if (rest == 0) return;
  let sum = multiplyAdd(loadPart(to + whole, rest), d0, loadPart(from0 + whole, rest));
  sum = multiplyAdd(sum, d1, loadPart(from1 + whole, rest));
  sum = multiplyAdd(sum, d2, loadPart(from2 + whole, rest));
  storePart(to + whole, multiplyAdd(sum, d3, loadPart(from3 + whole, rest)), rest);
}
