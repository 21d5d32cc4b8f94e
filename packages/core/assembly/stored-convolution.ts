import { copyRow } from "./copy";
import { multiplyAdd } from "./lanes";

// Convolution with stride 1 by the weights that are stored of a kernel: see `Kernels.storedConvolution`. Images are
// copied between zeros, so that the pixel below a weight lies at the same distance from every result: results are
// computed as one row, those between the lines of the result being of no use. A weight is then one broadcast times a
// row of pixels.

// An entry of a result's plane: the distance of its pixels, in bytes; its value.
const ENTRY: usize = 8;
/** Results that are computed together, in registers. */
const BLOCK = 32;

/** Elements of a padded image, row after row, with what a block reads too much behind it. */
// @ts-ignore: decorator
@inline
function paddedBytes(planes: i32, height: i32, width: i32, paddingY: i32, paddingX: i32): usize {
  return (<usize>planes * (height + 2 * paddingY) * (width + 2 * paddingX) + 2 * BLOCK) << 2;
}

/** Results of a plane as one row, filled up to whole blocks. */
// @ts-ignore: decorator
@inline
function rowOf(rows: i32, columns: i32, line: i32): i32 {
  return ((rows - 1) * line + columns + BLOCK - 1) & ~(BLOCK - 1);
}

/**
 * Scratch memory of `storedConvolution`: where the entries of each result's plane begin, the entries, a padded image,
 * and its results with what lies between their lines.
 */
export function storedConvolutionScratch(
  entries: i32, planes: i32, results: i32, height: i32, width: i32, rows: i32, columns: i32, paddingY: i32, paddingX: i32,
): f64 {
  const image = paddedBytes(planes, height, width, paddingY, paddingX);
  const result = <usize>results * rowOf(rows, columns, width + 2 * paddingX) << 2;
  return <f64>((<usize>(results + 1) << 2) + <usize>entries * ENTRY + image + result + 64);
}

/**
 * See `Kernels.storedConvolution`; with `turned` see `Kernels.storedConvolutionInput`, whose entries are those of the
 * kernel by columns: the taps of each of the results' planes, turned round. Images `begin` … `end` − 1.
 */
export function storedConvolution(
  x: usize, values: usize, indptr: usize, indices: usize, permutation: usize, y: usize, entries: i32, planes: i32,
  results: i32, height: i32, width: i32,
  rows: i32, columns: i32, kernelHeight: i32, kernelWidth: i32, paddingY: i32, paddingX: i32, turned: i32, begin: i32,
  end: i32, scratch: usize,
): void {
  const line = width + 2 * paddingX;
  const plane = <usize>(height + 2 * paddingY) * line << 2;
  const row = rowOf(rows, columns, line);
  const starts = scratch;
  const list = starts + (<usize>(results + 1) << 2);
  const image = (list + <usize>entries * ENTRY + 63) & ~63;
  const bytes = paddedBytes(planes, height, width, paddingY, paddingX);
  const result = image + bytes;
  if (turned) listTurned(values, indptr, indices, permutation, starts, list, results, plane, line, kernelHeight, kernelWidth);
  else listEntries(values, indptr, indices, starts, list, results, plane, line, kernelHeight * kernelWidth, kernelWidth);
  memory.fill(image, 0, bytes);
  const n = (rows - 1) * line + columns;
  const isWhole = columns % BLOCK == 0 || ((columns == 16 || columns == 8) && (rows * columns) % BLOCK == 0);
  for (let b = begin; b < end; b++) {
    pad(x + (<usize>b * planes * height * width << 2), image, planes, height, width, plane, line, paddingY, paddingX);
    if (isWhole) {
      wholeBlocks(starts, image, y + (<usize>b * results * rows * columns << 2), results, rows, columns, <usize>line << 2);
      continue;
    }
    for (let t = 0; t < n; t += BLOCK) {
      const at = image + (<usize>t << 2);
      let to = result + (<usize>t << 2);
      const isShort = n - t <= BLOCK / 2;
      for (let k = 0; k < results; k++, to += <usize>row << 2) {
        const own = starts + (<usize>k << 2);
        if (isShort) shortBlock(load<usize>(own), load<usize>(own, 4), at, to);
        else block(load<usize>(own), load<usize>(own, 4), at, to);
      }
    }
    let to = y + (<usize>b * results * rows * columns << 2);
    for (let k = 0; k < results; k++) {
      let from = result + (<usize>k * row << 2);
      for (let i = 0; i < rows; i++, from += <usize>line << 2, to += <usize>columns << 2) copyRow(from, to, columns);
    }
  }
}

