import { axpy } from "./convolution";
import { loadPart, multiplyAdd, storePart } from "./lanes";
import { transposeBlock } from "./movement";
import { filtersOf, firstOf, gradientOf, kernelOf, LINE, widthOf } from "./window-widths";

// What the windows that won give back, to the rows of their words and to the kernel. Parts are as in `windows.ts`.

/** @param most - `width · filters` at most. */
export function maxOfWindowsRowsScratch(rows: i32, channels: i32, most: i32): usize {
  return lineOf(rows) + (<usize>channels * most << 2);
}

/**
 * See `Kernels.maxOfWindowsRows`, but that drows is 0 already. A kernel is turned, [f,w,c], so that what a word gets is contiguous. Rows are dealt to `parts` in turns of
 * sixteen, so that each has frequent and rare words and seldom a cache line of another's; this is parts `begin` … `end` − 1.
 */
export function maxOfWindowsRows(
  widths: usize, lines: i32, dy: usize, winners: usize, places: usize, drows: usize,
  count: i32, batch: i32, time: i32, channels: i32, columns: i32, begin: i32, end: i32, parts: i32, scratch: usize,
): void {
  const mine = scratch;
  for (let r = 0; r < count; r++) {
    const part = (r >> 4) % parts;
    store<u8>(mine + r, part >= begin && part < end);
  }
  for (let line = widths; line < widths + lines * LINE; line += LINE) {
    const filters = filtersOf(line);
    rowsOfWidth(line, dy, winners, places, drows, batch, time, channels, columns, mine, scratch + lineOf(count));
    dy += <usize>filters << 2;
    winners += <usize>filters << 2;
  }
}

/** Bytes for a flag a row, whole cache lines. */
// @ts-ignore: decorator
@inline
function lineOf(rows: i32): usize {
  return (<usize>rows + 63) & ~63;
}

function rowsOfWidth(
  line: usize, dy: usize, winners: usize, places: usize, drows: usize, batch: i32, time: i32, channels: i32, columns: i32, mine: usize, turned: usize,
): void {
  const row = <usize>channels << 2;
  const width = widthOf(line);
  const filters = filtersOf(line);
  transposeBlock(kernelOf(line), <usize>filters << 2, turned, width * row, width * channels, filters);
  const rest = <usize>(columns - filters) << 2;
  for (let b = 0; b < batch; b++, places += <usize>time << 2, dy += rest, winners += rest) {
    for (let f = 0; f < filters; f++, dy += 4, winners += 4) {
      const d = load<f32>(dy);
      if (d == 0) continue;
      const words = places + (<usize>load<i32>(winners) << 2);
      const filter = turned + <usize>f * width * row;
      for (let w = 0; w < width; w++) {
        const r = <usize>load<i32>(words + (<usize>w << 2));
        if (load<u8>(mine + r)) axpy(d, filter + w * row, drows + r * row, channels);
      }
    }
  }
}

/** Before the words of a group of windows: the text to go on with, how many windows there are, and their dy. */
const HEADER: usize = 32;

/** Room for a group: at most four windows that won for a filter and have a gradient, in the order of texts; where the row of each word is, `[width,4]`. */
export function windowsBytes(width: i32): usize {
  return HEADER + (<usize>width << 4);
}

/** The next group from text `b` on. `dy` and `winners` are the filter's own, `columns` apart from text to text. */
export function nextWindows(
  b: i32, dy: usize, winners: usize, rows: usize, places: usize, batch: i32, time: i32, row: usize, width: i32, columns: i32, group: usize,
): void {
  let found: usize = 0;
  for (; b < batch && found < 4; b++) {
    const at = <usize>(b * columns) << 2;
    const d = load<f32>(dy + at);
    if (d == 0) continue;
    const words = places + (<usize>(b * time + load<i32>(winners + at)) << 2);
    const to = group + (found << 2);
    store<f32>(to, d, 16);
    for (let w: usize = 0; w < <usize>width; w++) {
      store<usize>(to + (w << 4), rows + <usize>load<i32>(words + (w << 2)) * row, HEADER);
    }
    found++;
  }
  store<i32>(group, b);
  store<i32>(group, <i32>found, 4);
}

// @ts-ignore: decorator
@inline
export function nextText(group: usize): i32 {
  return load<i32>(group);
}

// @ts-ignore: decorator
@inline
export function countOf(group: usize): i32 {
  return load<i32>(group, 4);
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
export function maxOfWindowsKernelsScratch(channels: i32, widest: i32, most: i32): usize {
  return windowsBytes(widest) + (<usize>most * channels << 2);
}

/** See `Kernels.maxOfWindowsKernels`. This is a part of the filters of every width. */
export function maxOfWindowsKernels(
  widths: usize, lines: i32, dy: usize, winners: usize, rows: usize, places: usize,
  batch: i32, time: i32, channels: i32, columns: i32, begin: i32, end: i32, parts: i32, scratch: usize,
): void {
  for (let line = widths; line < widths + lines * LINE; line += LINE) {
    const filters = filtersOf(line);
    if (gradientOf(line) != 0) {
      const first = firstOf(filters, begin, parts);
      const last = firstOf(filters, end, parts);
      kernelOfWidth(line, first, last, dy, winners, rows, places, batch, time, channels, columns, scratch);
    }
    dy += <usize>filters << 2;
    winners += <usize>filters << 2;
  }
}

/** Sums are gathered in dkernel[f,w,c], turned at the end; four windows at a time, added one after the other. */
function kernelOfWidth(
  line: usize, begin: i32, end: i32, dy: usize, winners: usize, rows: usize, places: usize,
  batch: i32, time: i32, channels: i32, columns: i32, scratch: usize,
): void {
  const row = <usize>channels << 2;
  const width = widthOf(line);
  const turned = width * row;
  const group = scratch;
  const sums = scratch + windowsBytes(width);
  memory.fill(sums, 0, <usize>(end - begin) * turned);
  for (let f = begin; f < end; f++) {
    const own = <usize>f << 2;
    const filter = sums + <usize>(f - begin) * turned;
    for (let b = 0; b < batch; b = nextText(group)) {
      nextWindows(b, dy + own, winners + own, rows, places, batch, time, row, width, columns, group);
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
  for (let at: usize = 0; at < whole; at += 16) {
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
