#include "product.h"

#include "kernels.h"

/** See `wide_tile`; `last` are the lanes of the last vector that are read and written, unless it is `whole`. */
INLINE void tile(
    i32 rows, i32 vectors, int whole, const float *a, u64 a_row, const float *b, u64 half, u64 step, float *c, u64 c_row,
    i32 k, int resume, M last) {
  V sum[12][VECTORS];
#pragma GCC unroll 12
  for (i32 r = 0; r < rows; r++) {
#pragma GCC unroll 2
    for (i32 v = 0; v < vectors; v++) {
      const float *from = c + r * c_row + v * LANES;
      sum[r][v] = !resume ? v_zero() : whole || v < vectors - 1 ? v_load(from) : v_load_part(from, last);
    }
  }
  for (i32 p = 0; p < k; p++, b += step) {
    V b0 = v_load(b), b1 = vectors > 1 ? v_load(b + half) : b0;
#pragma GCC unroll 12
    for (i32 r = 0; r < rows; r++) {
      V value = v_splat(a[r * a_row + p]);
      sum[r][0] = v_fma(sum[r][0], value, b0);
      if (vectors > 1) sum[r][1] = v_fma(sum[r][1], value, b1);
    }
  }
#pragma GCC unroll 12
  for (i32 r = 0; r < rows; r++) {
#pragma GCC unroll 2
    for (i32 v = 0; v < vectors; v++) {
      float *to = c + r * c_row + v * LANES;
      if (whole || v < vectors - 1) v_store(to, sum[r][v]);
      else v_store_part(to, sum[r][v], last);
    }
  }
}

#define TILES(scope, name, vectors, whole)                                                                                \
  scope void name(                                                                                                       \
      i32 rows, const float *a, u64 a_row, const float *b, u64 half, u64 step, float *c, u64 c_row, i32 k, int resume,    \
      M last) {                                                                                                           \
    switch (rows) {                                                                                                       \
      CASE(12, vectors, whole) CASE(11, vectors, whole) CASE(10, vectors, whole) CASE(9, vectors, whole)                  \
      CASE(8, vectors, whole) CASE(7, vectors, whole) CASE(6, vectors, whole) CASE(5, vectors, whole)                     \
      CASE(4, vectors, whole) CASE(3, vectors, whole) CASE(2, vectors, whole) CASE(1, vectors, whole)                     \
    }                                                                                                                     \
  }
#define CASE(rows, vectors, whole)                                                                                        \
  case rows:                                                                                                              \
    if (rows <= ROWS) tile(rows, vectors, whole, a, a_row, b, half, step, c, c_row, k, resume, last);                     \
    break;

TILES(, wide_tile, 2, 1)
TILES(static, wide_edge, 2, 0)
TILES(, narrow_tile, 1, 1)
TILES(static, narrow_edge, 1, 0)
#undef TILES
#undef CASE

/** c[rows,columns] = a[rows,k]·b[k,columns] for up to ROWS rows and COLUMNS columns of a panel, or += where `resume`. */
INLINE void tile_of(
    i32 rows, i32 columns, const float *a, u64 a_row, const float *b, float *c, u64 c_row, i32 k, int resume) {
  M all = first_lanes(LANES);
  if (columns == COLUMNS) wide_tile(rows, a, a_row, b, LANES, COLUMNS, c, c_row, k, resume, all);
  else if (columns == LANES) narrow_tile(rows, a, a_row, b, LANES, COLUMNS, c, c_row, k, resume, all);
  else if (columns > LANES) wide_edge(rows, a, a_row, b, LANES, COLUMNS, c, c_row, k, resume, first_lanes(columns - LANES));
  else narrow_edge(rows, a, a_row, b, LANES, COLUMNS, c, c_row, k, resume, first_lanes(columns));
}

void pack(const float *b, u64 b_row, i32 k, i32 n, float *to) {
  for (i32 j = 0; j < n; j += COLUMNS) {
    const float *from = b + j;
    if (n - j >= COLUMNS) {
      for (i32 p = 0; p < k; p++, from += b_row, to += COLUMNS) {
        v_store(to, v_load(from));
        v_store(to + LANES, v_load(from + LANES));
      }
      continue;
    }
    i32 left = n - j;
    M m0 = first_lanes(least(left, LANES)), m1 = first_lanes(most(left - LANES, 0));
    for (i32 p = 0; p < k; p++, from += b_row, to += COLUMNS) {
      v_store(to, v_load_part(from, m0));
      v_store(to + LANES, left > LANES ? v_load_part(from + LANES, m1) : v_zero());
    }
  }
}

void pack_transposed(const float *b, u64 b_row, i32 k, i32 n, float *to) {
  for (i32 j = 0; j < n; j += COLUMNS, b += COLUMNS * b_row, to += (u64)k * COLUMNS) {
    i32 columns = least(n - j, COLUMNS);
    // a vector of which no column is there is not read
    if (columns % LANES > 0) memset(to, 0, (u64)k * COLUMNS * 4);
    transpose(b, b_row, to, COLUMNS, columns, k);
  }
}

/** As many blocks of steps as are needed, of like length. */
INLINE i32 steps_of(i32 k) {
  i32 blocks = (k + STEPS - 1) / STEPS;
  return (k + blocks - 1) / blocks;
}