/** Results that are whole blocks of a line, or of two or four lines: nothing lies between them, and they are stored where they belong. */
function wholeBlocks(starts: usize, image: usize, y: usize, results: i32, rows: i32, columns: i32, line: usize): void {
  const n = rows * columns;
  for (let t = 0; t < n; t += BLOCK) {
    const i = t / columns;
    const at = image + <usize>i * line + (<usize>(t - i * columns) << 2);
    let to = y + (<usize>t << 2);
    for (let k = 0; k < results; k++, to += <usize>n << 2) {
      const own = starts + (<usize>k << 2);
      if (columns == 8) block4(load<usize>(own), load<usize>(own, 4), at, line, to);
      else if (columns == 16) block2(load<usize>(own), load<usize>(own, 4), at, line, to);
      else block(load<usize>(own), load<usize>(own, 4), at, to);
    }
  }
}

/** The entries of each filter, in the order of their taps. */
function listEntries(
  values: usize, indptr: usize, indices: usize, starts: usize, list: usize, results: i32, plane: usize, line: i32,
  taps: i32, kernelWidth: i32,
): void {
  let entry = list;
  for (let f = 0; f < results; f++) {
    store<usize>(starts + (<usize>f << 2), entry);
    const last = load<i32>(indptr + (<usize>f << 2), 4);
    for (let e = load<i32>(indptr + (<usize>f << 2)); e < last; e++, entry += ENTRY) {
      const tap = load<i32>(indices + (<usize>e << 2));
      store<i32>(entry, <i32>distanceOf(tap, plane, line, taps, kernelWidth));
      store<f32>(entry, load<f32>(values + (<usize>e << 2)), 4);
    }
  }
  store<usize>(starts + (<usize>results << 2), entry);
}

/** How far the pixel below a tap c,u,v lies from its result, in bytes. */
// @ts-ignore: decorator
@inline
function distanceOf(tap: i32, plane: usize, line: i32, taps: i32, kernelWidth: i32): usize {
  const c = tap / taps;
  const at = tap - c * taps;
  const u = at / kernelWidth;
  return <usize>c * plane + (<usize>(u * line + at - u * kernelWidth) << 2);
}

/** The entries of each channel, in the order of u, v and the filter. */
function listTurned(
  values: usize, indptr: usize, indices: usize, permutation: usize, starts: usize, list: usize, results: i32, plane: usize, line: i32,
  kernelHeight: i32, kernelWidth: i32,
): void {
  let entry = list;
  let column = indptr;
  for (let c = 0; c < results; c++) {
    store<usize>(starts + (<usize>c << 2), entry);
    for (let u = kernelHeight - 1; u >= 0; u--) {
      for (let v = kernelWidth - 1; v >= 0; v--, column += 4) {
        const distance = <usize>(u * line + v) << 2;
        const last = load<i32>(column, 4);
        for (let e = load<i32>(column); e < last; e++, entry += ENTRY) {
          const at = <usize>e << 2;
          const value = permutation == 0 ? at : <usize>load<i32>(permutation + at) << 2;
          store<i32>(entry, <i32>(<usize>load<i32>(indices + at) * plane + distance));
          store<f32>(entry, load<f32>(values + value), 4);
        }
      }
    }
  }
  store<usize>(starts + (<usize>results << 2), entry);
}

/** Planes between zeros, which stay. */
function pad(
  from: usize, to: usize, planes: i32, height: i32, width: i32, plane: usize, line: i32, paddingY: i32, paddingX: i32,
): void {
  for (let c = 0; c < planes; c++, to += plane) {
    let at = to + (<usize>(paddingY * line + paddingX) << 2);
    for (let i = 0; i < height; i++, from += <usize>width << 2, at += <usize>line << 2) copyRow(from, at, width);
  }
}

