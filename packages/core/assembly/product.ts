import { copyRow, transposeBlock } from "./copy";
import {
  tile1, tile2, tile3, tile4, tile5, tile6, wideTile1, wideTile2, wideTile3, wideTile4, wideTile5, wideTile6,
} from "./tile.generated";

// Matrix products on packed panels, after Goto & van de Geijn, “Anatomy of high-performance matrix multiplication”,
// TOMS 34, 2008, with tiles of 6 × 8 sums, or 6 × 16 (`tile.mjs` writes them). Every sum is added in the order of k
// from 0, block after block of k, so it has the bits of the plain loop.

/** Whether vectors are made 256 bits wide, so that a tile's sums of 16 columns find registers. */
// @ts-ignore: decorator
@external("env", "isWide")
export declare const isWide: bool;

/** Rows and columns of a tile. */
const ROWS = 6;
const COLUMNS = 8;
/** The steps of k for which a panel of `b` (12 KiB) stays in the first-level cache with six rows of `a`. */
export const STEPS = 384;
/** The rows of `a` that stay in the second-level cache for one block of steps. */
export const BLOCK = 192;

/** What `product` needs of scratch memory for tiles on the edge. */
export const EDGE: usize = 4 * ROWS * COLUMNS;

/** c[rows,8] = a[rows,k]·b[k,8], or += where `resume`, for up to six rows. */
export function tileOf(rows: i32, a: usize, aRow: usize, b: usize, c: usize, cRow: usize, k: i32, resume: bool): void {
  if (rows == 6) tile6(a, aRow, b, c, cRow, k, resume);
  else if (rows == 5) tile5(a, aRow, b, c, cRow, k, resume);
  else if (rows == 4) tile4(a, aRow, b, c, cRow, k, resume);
  else if (rows == 3) tile3(a, aRow, b, c, cRow, k, resume);
  else if (rows == 2) tile2(a, aRow, b, c, cRow, k, resume);
  else tile1(a, aRow, b, c, cRow, k, resume);
}

/** The same of 16 columns, from two panels that are that many bytes apart. */
export function wideTileOf(
  rows: i32, a: usize, aRow: usize, b: usize, panel: usize, c: usize, cRow: usize, k: i32, resume: bool,
): void {
  if (rows == 6) wideTile6(a, aRow, b, panel, c, cRow, k, resume);
  else if (rows == 5) wideTile5(a, aRow, b, panel, c, cRow, k, resume);
  else if (rows == 4) wideTile4(a, aRow, b, panel, c, cRow, k, resume);
  else if (rows == 3) wideTile3(a, aRow, b, panel, c, cRow, k, resume);
  else if (rows == 2) wideTile2(a, aRow, b, panel, c, cRow, k, resume);
  else wideTile1(a, aRow, b, panel, c, cRow, k, resume);
}

/** The bytes of `b[k,n]` in panels of eight columns. */
export function packedBytes(k: i32, n: i32): u64 {
  return <u64>k * ((n + COLUMNS - 1) / COLUMNS) * (4 * COLUMNS);
}

/** `b[k,n]`, rows that many bytes apart, into panels of eight columns; the last is filled up with zeros. */
export function pack(b: usize, bRow: usize, k: i32, n: i32, to: usize): void {
  for (let j = 0; j < n; j += COLUMNS) {
    let from = b + (<usize>j << 2);
    if (n - j >= COLUMNS) {
      for (let p = 0; p < k; p++, from += bRow, to += 32) {
        const low = v128.load(from);
        const high = v128.load(from, 16);
        v128.store(to, low);
        v128.store(to, high, 16);
      }
    } else {
      for (let p = 0; p < k; p++, from += bRow, to += 32) {
        v128.store(to, f32x4.splat(0));
        v128.store(to, f32x4.splat(0), 16);
        copyRow(from, to, n - j);
      }
    }
  }
}

/** The same of `b` stored `[n,k]`. */
export function packTransposed(b: usize, bRow: usize, k: i32, n: i32, to: usize): void {
  for (let j = 0; j < n; j += COLUMNS, b += COLUMNS * bRow, to += <usize>k << 5) {
    const columns = min(n - j, COLUMNS);
    if (columns < COLUMNS) memory.fill(to, 0, <usize>k << 5);
    transposeBlock(b, bRow, to, 32, columns, k);
  }
}

/**
 * c[m,n] = a[m,k]·b[k,n], or += where `resume`: rows of `a` are that many bytes apart, and may overlap as the windows of a convolution do;
 * `packed` is what `pack` made, `edge` is scratch memory.
 */
