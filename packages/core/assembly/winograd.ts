import { copyRow } from "./copy";
import { loadLanes, storeLanes } from "./lanes";
import { EDGE, packedBytes, packTransposed, product } from "./product";

// Convolution with kernels of 3×3 and stride 1 by Winograd's F(2×2, 3×3): see `Kernels.winograd`. Images are cut into
// tiles of 4×4 pixels, two apart. In each of the 16 places of a tile the sum over channels is a matrix product,
// u[filters,channels] · v[channels,tiles]. Lanes of SIMD are four tiles side by side. A block of tiles is transformed,
// multiplied and transformed back while it is in the second-level cache.

const PLACES: usize = 16;
/** Bytes of a block's tiles, of all channels and filters. */
const BLOCK: i32 = 1 << 19;

/** Tiles of a row, filled up to whole vectors. */
// @ts-ignore: decorator
@inline
function acrossOf(columns: i32): i32 {
  return (((columns + 1) >> 1) + 3) & ~3;
}

/** Tile rows of an image in a block: all of them, or an even part. */
function partOf(down: i32, across: i32, channels: i32, filters: i32): i32 {
  const most = max(1, max(32, BLOCK / (64 * (channels + filters))) / across);
  const parts = (down + most - 1) / most;
  return (down + parts - 1) / parts;
}

/** Images in a block. */
function imagesOf(down: i32, across: i32, channels: i32, filters: i32, batch: i32): i32 {
  const most = max(32, BLOCK / (64 * (channels + filters))) / across;
  return max(1, min(batch, most / down));
}

/** Places for so many tiles in a row: whole panels of eight, and what a vector may write too much. */
// @ts-ignore: decorator
@inline
function roomFor(tiles: i32): usize {
  return <usize>((tiles + 7) & ~7) + 8;
}

/** Bytes from one place to the next, for so many: places whole pages apart would share the few lines of a first-level cache that a page's offset maps to. */
// @ts-ignore: decorator
@inline
function apart(bytes: usize): usize {
  return ((bytes + 4095) & ~4095) + 256;
}

// @ts-ignore: decorator
@inline
function planeBytes(part: i32, across: i32): usize {
  return <usize>(2 * part + 2) * (2 * across + 4) << 2;
}

/** Scratch memory of `winograd`: transformed kernels, tiles of a block before and after the product, and a channel between its zeros. */
export function winogradScratch(batch: i32, channels: i32, filters: i32, rows: i32, columns: i32): f64 {
  const down = (rows + 1) >> 1;
  const across = acrossOf(columns);
  const part = partOf(down, across, channels, filters);
  const tiles = roomFor(imagesOf(down, across, channels, filters, batch) * part * across);
  const places = apart(<usize>channels * filters << 2) + apart(tiles * channels << 2) + apart(tiles * filters << 2);
  return <f64>EDGE + <f64>PLACES * <f64>places + <f64>planeBytes(part, across);
}

/** See `Kernels.winograd`. */
export function winograd(
  x: usize, kernel: usize, y: usize, batch: i32, channels: i32, height: i32, width: i32, filters: i32, rows: i32, columns: i32,
  paddingY: i32, paddingX: i32, scratch: usize,
): void {
  const down = (rows + 1) >> 1;
  const across = acrossOf(columns);
  const part = partOf(down, across, channels, filters);
  const images = imagesOf(down, across, channels, filters, batch);
  const tiles = roomFor(images * part * across);

  const weights = apart(<usize>channels * filters << 2);
  const before = apart(tiles * channels << 2);
  const after = apart(tiles * filters << 2);
  const u = scratch + EDGE;
  const v = u + PLACES * weights;
  const m = v + PLACES * before;
  const plane = m + PLACES * after;
  const image = <usize>channels * height * width << 2;
  const result = <usize>filters * rows * columns << 2;
  transformKernels(kernel, u, weights, filters, channels);
  for (let b = 0; b < batch; b += images) {
    const some = min(images, batch - b);
    for (let i = 0; i < down; i += part) {
      const tileRows = min(part, down - i);
      for (let k = 0, t = 0; k < some; k++, t += tileRows * across) {
        transformImage(
          x + <usize>(b + k) * image, plane, v, before, 32, <usize>channels << 5, t, across,
          channels, height, width, 2 * i - paddingY, paddingX, tileRows, across,
        );
      }
      const n = (some * tileRows * across + 7) & ~7;
      for (let place: usize = 0; place < PLACES; place++) {
        const to = m + place * after;
        product(u + place * weights, <usize>channels << 2, v + place * before, to, tiles << 2, filters, channels, n, false, scratch);
      }
      for (let k = 0, t = 0; k < some; k++, t += tileRows * across) {
        const from = m + (<usize>t << 2);
        transformBack(from, after, tiles << 2, y + <usize>(b + k) * result, filters, rows, columns, i, tileRows, across);
      }
    }
  }
}