/** to[0:32] = Σ value · pixels[0:32], added in the order of the entries, from 0 */
function block(entry: usize, last: usize, at: usize, to: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let s4 = f32x4.splat(0);
  let s5 = f32x4.splat(0);
  let s6 = f32x4.splat(0);
  let s7 = f32x4.splat(0);
  for (; entry < last; entry += ENTRY) {
    const from = at + load<usize>(entry);
    const value = v128.load32_splat(entry, 4);
    s0 = multiplyAdd(s0, value, v128.load(from));
    s1 = multiplyAdd(s1, value, v128.load(from, 16));
    s2 = multiplyAdd(s2, value, v128.load(from, 32));
    s3 = multiplyAdd(s3, value, v128.load(from, 48));
    s4 = multiplyAdd(s4, value, v128.load(from, 64));
    s5 = multiplyAdd(s5, value, v128.load(from, 80));
    s6 = multiplyAdd(s6, value, v128.load(from, 96));
    s7 = multiplyAdd(s7, value, v128.load(from, 112));
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
  v128.store(to, s2, 32);
  v128.store(to, s3, 48);
  v128.store(to, s4, 64);
  v128.store(to, s5, 80);
  v128.store(to, s6, 96);
  v128.store(to, s7, 112);
}

/** The same of two lines of 16 results. */
function block2(entry: usize, last: usize, at: usize, line: usize, to: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let s4 = f32x4.splat(0);
  let s5 = f32x4.splat(0);
  let s6 = f32x4.splat(0);
  let s7 = f32x4.splat(0);
  for (; entry < last; entry += ENTRY) {
    const from = at + load<usize>(entry);
    const below = from + line;
    const value = v128.load32_splat(entry, 4);
    s0 = multiplyAdd(s0, value, v128.load(from));
    s1 = multiplyAdd(s1, value, v128.load(from, 16));
    s2 = multiplyAdd(s2, value, v128.load(from, 32));
    s3 = multiplyAdd(s3, value, v128.load(from, 48));
    s4 = multiplyAdd(s4, value, v128.load(below));
    s5 = multiplyAdd(s5, value, v128.load(below, 16));
    s6 = multiplyAdd(s6, value, v128.load(below, 32));
    s7 = multiplyAdd(s7, value, v128.load(below, 48));
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
  v128.store(to, s2, 32);
  v128.store(to, s3, 48);
  v128.store(to, s4, 64);
  v128.store(to, s5, 80);
  v128.store(to, s6, 96);
  v128.store(to, s7, 112);
}

/** The same of four lines of 8 results. */
function block4(entry: usize, last: usize, at: usize, line: usize, to: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let s4 = f32x4.splat(0);
  let s5 = f32x4.splat(0);
  let s6 = f32x4.splat(0);
  let s7 = f32x4.splat(0);
  for (; entry < last; entry += ENTRY) {
    const from = at + load<usize>(entry);
    const second = from + line;
    const third = second + line;
    const fourth = third + line;
    const value = v128.load32_splat(entry, 4);
    s0 = multiplyAdd(s0, value, v128.load(from));
    s1 = multiplyAdd(s1, value, v128.load(from, 16));
    s2 = multiplyAdd(s2, value, v128.load(second));
    s3 = multiplyAdd(s3, value, v128.load(second, 16));
    s4 = multiplyAdd(s4, value, v128.load(third));
    s5 = multiplyAdd(s5, value, v128.load(third, 16));
    s6 = multiplyAdd(s6, value, v128.load(fourth));
    s7 = multiplyAdd(s7, value, v128.load(fourth, 16));
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
  v128.store(to, s2, 32);
  v128.store(to, s3, 48);
  v128.store(to, s4, 64);
  v128.store(to, s5, 80);
  v128.store(to, s6, 96);
  v128.store(to, s7, 112);
}

/** The same of 16 results. */
function shortBlock(entry: usize, last: usize, at: usize, to: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  for (; entry < last; entry += ENTRY) {
    const from = at + load<usize>(entry);
    const value = v128.load32_splat(entry, 4);
    s0 = multiplyAdd(s0, value, v128.load(from));
    s1 = multiplyAdd(s1, value, v128.load(from, 16));
    s2 = multiplyAdd(s2, value, v128.load(from, 32));
    s3 = multiplyAdd(s3, value, v128.load(from, 48));
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
  v128.store(to, s2, 32);
  v128.store(to, s3, 48);
}

/** Elements of a gradient's plane as one row, in whole pairs of vectors. */
// @ts-ignore: decorator
@inline
function gradientRow(rows: i32, columns: i32, line: i32): i32 {
  return ((rows - 1) * line + columns + 7) & ~7;
}

/**
 * Scratch memory of `storedConvolutionKernel`: the distances of entries, eight sums of each, a padded image, and a plane of the gradient.
 */
export function storedConvolutionKernelScratch(
  entries: i32, channels: i32, height: i32, width: i32, rows: i32, columns: i32, paddingY: i32, paddingX: i32,
): f64 {
  const image = paddedBytes(channels, height, width, paddingY, paddingX);
  const plane = <usize>gradientRow(rows, columns, width + 2 * paddingX) << 2;
  return <f64>(<usize>(entries + 4) * 36 + image + plane + 64);
}

/** See `Kernels.storedConvolutionKernel`. Filters `begin` … `end` − 1. */
export function storedConvolutionKernel(
  x: usize, dy: usize, dvalues: usize, indptr: usize, indices: usize, batch: i32, channels: i32, filters: i32,
  height: i32, width: i32, rows: i32, columns: i32,
  kernelHeight: i32, kernelWidth: i32, paddingY: i32, paddingX: i32, begin: i32, end: i32, scratch: usize,
): void {
  const line = width + 2 * paddingX;
  const plane = <usize>(height + 2 * paddingY) * line << 2;
  const first = load<i32>(indptr + (<usize>begin << 2));
  const entries = load<i32>(indptr + (<usize>end << 2)) - first;
  const sums = scratch;
  const distances = sums + (<usize>(entries + 4) << 5);
  const image = (distances + (<usize>(entries + 4) << 2) + 63) & ~63;
  const bytes = paddedBytes(channels, height, width, paddingY, paddingX);
  const gradient = image + bytes;
  const n = gradientRow(rows, columns, line);
  const taps = kernelHeight * kernelWidth;
  memory.fill(sums, 0, <usize>(entries + 4) << 5);
  memory.fill(distances, 0, <usize>(entries + 4) << 2);
  memory.fill(image, 0, bytes + (<usize>n << 2));
  for (let e = 0; e < entries; e++) {
    const tap = load<i32>(indices + (<usize>(first + e) << 2));
    store<i32>(distances + (<usize>e << 2), <i32>distanceOf(tap, plane, line, taps, kernelWidth));
  }
  for (let b = 0; b < batch; b++) {
    pad(x + (<usize>b * channels * height * width << 2), image, channels, height, width, plane, line, paddingY, paddingX);
    for (let f = begin; f < end; f++) {
      const own = indptr + (<usize>f << 2);
      const last = load<i32>(own, 4) - first;
      let e = load<i32>(own) - first;
      if (e == last) continue;
      let from = dy + (<usize>(b * filters + f) * rows * columns << 2);
      let to = gradient;
      for (let i = 0; i < rows; i++, from += <usize>columns << 2, to += <usize>line << 2) copyRow(from, to, columns);
      for (; e <= last - 6; e += 6) sixSums(image, gradient, n, distances + (<usize>e << 2), sums + (<usize>e << 5));
      if (e <= last - 4) {
        fourSums(image, gradient, n, distances + (<usize>e << 2), sums + (<usize>e << 5));
        e += 4;
      }
      for (; e < last; e++) oneSum(image + load<usize>(distances + (<usize>e << 2)), gradient, n, sums + (<usize>e << 5));
    }
  }
  for (let e = 0; e < entries; e++) {
    const at = sums + (<usize>e << 5);
    const half = f32x4.add(v128.load(at), v128.load(at, 16)); // s0 + s4, s1 + s5, s2 + s6, s3 + s7
    const even = f32x4.extract_lane(half, 0) + f32x4.extract_lane(half, 2);
    const odd = f32x4.extract_lane(half, 1) + f32x4.extract_lane(half, 3);
    store<f32>(dvalues + (<usize>(first + e) << 2), even + odd);
  }
}

/** sums[e,t mod 8] += pixels[t + distance of e] · gradient[t], in the order of t, for four entries e. */
function fourSums(image: usize, gradient: usize, n: i32, distances: usize, sums: usize): void {
  let a = image + load<usize>(distances);
  let b = image + load<usize>(distances, 4);
  let c = image + load<usize>(distances, 8);
  let d = image + load<usize>(distances, 12);
  let a0 = v128.load(sums);
  let a1 = v128.load(sums, 16);
  let b0 = v128.load(sums, 32);
  let b1 = v128.load(sums, 48);
  let c0 = v128.load(sums, 64);
  let c1 = v128.load(sums, 80);
  let d0 = v128.load(sums, 96);
  let d1 = v128.load(sums, 112);
  for (const stop = gradient + (<usize>n << 2); gradient < stop; gradient += 32, a += 32, b += 32, c += 32, d += 32) {
    const g0 = v128.load(gradient);
    const g1 = v128.load(gradient, 16);
    a0 = multiplyAdd(a0, g0, v128.load(a));
    a1 = multiplyAdd(a1, g1, v128.load(a, 16));
    b0 = multiplyAdd(b0, g0, v128.load(b));
    b1 = multiplyAdd(b1, g1, v128.load(b, 16));
    c0 = multiplyAdd(c0, g0, v128.load(c));
    c1 = multiplyAdd(c1, g1, v128.load(c, 16));
    d0 = multiplyAdd(d0, g0, v128.load(d));
    d1 = multiplyAdd(d1, g1, v128.load(d, 16));
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, b0, 32);
  v128.store(sums, b1, 48);
  v128.store(sums, c0, 64);
  v128.store(sums, c1, 80);
  v128.store(sums, d0, 96);
  v128.store(sums, d1, 112);
}

/** The same for six. */
function sixSums(image: usize, gradient: usize, n: i32, distances: usize, sums: usize): void {
  const a = image + load<usize>(distances);
  const b = image + load<usize>(distances, 4);
  const c = image + load<usize>(distances, 8);
  const d = image + load<usize>(distances, 12);
  const e = image + load<usize>(distances, 16);
  const f = image + load<usize>(distances, 20);
  let a0 = v128.load(sums);
  let a1 = v128.load(sums, 16);
  let b0 = v128.load(sums, 32);
  let b1 = v128.load(sums, 48);
  let c0 = v128.load(sums, 64);
  let c1 = v128.load(sums, 80);
  let d0 = v128.load(sums, 96);
  let d1 = v128.load(sums, 112);
  let e0 = v128.load(sums, 128);
  let e1 = v128.load(sums, 144);
  let f0 = v128.load(sums, 160);
  let f1 = v128.load(sums, 176);
  const stop = <usize>n << 2;
  for (let t: usize = 0; t < stop; t += 32) {
    const g0 = v128.load(gradient + t);
    const g1 = v128.load(gradient + t, 16);
    a0 = multiplyAdd(a0, g0, v128.load(a + t));
    a1 = multiplyAdd(a1, g1, v128.load(a + t, 16));
    b0 = multiplyAdd(b0, g0, v128.load(b + t));
    b1 = multiplyAdd(b1, g1, v128.load(b + t, 16));
    c0 = multiplyAdd(c0, g0, v128.load(c + t));
    c1 = multiplyAdd(c1, g1, v128.load(c + t, 16));
    d0 = multiplyAdd(d0, g0, v128.load(d + t));
    d1 = multiplyAdd(d1, g1, v128.load(d + t, 16));
    e0 = multiplyAdd(e0, g0, v128.load(e + t));
    e1 = multiplyAdd(e1, g1, v128.load(e + t, 16));
    f0 = multiplyAdd(f0, g0, v128.load(f + t));
    f1 = multiplyAdd(f1, g1, v128.load(f + t, 16));
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, b0, 32);
  v128.store(sums, b1, 48);
  v128.store(sums, c0, 64);
  v128.store(sums, c1, 80);
  v128.store(sums, d0, 96);
  v128.store(sums, d1, 112);
  v128.store(sums, e0, 128);
  v128.store(sums, e1, 144);
  v128.store(sums, f0, 160);
  v128.store(sums, f1, 176);
}

/** The same for one entry. */
function oneSum(pixels: usize, gradient: usize, n: i32, sums: usize): void {
  let s0 = v128.load(sums);
  let s1 = v128.load(sums, 16);
  for (const stop = gradient + (<usize>n << 2); gradient < stop; gradient += 32, pixels += 32) {
    s0 = multiplyAdd(s0, v128.load(gradient), v128.load(pixels));
    s1 = multiplyAdd(s1, v128.load(gradient, 16), v128.load(pixels, 16));
  }
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
}