export function product(
  a: usize, aRow: usize, packed: usize, c: usize, cRow: usize, m: i32, k: i32, n: i32, resume: bool, edge: usize,
): void {
  const steps = stepsOf(k);
  for (let p = 0; p < k; p += steps) {
    const some = min(k - p, steps);
    for (let i = 0; i < m; i += BLOCK) {
      const rows = min(m - i, BLOCK);
      const left = a + <usize>i * aRow + (<usize>p << 2);
      block(left, aRow, packed + (<usize>p << 5), <usize>k << 5, c + <usize>i * cRow, cRow, rows, some, n, resume || p > 0, edge);
    }
  }
}

/** One block of rows and of steps against all panels. */
export function block(
  a: usize, aRow: usize, b: usize, panel: usize, c: usize, cRow: usize, m: i32, k: i32, n: i32, resume: bool, edge: usize,
): void {
  let j = 0;
  for (; isWide && j <= n - 2 * COLUMNS; j += 2 * COLUMNS, b += 2 * panel, c += 8 * COLUMNS) {
    for (let i = 0, rows = 0, tiles = (m + ROWS - 1) / ROWS; i < m; i += rows, tiles--) {
      rows = (m - i + tiles - 1) / tiles;
      wideTileOf(rows, a + <usize>i * aRow, aRow, b, panel, c + <usize>i * cRow, cRow, k, resume);
    }
  }
  for (; j < n; j += COLUMNS, b += panel, c += 4 * COLUMNS) {
    const whole = n - j >= COLUMNS;
    // as many tiles as are needed, of like height: low ones would wait for their own sums
    for (let i = 0, rows = 0, tiles = (m + ROWS - 1) / ROWS; i < m; i += rows, tiles--) {
      rows = (m - i + tiles - 1) / tiles;
      const left = a + <usize>i * aRow;
      const out = c + <usize>i * cRow;
      if (whole) {
        if (rows == ROWS) tile6(left, aRow, b, out, cRow, k, resume);
        else tileOf(rows, left, aRow, b, out, cRow, k, resume);
        continue;
      }
      // fewer than eight columns: through a tile of scratch memory
      if (resume) for (let r = 0; r < rows; r++) copyRow(out + <usize>r * cRow, edge + (<usize>r << 5), n - j);
      tileOf(rows, left, aRow, b, edge, 32, k, resume);
      for (let r = 0; r < rows; r++) copyRow(edge + (<usize>r << 5), out + <usize>r * cRow, n - j);
    }
  }
}

/**
 * c[m,n] = aᵀ·b or += where `resume`, `a` stored `[k,m]`; `b[k,n]` is not packed, and stored `[n,k]` where
 * `transposeB`. Rows as stored are that many bytes apart. One block of steps after the other is packed and transposed
 * into scratch memory: k may be a hundred thousand tokens.
 */
export function productTransposed(
  a: usize, aRow: usize, b: usize, bRow: usize, c: usize, cRow: usize, m: i32, k: i32, n: i32, transposeB: bool,
  resume: bool, scratch: usize,
): void {
  const steps = stepsOf(k);
  const packed = scratch + EDGE;
  const turned = packed + <usize>packedBytes(steps, n);
  const row = <usize>steps << 2;
  for (let p = 0; p < k; p += steps) {
    const some = min(k - p, steps);
    if (transposeB) packTransposed(b + (<usize>p << 2), bRow, some, n, packed);
    else pack(b + <usize>p * bRow, bRow, some, n, packed);
    for (let i = 0; i < m; i += BLOCK) {
      const rows = min(m - i, BLOCK);
      transposeBlock(a + <usize>p * aRow + (<usize>i << 2), aRow, turned, row, some, rows);
      block(turned, row, packed, <usize>some << 5, c + <usize>i * cRow, cRow, rows, some, n, resume || p > 0, scratch);
    }
  }
}

/** As many blocks of steps as are needed, of like length. */
function stepsOf(k: i32): i32 {
  const blocks = (k + STEPS - 1) / STEPS;
  return (k + blocks - 1) / blocks;
}

/**
 * The scratch memory of `matmul`, as all these sizes in numbers that may be more bytes than there can be: a caller is
 * then refused them, where 32 bits would wrap. It holds an edge tile, then the packed `b[k,n]`; or, where `a` is stored
 * transposed, a block of that and a turned block of `a`.
 */
