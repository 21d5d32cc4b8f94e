import { multiplyAdd } from "./lanes";
import { copyRow, transposeBlock } from "./movement";

// Matrix products on packed panels, after Goto & van de Geijn, “Anatomy of high-performance matrix multiplication”, TOMS 34, 2008,
// with tiles of 6 × 8 sums: 12 registers of sums, 2 of `b`, 1 of `a`, of the 16 that x86 has. Every sum is added in the order of k
// from 0, block after block of k, so it has the bits of the plain loop.

/** Rows and columns of a tile. */
const ROWS = 6;
const COLUMNS = 8;
/** The steps of k for which a panel of `b` (12 KiB) stays in the first-level cache with six rows of `a`. */
export const STEPS = 384;
/** The rows of `a` that stay in the second-level cache for one block of steps. */
export const BLOCK = 192;

/** What `product` needs of scratch memory for tiles on the edge. */
export const EDGE: usize = 4 * ROWS * COLUMNS;

/**
 * The tile c[6,8] = a[6,k]·b[k,8], or += where `resume`. Rows of `a` and `c` are that many bytes apart, `b` is a packed panel.
 * `rows` is known when this is compiled: what a lower tile does not need is not there.
 */
// @ts-ignore: decorator
@inline
function tile(rows: i32, a: usize, aRow: usize, b: usize, c: usize, cRow: usize, k: i32, resume: bool): void {
  let a1 = a + aRow;
  let a2 = a + 2 * aRow;
  let a3 = a + 3 * aRow;
  let a4 = a + 4 * aRow;
  let a5 = a + 5 * aRow;
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
  if (resume) {
    s00 = v128.load(c);
    s01 = v128.load(c, 16);
    if (rows > 1) {
      s10 = v128.load(c + cRow);
      s11 = v128.load(c + cRow, 16);
    }
    if (rows > 2) {
      s20 = v128.load(c + 2 * cRow);
      s21 = v128.load(c + 2 * cRow, 16);
    }
    if (rows > 3) {
      s30 = v128.load(c + 3 * cRow);
      s31 = v128.load(c + 3 * cRow, 16);
    }
    if (rows > 4) {
      s40 = v128.load(c + 4 * cRow);
      s41 = v128.load(c + 4 * cRow, 16);
    }
    if (rows > 5) {
      s50 = v128.load(c + 5 * cRow);
      s51 = v128.load(c + 5 * cRow, 16);
    }
  }
  let b0: v128;
  let b1: v128;
  let value: v128;
  let p = 0;
  for (; p < k; p++) {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    value = v128.load32_splat(a);
    s00 = multiplyAdd(s00, value, b0);
    s01 = multiplyAdd(s01, value, b1);
    if (rows > 1) {
      value = v128.load32_splat(a1);
      s10 = multiplyAdd(s10, value, b0);
      s11 = multiplyAdd(s11, value, b1);
    }
    if (rows > 2) {
      value = v128.load32_splat(a2);
      s20 = multiplyAdd(s20, value, b0);
      s21 = multiplyAdd(s21, value, b1);
    }
    if (rows > 3) {
      value = v128.load32_splat(a3);
      s30 = multiplyAdd(s30, value, b0);
      s31 = multiplyAdd(s31, value, b1);
    }
    if (rows > 4) {
      value = v128.load32_splat(a4);
      s40 = multiplyAdd(s40, value, b0);
      s41 = multiplyAdd(s41, value, b1);
    }
    if (rows > 5) {
      value = v128.load32_splat(a5);
      s50 = multiplyAdd(s50, value, b0);
      s51 = multiplyAdd(s51, value, b1);
    }
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    a4 += 4;
    a5 += 4;
    b += 32;
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  if (rows > 1) {
    v128.store(c + cRow, s10);
    v128.store(c + cRow, s11, 16);
  }
  if (rows > 2) {
    v128.store(c + 2 * cRow, s20);
    v128.store(c + 2 * cRow, s21, 16);
  }
  if (rows > 3) {
    v128.store(c + 3 * cRow, s30);
    v128.store(c + 3 * cRow, s31, 16);
  }
  if (rows > 4) {
    v128.store(c + 4 * cRow, s40);
    v128.store(c + 4 * cRow, s41, 16);
  }
  if (rows > 5) {
    v128.store(c + 5 * cRow, s50);
    v128.store(c + 5 * cRow, s51, 16);
  }
}

function tile1(a: usize, aRow: usize, b: usize, c: usize, cRow: usize, k: i32, resume: bool): void {
  tile(1, a, aRow, b, c, cRow, k, resume);
}

function tile2(a: usize, aRow: usize, b: usize, c: usize, cRow: usize, k: i32, resume: bool): void {
  tile(2, a, aRow, b, c, cRow, k, resume);
}

function tile3(a: usize, aRow: usize, b: usize, c: usize, cRow: usize, k: i32, resume: bool): void {
  tile(3, a, aRow, b, c, cRow, k, resume);
}

function tile4(a: usize, aRow: usize, b: usize, c: usize, cRow: usize, k: i32, resume: bool): void {
  tile(4, a, aRow, b, c, cRow, k, resume);
}

function tile5(a: usize, aRow: usize, b: usize, c: usize, cRow: usize, k: i32, resume: bool): void {
  tile(5, a, aRow, b, c, cRow, k, resume);
}

function tile6(a: usize, aRow: usize, b: usize, c: usize, cRow: usize, k: i32, resume: bool): void {
  tile(6, a, aRow, b, c, cRow, k, resume);
}

export function tileOf(rows: i32, a: usize, aRow: usize, b: usize, c: usize, cRow: usize, k: i32, resume: bool): void {
  if (rows == 6) tile6(a, aRow, b, c, cRow, k, resume);
  else if (rows == 5) tile5(a, aRow, b, c, cRow, k, resume);
  else if (rows == 4) tile4(a, aRow, b, c, cRow, k, resume);
  else if (rows == 3) tile3(a, aRow, b, c, cRow, k, resume);
  else if (rows == 2) tile2(a, aRow, b, c, cRow, k, resume);
  else tile1(a, aRow, b, c, cRow, k, resume);
}

/** The bytes of `b[k,n]` in panels of eight columns. */
export function packedBytes(k: i32, n: i32): usize {
  return <usize>k * ((n + COLUMNS - 1) / COLUMNS) * (4 * COLUMNS);
}

/** `b[k,n]`, rows that many bytes apart, into panels of eight columns; the last is filled up with zeros. */
export function pack(b: usize, bRow: usize, k: i32, n: i32, to: usize): void {
  for (let j = 0; j < n; j += COLUMNS) {
    let from = b + (<usize>j << 2);
    if (n - j >= COLUMNS) {
      for (let p = 0; p < k; p++, from += bRow, to += 32) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
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
  const steps = (k + (k + STEPS - 1) / STEPS - 1) / ((k + STEPS - 1) / STEPS);
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
  for (let j = 0; j < n; j += COLUMNS, b += panel, c += 4 * COLUMNS) {
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

/** c[m,n] = aᵀ·b or += where `resume`, `a` stored `[k,m]`, rows that many bytes apart: blocks of it are transposed into `edge` + 192. */
export function productTransposed(
  a: usize, aRow: usize, packed: usize, c: usize, cRow: usize, m: i32, k: i32, n: i32, resume: bool, edge: usize,
): void {
  const turned = edge + EDGE;
  const steps = (k + (k + STEPS - 1) / STEPS - 1) / ((k + STEPS - 1) / STEPS);
  const row = <usize>steps << 2;
  for (let p = 0; p < k; p += steps) {
    const some = min(k - p, steps);
    for (let i = 0; i < m; i += BLOCK) {
      const rows = min(m - i, BLOCK);
      transposeBlock(a + <usize>p * aRow + (<usize>i << 2), aRow, turned, row, some, rows);
      block(turned, row, packed + (<usize>p << 5), <usize>k << 5, c + <usize>i * cRow, cRow, rows, some, n, resume || p > 0, edge);
    }
  }
}

/** The scratch memory of a product: an edge tile, a turned block of `a`, then room for the packed `b[k,n]` (see `packedAt`). */
export function productScratch(k: i32, n: i32): usize {
  return packedAt() + packedBytes(k, n);
}

// @ts-ignore: decorator
@inline
export function packedAt(): usize {
  return EDGE + 4 * STEPS * BLOCK;
}

/** out[b,m,n] = Σ_k a[b,m,k]·b[b,k,n]; rows of `a`, as stored, are `aRow` bytes apart. */
export function matmul(
  a: usize, aRow: usize, b: usize, out: usize, batch: i32, m: i32, k: i32, n: i32, transposeA: bool, transposeB: bool, scratch: usize,
): void {
  if (k == 0) {
    memory.fill(out, 0, <usize>batch * m * n << 2);
    return;
  }
  const packed = scratch + packedAt();
  for (let i = 0; i < batch; i++) {
    if (transposeB) packTransposed(b, <usize>k << 2, k, n, packed);
    else pack(b, <usize>n << 2, k, n, packed);
    if (transposeA) productTransposed(a, aRow, packed, out, <usize>n << 2, m, k, n, false, scratch);
    else product(a, aRow, packed, out, <usize>n << 2, m, k, n, false, scratch);
    a += <usize>m * k << 2;
    b += <usize>k * n << 2;
    out += <usize>m * n << 2;
  }
}