/** u[place,f,c] = G g Gᵀ of the kernel g = kernel[f,c] */
function transformKernels(kernel: usize, u: usize, step: usize, filters: i32, channels: i32): void {
  const end = u + (<usize>filters * channels << 2);
  for (; u < end; u += 4, kernel += 36) {
    for (let column: usize = 0; column < 3; column++) {
      // down, into the first three columns of u
      const g0 = load<f32>(kernel + 4 * column);
      const g1 = load<f32>(kernel + 4 * column, 12);
      const g2 = load<f32>(kernel + 4 * column, 24);
      const sum: f32 = g0 + g2;
      store<f32>(u + column * step, g0);
      store<f32>(u + (4 + column) * step, (sum + g1) * 0.5);
      store<f32>(u + (8 + column) * step, (sum - g1) * 0.5);
      store<f32>(u + (12 + column) * step, g2);
    }
    for (let row: usize = 0; row < 4; row++) {
      const at = u + 4 * row * step;
      const g0 = load<f32>(at);
      const g1 = load<f32>(at + step);
      const g2 = load<f32>(at + 2 * step);
      const sum: f32 = g0 + g2;
      store<f32>(at + step, (sum + g1) * 0.5);
      store<f32>(at + 2 * step, (sum - g1) * 0.5);
      store<f32>(at + 3 * step, g2);
    }
  }
}

/**
 * v[place,c,t] = Bᵀ d B of `tileRows` rows of tiles d, from the pixel row `top` on. Tile t of channel c is at (t /
 * 8)·panel + c·channel + (t mod 8)·4; the first one is t, and a row of them `next` later than the row before. The
 * channel is copied between zeros first, so that no tile looks where the image ends.
 */
function transformImage(
  x: usize, plane: usize, v: usize, place: usize, channel: usize, panel: usize, t: i32, next: i32,
  channels: i32, height: i32, width: i32, top: i32, paddingX: i32, tileRows: i32, across: i32,
): void {
  const line = <usize>(2 * across + 4) << 2;
  const lines = 2 * tileRows + 2;
  const count = min(width, 2 * across + 4 - paddingX);
  memory.fill(plane, 0, <usize>lines * line);
  for (let c = 0; c < channels; c++, x += <usize>height * width << 2, v += channel) {
    for (let l = max(0, -top), end = min(lines, height - top); l < end; l++) {
      copyRow(x + (<usize>(top + l) * width << 2), plane + <usize>l * line + (<usize>paddingX << 2), count);
    }
    for (let r = 0, first = t; r < tileRows; r++, first += next) {
      const from = plane + <usize>(2 * r) * line;
      for (let i = 0; i < across; i += 4) {
        const at = first + i;
        const to = v + <usize>(at >> 3) * panel + (<usize>(at & 7) << 2);
        transformTiles(from + (<usize>i << 3), line, to, place);
      }
    }
  }
}