export function productScratch(k: i32, n: i32, transposeA: bool): f64 {
  const steps = transposeA ? min(k, STEPS) : k;
  return <f64>(EDGE + packedBytes(steps, n) + (transposeA ? <u64>steps * (4 * BLOCK) : 0));
}

/**
 * out[b,m,n] = Σ_k a[b,m,k]·b[b,k,n]; rows of each, as stored, are that many bytes apart. Of several matrices, those of
 * `b` and `out` lie one behind the other.
 */
export function matmul(
  a: usize, aRow: usize, b: usize, bRow: usize, out: usize, outRow: usize,
  batch: i32, m: i32, k: i32, n: i32, transposeA: bool, transposeB: bool, scratch: usize,
): void {
  if (k == 0) {
    for (let i = 0; i < batch * m; i++, out += outRow) memory.fill(out, 0, <usize>n << 2);
    return;
  }
  const packed = scratch + EDGE;
  for (let i = 0; i < batch; i++) {
    if (transposeA) productTransposed(a, aRow, b, bRow, out, outRow, m, k, n, transposeB, false, scratch);
    else {
      if (transposeB) packTransposed(b, bRow, k, n, packed);
      else pack(b, bRow, k, n, packed);
      product(a, aRow, packed, out, outRow, m, k, n, false, scratch);
    }
    a += <usize>m * k << 2;
    b += <usize>k * n << 2;
    out += <usize>m * n << 2;
  }
}

/** Scratch memory of `weightGradient`: that of a product, then one of its four sums. */
export function weightGradientScratch(rows: i32, outputs: i32, inputs: i32): f64 {
  return productScratch(rows, inputs, true) + <f64>(<u64>outputs * inputs << 2);
}

/**
 * See `Kernels.weightGradient`: `outputs` rows and `inputs` columns of it, of one group. Rows of each are that many bytes apart.
 *
 * Of rows that come in parts, `sums` holds the four sums so far, in rows as those of `out` and `sumStep` bytes apart: they go on from
 * there, the first row of this part adding to sum `turn`, and `out` is what they are together.
 */
export function weightGradient(
  x: usize, xRow: usize, dy: usize, dyRow: usize, out: usize, outRow: usize, rows: i32, outputs: i32, inputs: i32,
  sums: usize, sumStep: usize, turn: i32, scratch: usize,
): void {
  const sumRow = <usize>inputs << 2;
  if (sums != 0) {
    for (let k = 0; k < 4; k++, x += xRow, dy += dyRow) {
      const terms = (rows - k + 3) >> 2;
      const to = sums + <usize>((turn + k) & 3) * sumStep;
      if (terms > 0) productTransposed(dy, 4 * dyRow, x, 4 * xRow, to, outRow, outputs, terms, inputs, false, true, scratch);
    }
    for (let o = 0; o < outputs; o++, sums += outRow, out += outRow) {
      copyRow(sums, out, inputs);
      for (let k: usize = 1; k < 4; k++) addTo(out, sums + k * sumStep, sumRow);
    }
    return;
  }
  const sum = scratch + <usize>productScratch(rows, inputs, true);
  for (let k = 0; k < 4; k++, x += xRow, dy += dyRow) {
    const to = k == 0 ? out : sum;
    const toRow = k == 0 ? outRow : sumRow;
    const terms = (rows - k + 3) >> 2;
    if (terms > 0) {
      productTransposed(dy, 4 * dyRow, x, 4 * xRow, to, toRow, outputs, terms, inputs, false, false, scratch);
    } else for (let o = 0; o < outputs; o++) memory.fill(to + <usize>o * toRow, 0, sumRow);
    if (k == 0) continue;
    if (outRow == sumRow) addTo(out, sum, <usize>outputs * sumRow);
    else for (let o = 0; o < outputs; o++) addTo(out + <usize>o * outRow, sum + <usize>o * sumRow, sumRow);
  }
}

/** out += a */
function addTo(out: usize, a: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    const low = f32x4.add(v128.load(out + at), v128.load(a + at));
    const high = f32x4.add(v128.load(out + at, 16), v128.load(a + at, 16));
    v128.store(out + at, low);
    v128.store(out + at, high, 16);
  }
  for (; at + 16 <= bytes; at += 16) v128.store(out + at, f32x4.add(v128.load(out + at), v128.load(a + at)));
  for (; at < bytes; at += 4) store<f32>(out + at, load<f32>(out + at) + load<f32>(a + at));
}
