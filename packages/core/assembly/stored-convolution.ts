import { copyRow } from "./copy";
import { multiplyAdd } from "./lanes";

// Convolution with stride 1 by the weights that are stored of a kernel: see `Kernels.storedConvolution`. Images are copied between zeros, so that the pixel below a weight lies at the
// same distance from every result: results are computed as one row, those between the lines of the result being of no use. A weight is then one broadcast times a row of pixels.

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

/** Scratch memory of `storedConvolution`: where the entries of each result's plane begin, the entries, a padded image, and its results with what lies between their lines. */
export function storedConvolutionScratch(
  entries: i32, planes: i32, results: i32, height: i32, width: i32, rows: i32, columns: i32, paddingY: i32, paddingX: i32,
): f64 {
  const image = paddedBytes(planes, height, width, paddingY, paddingX);
  const result = <usize>results * rowOf(rows, columns, width + 2 * paddingX) << 2;
  return <f64>((<usize>(results + 1) << 2) + <usize>entries * ENTRY + image + result + 64);
}

/**
 * See `Kernels.storedConvolution`; with `turned` see `Kernels.storedConvolutionInput`, whose entries are those of the kernel by columns: the taps of each of the results' planes, turned
 * round. Images `begin` … `end` − 1.
 */
export function storedConvolution(
  x: usize, values: usize, indptr: usize, indices: usize, permutation: usize, y: usize, entries: i32, planes: i32, results: i32, height: i32, width: i32,
  rows: i32, columns: i32, kernelHeight: i32, kernelWidth: i32, paddingY: i32, paddingX: i32, turned: i32, begin: i32, end: i32, scratch: usize,
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
  for (let b = begin; b < end; b++) {
    pad(x + (<usize>b * planes * height * width << 2), image, planes, height, width, plane, line, paddingY, paddingX);
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

/** The entries of each filter, in the order of their taps. */
function listEntries(
  values: usize, indptr: usize, indices: usize, starts: usize, list: usize, results: i32, plane: usize, line: i32, taps: i32, kernelWidth: i32,
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

/** Scratch memory of `storedConvolutionKernel`: the distances of entries, eight sums of each, a padded image, and a plane of the gradient. */
export function storedConvolutionKernelScratch(
  entries: i32, channels: i32, height: i32, width: i32, rows: i32, columns: i32, paddingY: i32, paddingX: i32,
): f64 {
  const image = paddedBytes(channels, height, width, paddingY, paddingX);
  const plane = <usize>gradientRow(rows, columns, width + 2 * paddingX) << 2;
  return <f64>(<usize>(entries + 4) * 36 + image + plane + 64);
}

/** See `Kernels.storedConvolutionKernel`. Filters `begin` … `end` − 1. */
export function storedConvolutionKernel(
  x: usize, dy: usize, dvalues: usize, indptr: usize, indices: usize, batch: i32, channels: i32, filters: i32, height: i32, width: i32, rows: i32, columns: i32,
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
      for (; e <= last - 4; e += 4) fourSums(image, gradient, n, distances + (<usize>e << 2), sums + (<usize>e << 5));
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