/** Bᵀ d B of four tiles side by side, down first. */
// @ts-ignore: decorator
@inline
function transformTiles(d: usize, line: usize, to: usize, place: usize): void {
  const d1 = d + line;
  const d2 = d1 + line;
  const d3 = d2 + line;
  transformAcross(
    f32x4.sub(v128.load(d), v128.load(d2)), f32x4.sub(v128.load(d, 16), v128.load(d2, 16)), f32x4.sub(v128.load(d, 32),
    v128.load(d2, 32)), to, place,
  );
  transformAcross(
    f32x4.add(v128.load(d1), v128.load(d2)), f32x4.add(v128.load(d1, 16), v128.load(d2, 16)), f32x4.add(v128.load(d1,
    32), v128.load(d2, 32)),
    to + 4 * place, place,
  );
  transformAcross(
    f32x4.sub(v128.load(d2), v128.load(d1)), f32x4.sub(v128.load(d2, 16), v128.load(d1, 16)), f32x4.sub(v128.load(d2,
    32), v128.load(d1, 32)),
    to + 8 * place, place,
  );
  transformAcross(
    f32x4.sub(v128.load(d1), v128.load(d3)), f32x4.sub(v128.load(d1, 16), v128.load(d3, 16)), f32x4.sub(v128.load(d1,
    32), v128.load(d3, 32)),
    to + 12 * place, place,
  );
}

/** A row of ten pixels, times B: the tiles' pixels 0, 1, 2 and 3 are two apart. */
// @ts-ignore: decorator
@inline
function transformAcross(low: v128, middle: v128, high: v128, to: usize, place: usize): void {
  const p0 = i32x4.shuffle(low, middle, 0, 2, 4, 6);
  const p1 = i32x4.shuffle(low, middle, 1, 3, 5, 7);
  const p2 = i32x4.shuffle(p0, high, 1, 2, 3, 4);
  const p3 = i32x4.shuffle(p1, high, 1, 2, 3, 5);
  v128.store(to, f32x4.sub(p0, p2));
  v128.store(to + place, f32x4.add(p1, p2));
  v128.store(to + 2 * place, f32x4.sub(p2, p1));
  v128.store(to + 3 * place, f32x4.sub(p1, p3));
}