/** One block of rows and of steps against all panels, which are that many values apart. */
static void block(
    const float *a, u64 a_row, const float *b, u64 panel, float *c, u64 c_row, i32 m, i32 k, i32 n, int resume) {
  for (i32 j = 0; j < n; j += COLUMNS, b += panel) {
    i32 columns = least(n - j, COLUMNS);
    // as many tiles as are needed, of like height: low ones would wait for their own sums
    for (i32 i = 0, rows, tiles = (m + ROWS - 1) / ROWS; i < m; i += rows, tiles--) {
      rows = (m - i + tiles - 1) / tiles;
      tile_of(rows, columns, a + i * a_row, a_row, b, c + i * c_row + j, c_row, k, resume);
    }
  }
}

void product(
    const float *a, u64 a_row, const float *packed, float *c, u64 c_row, i32 m, i32 k, i32 n, int resume) {
  i32 steps = steps_of(k);
  for (i32 p = 0; p < k; p += steps) {
    i32 some = least(k - p, steps);
    for (i32 i = 0; i < m; i += BLOCK)
      block(a + i * a_row + p, a_row, packed + (u64)p * COLUMNS, (u64)k * COLUMNS, c + i * c_row, c_row, least(m - i, BLOCK),
            some, n, resume || p > 0);
  }
}

void product_transposed(
    const float *a, u64 a_row, const float *b, u64 b_row, float *c, u64 c_row, i32 m, i32 k, i32 n, int transpose_b,
    int resume, float *scratch) {
  i32 steps = steps_of(k);
  float *packed = scratch, *turned = packed + packed_size(steps, n);
  for (i32 p = 0; p < k; p += steps) {
    i32 some = least(k - p, steps);
    if (transpose_b) pack_transposed(b + p, b_row, some, n, packed);
    else pack(b + p * b_row, b_row, some, n, packed);
    for (i32 i = 0; i < m; i += BLOCK) {
      i32 rows = least(m - i, BLOCK);
      transpose(a + p * a_row + i, a_row, turned, steps, some, rows);
      block(turned, steps, packed, (u64)some * COLUMNS, c + i * c_row, c_row, rows, some, n, resume || p > 0);
    }
  }
}

double KERNEL(productScratch)(i32 k, i32 n, i32 transposeA) { return 4.0 * product_room(k, n, transposeA); }

void KERNEL(matmul)(
    const float *a, u32 aRow, const float *b, u32 bRow, float *out, u32 outRow, i32 batch, i32 m, i32 k, i32 n,
    i32 transposeA, i32 transposeB, float *scratch) {
  u64 b_row = bRow / 4, out_row = outRow / 4;
  if (k == 0) {
    for (i32 i = 0; i < batch * m; i++) memset(out + i * out_row, 0, (u64)n * 4);
    return;
  }
  for (i32 i = 0; i < batch; i++) {
    if (transposeA) product_transposed(a, aRow / 4, b, b_row, out, out_row, m, k, n, transposeB, 0, scratch);
    else {
      if (transposeB) pack_transposed(b, b_row, k, n, scratch);
      else pack(b, b_row, k, n, scratch);
      product(a, aRow / 4, scratch, out, out_row, m, k, n, 0);
    }
    a += (u64)m * k;
    b += (u64)k * n;
    out += (u64)m * n;
  }
}

double KERNEL(weightGradientScratch)(i32 rows, i32 outputs, i32 inputs) {
  return 4.0 * (product_room(rows, inputs, 1) + (u64)outputs * inputs);
}

/** out += a */
static void add_to(float *out, const float *a, u64 n) {
  u64 i = 0;
  for (; i + LANES <= n; i += LANES) v_store(out + i, v_add(v_load(out + i), v_load(a + i)));
  for (; i < n; i++) out[i] += a[i];
}

void KERNEL(weightGradient)(
    const float *x, u32 xRow, const float *dy, u32 dyRow, float *out, u32 outRow, i32 rows, i32 outputs, i32 inputs,
    float *sums, u32 sumStep, i32 turn, float *scratch) {
  u64 out_row = outRow / 4;
  if (sums != NULL) {
    u64 step = sumStep / 4;
    for (i32 k = 0; k < 4; k++, x += xRow / 4, dy += dyRow / 4) {
      i32 terms = (rows - k + 3) >> 2;
      float *to = sums + ((turn + k) & 3) * step;
      if (terms > 0) product_transposed(dy, dyRow, x, xRow, to, out_row, outputs, terms, inputs, 0, 1, scratch);
    }
    for (i32 o = 0; o < outputs; o++, sums += out_row, out += out_row) {
      memcpy(out, sums, (u64)inputs * 4);
      for (i32 k = 1; k < 4; k++) add_to(out, sums + k * step, inputs);
    }
    return;
  }
  float *sum = scratch + product_room(rows, inputs, 1);
  for (i32 k = 0; k < 4; k++, x += xRow / 4, dy += dyRow / 4) {
    float *to = k == 0 ? out : sum;
    u64 to_row = k == 0 ? out_row : (u64)inputs;
    i32 terms = (rows - k + 3) >> 2;
    if (terms > 0) product_transposed(dy, dyRow, x, xRow, to, to_row, outputs, terms, inputs, 0, 0, scratch);
    else
      for (i32 o = 0; o < outputs; o++) memset(to + o * to_row, 0, (u64)inputs * 4);
    if (k > 0)
      for (i32 o = 0; o < outputs; o++) add_to(out + o * out_row, sum + (u64)o * inputs, inputs);
  }
}
