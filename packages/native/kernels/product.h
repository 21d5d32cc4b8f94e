// Matrix products on packed panels, after Goto & van de Geijn, “Anatomy of high-performance matrix multiplication”, TOMS 34, 2008. Every sum is added in the order of k from 0, block
// after block of k, so it has the bits of the plain loop.
#pragma once
#include "transpose.h"

#define wide_tile KERNEL(wide_tile)
#define narrow_tile KERNEL(narrow_tile)
#define pack KERNEL(pack)
#define pack_transposed KERNEL(pack_transposed)
#define product KERNEL(product)
#define product_transposed KERNEL(product_transposed)

/** Vectors in a row of a tile, and its columns. */
#define VECTORS 2
#define COLUMNS (VECTORS * LANES)
/** Rows of the highest tile: of 16 registers, or of 32, it takes 12 or 24 for sums, 2 for `b`, and the rest for `a`. */
#define ROWS (WIDTH == 512 ? 12 : 6)
/** The steps of k for which a panel of `b` (24 or 32 KiB) stays in the first-level cache with a tile's rows of `a`. */
#define STEPS (WIDTH == 512 ? 256 : 384)
/** The rows of `a` that stay in the second-level cache for one block of steps. */
#define BLOCK 192

/** The values of `b[k,n]` in panels. */
INLINE u64 packed_size(i32 k, i32 n) { return (u64)k * (u64)((n + COLUMNS - 1) / COLUMNS) * COLUMNS; }

/** Values of scratch memory that a product needs: the packed `b[k,n]`; or, where `a` is stored transposed, a block of it, then a turned block of `a`. */
INLINE u64 product_room(i32 k, i32 n, int transpose_a) {
  i32 steps = transpose_a ? least(k, STEPS) : k;
  return packed_size(steps, n) + (transpose_a ? (u64)steps * BLOCK : 0);
}

/**
 * A tile c[rows,columns] = a[rows,k]·b[k,columns], or += where `resume`, of two vectors a row, or of one. Rows of `a` and `c` are that many values apart; steps of `b` are `step` apart, and
 * the second vector of each lies `half` behind the first. All lanes of `last`, the last vector's, must be written.
 */
void wide_tile(
    i32 rows, const float *a, u64 a_row, const float *b, u64 half, u64 step, float *c, u64 c_row, i32 k, int resume, M last);
void narrow_tile(
    i32 rows, const float *a, u64 a_row, const float *b, u64 half, u64 step, float *c, u64 c_row, i32 k, int resume, M last);

/** `b[k,n]`, rows that many values apart, into panels of COLUMNS columns; the last vector with a column is filled up with zeros. */
void pack(const float *b, u64 b_row, i32 k, i32 n, float *to);
/** The same of `b` stored `[n,k]`. */
void pack_transposed(const float *b, u64 b_row, i32 k, i32 n, float *to);

/** c[m,n] = a[m,k]·b[k,n], or += where `resume`: rows of `a` may overlap as the windows of a convolution do; `packed` is what `pack` made. */
void product(
    const float *a, u64 a_row, const float *packed, float *c, u64 c_row, i32 m, i32 k, i32 n, int resume);

/**
 * c[m,n] = aᵀ·b or += where `resume`, `a` stored `[k,m]`; `b[k,n]` is not packed, and stored `[n,k]` where `transpose_b`. One block of steps after the other is packed and
 * turned into scratch memory: k may be a hundred thousand tokens.
 */
void product_transposed(
    const float *a, u64 a_row, const float *b, u64 b_row, float *c, u64 c_row, i32 m, i32 k, i32 n, int transpose_b,
    int resume, float *scratch);