/** y[f] = Aᵀ m A in the rows of tiles from `first` on: down first, then across. */
function transformBack(
  m: usize, place: usize, row: usize, y: usize, filters: i32, rows: i32, columns: i32, first: i32, tileRows: i32, across: i32,
): void {
  const line = <usize>columns << 2;
  for (let f = 0; f < filters; f++, m += row, y += <usize>rows * line) {
    let from = m;
    for (let r = first; r < first + tileRows; r++) {
      const upper = y + <usize>(2 * r) * line;
      const hasLower = 2 * r + 1 < rows;
      for (let i = 0; i < across; i += 4, from += 16) {
        const left = columns - 2 * i;
        if (left <= 0) continue;
        const s00 = sumOf3(from, 4 * place);
        const s10 = differenceOf3(from, 4 * place);
        const s01 = sumOf3(from + place, 4 * place);
        const s11 = differenceOf3(from + place, 4 * place);
        const s02 = sumOf3(from + 2 * place, 4 * place);
        const s12 = differenceOf3(from + 2 * place, 4 * place);
        const s03 = sumOf3(from + 3 * place, 4 * place);
        const s13 = differenceOf3(from + 3 * place, 4 * place);
        const to = upper + (<usize>i << 3);
        storePixels(to, f32x4.add(f32x4.add(s00, s01), s02), f32x4.sub(f32x4.sub(s01, s02), s03), left);
        if (hasLower) storePixels(to + line, f32x4.add(f32x4.add(s10, s11), s12), f32x4.sub(f32x4.sub(s11, s12), s13), left);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function sumOf3(m: usize, step: usize): v128 {
  return f32x4.add(f32x4.add(v128.load(m), v128.load(m + step)), v128.load(m + 2 * step));
}

// @ts-ignore: decorator
@inline
function differenceOf3(m: usize, step: usize): v128 {
  return f32x4.sub(f32x4.sub(v128.load(m + step), v128.load(m + 2 * step)), v128.load(m + 3 * step));
}

/** Even and odd pixels of a row, of which `left` are left. */
// @ts-ignore: decorator
@inline
function storePixels(to: usize, even: v128, odd: v128, left: i32): void {
  storeLanes(to, i32x4.shuffle(even, odd, 0, 4, 1, 5), min(left, 4));
  if (left > 4) storeLanes(to + 16, i32x4.shuffle(even, odd, 2, 6, 3, 7), min(left - 4, 4));
}

/** Scratch memory of `winogradKernel`: tiles of a block of x and of dy, a place of the former packed, and a channel between its zeros. */
export function winogradKernelScratch(batch: i32, channels: i32, filters: i32, rows: i32, columns: i32): f64 {
  const down = (rows + 1) >> 1;
  const across = acrossOf(columns);
  const part = partOf(down, across, channels, filters);
  const tiles = roomFor(imagesOf(down, across, channels, filters, batch) * part * across);
  const packed = <f64>packedBytes(<i32>tiles, channels);
  const places = apart(tiles * channels << 2) + apart(tiles * filters << 2);
  return <f64>EDGE + <f64>PLACES * <f64>places + packed + <f64>planeBytes(part, across);
}

/** The sums of `Kernels.winogradKernel`: sums[k,place,f,c] over the images b ≡ k (mod 4), for k from `begin` on. */
export function winogradKernel(
  x: usize, dy: usize, sums: usize, batch: i32, channels: i32, height: i32, width: i32, filters: i32, rows: i32, columns: i32,
  paddingY: i32, paddingX: i32, begin: i32, end: i32, scratch: usize,
): void {
  const down = (rows + 1) >> 1;
  const real = (columns + 1) >> 1;
  const across = acrossOf(columns);
  const part = partOf(down, across, channels, filters);
  const images = imagesOf(down, across, channels, filters, batch);
  const tiles = roomFor(images * part * across);

  const weights = <usize>channels * filters << 2;
  const before = apart(tiles * channels << 2);
  const after = apart(tiles * filters << 2);
  const v = scratch + EDGE;
  const m = v + PLACES * before;
  const packed = m + PLACES * after;
  const plane = packed + <usize>packedBytes(<i32>tiles, channels);
  const image = <usize>channels * height * width << 2;
  const result = <usize>filters * rows * columns << 2;
  const row = tiles << 2;
  for (let lane = begin; lane < end; lane++) {
    const out = sums + <usize>lane * PLACES * weights;
    for (let b = lane; b < batch; b += 4 * images) {
      const some = min(images, (batch - b + 3) >> 2);
      for (let i = 0; i < down; i += part) {
        const tileRows = min(part, down - i);
        // rows of tiles lie close together: what a vector writes too much, the next row overwrites
        for (let k = 0, t = 0; k < some; k++, t += tileRows * real) {
          transformImage(
            x + <usize>(b + 4 * k) * image, plane, v, before, row, 32, t, real,
            channels, height, width, 2 * i - paddingY, paddingX, tileRows, across,
          );
          transformGradients(dy + <usize>(b + 4 * k) * result, m + (<usize>t << 2), after, row, filters, rows, columns, i, tileRows, real);
        }
        const n = some * tileRows * real;
        for (let place: usize = 0; place < PLACES; place++) {
          packTransposed(v + place * before, row, n, channels, packed);
          product(
            m + place * after, row, packed, out + place * weights, <usize>channels << 2, filters, n, channels, b > lane || i > 0, scratch,
          );
        }
      }
    }
  }
}

/** m[place,f,t] = A d Aᵀ of the 2×2 gradients d, down first; `next` tiles are in a row. */
function transformGradients(
  dy: usize, m: usize, place: usize, row: usize, filters: i32, rows: i32, columns: i32, first: i32, tileRows: i32, next: i32,
): void {
  const line = <usize>columns << 2;
  for (let f = 0; f < filters; f++, m += row, dy += <usize>rows * line) {
    let to = m;
    for (let r = first; r < first + tileRows; r++, to += <usize>next << 2) {
      const upper = dy + <usize>(2 * r) * line;
      const hasLower = 2 * r + 1 < rows;
      for (let i = 0; i < next; i += 4) {
        const left = columns - 2 * i;
        const from = upper + (<usize>i << 3);
        const a = loadLanes(from, min(left, 4));
        const b = left > 4 ? loadLanes(from + 16, min(left - 4, 4)) : f32x4.splat(0);
        const c = hasLower ? loadLanes(from + line, min(left, 4)) : f32x4.splat(0);
        const d = hasLower && left > 4 ? loadLanes(from + line + 16, min(left - 4, 4)) : f32x4.splat(0);
        const even0 = i32x4.shuffle(a, b, 0, 2, 4, 6);
        const odd0 = i32x4.shuffle(a, b, 1, 3, 5, 7);
        const even1 = i32x4.shuffle(c, d, 0, 2, 4, 6);
        const odd1 = i32x4.shuffle(c, d, 1, 3, 5, 7);
        const at = to + (<usize>i << 2);
        spreadAcross(even0, odd0, at, place);
        spreadAcross(f32x4.add(even0, even1), f32x4.add(odd0, odd1), at + 4 * place, place);
        spreadAcross(f32x4.sub(even0, even1), f32x4.sub(odd0, odd1), at + 8 * place, place);
        spreadAcross(f32x4.neg(even1), f32x4.neg(odd1), at + 12 * place, place);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function spreadAcross(even: v128, odd: v128, to: usize, place: usize): void {
  v128.store(to, even);
  v128.store(to + place, f32x4.add(even, odd));
  v128.store(to + 2 * place, f32x4.sub(even, odd));
  v128.store(to + 3 * place, f32x4.neg(odd));
}

/** dkernel[f,c] = Gᵀ s G of the sum s of `lanes` sums, for `count` pairs f, c; a place of a sum is `step` bytes from the next. */
export function winogradKernelSum(sums: usize, dkernel: usize, lanes: i32, count: i32, step: usize, scratch: usize): void {
  for (let k = 0; k < count; k++, sums += 4, dkernel += 36) {
    for (let column: usize = 0; column < 4; column++) {
      const s0 = sumOfLanes(sums + column * step, lanes, step);
      const s1 = sumOfLanes(sums + (4 + column) * step, lanes, step);
      const s2 = sumOfLanes(sums + (8 + column) * step, lanes, step);
      const s3 = sumOfLanes(sums + (12 + column) * step, lanes, step);
      const half: f32 = (s1 + s2) * 0.5;
      store<f32>(scratch + 4 * column, s0 + half);
      store<f32>(scratch + 4 * column, (s1 - s2) * 0.5, 16);
      store<f32>(scratch + 4 * column, half + s3, 32);
    }
    for (let row: usize = 0; row < 3; row++) {
      const s0 = load<f32>(scratch + 16 * row);
      const s1 = load<f32>(scratch + 16 * row, 4);
      const s2 = load<f32>(scratch + 16 * row, 8);
      const s3 = load<f32>(scratch + 16 * row, 12);
      const half: f32 = (s1 + s2) * 0.5;
      store<f32>(dkernel + 12 * row, s0 + half);
      store<f32>(dkernel + 12 * row, (s1 - s2) * 0.5, 4);
      store<f32>(dkernel + 12 * row, half + s3, 8);
    }
  }
}

// @ts-ignore: decorator
@inline
function sumOfLanes(at: usize, lanes: i32, step: usize): f32 {
  let sum = load<f32>(at);
  for (let lane = 1; lane < lanes; lane++) {
    at += PLACES * step;
    sum += load<f32>(at);
  }
  return sum;
}
