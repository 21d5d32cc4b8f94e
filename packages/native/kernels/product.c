#include "product.h"

#include "kernels.h"

double KERNEL(productScratch)(i32 k, i32 n, i32 transposeA) { return 4.0 * product_room(k, n, transposeA); }

void KERNEL(matmul)(
    const float *a, u32 aRow, const float *b, float *out, i32 batch, i32 m, i32 k, i32 n, i32 transposeA, i32 transposeB,
    float *scratch) {
  if (k == 0) {
    memset(out, 0, (u64)batch * m * n * 4);
    return;
  }
  float *packed = scratch + PACKED_AT;
  u64 b_row = transposeB ? k : n;
  for (i32 i = 0; i < batch; i++) {
    if (transposeA) product_transposed(a, aRow / 4, b, b_row, out, n, m, k, n, transposeB, 0, scratch);
    else {
      if (transposeB) pack_transposed(b, b_row, k, n, packed);
      else pack(b, b_row, k, n, packed);
      product(a, aRow / 4, packed, out, n, m, k, n, 0);
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
    const float *x, u32 xRow, const float *dy, u32 dyRow, float *out, i32 rows, i32 outputs, i32 inputs, float *scratch) {
  u64 size = (u64)outputs * inputs;
  float *sum = scratch + product_room(rows, inputs, 1);
  for (i32 k = 0; k < 4; k++, x += xRow / 4, dy += dyRow / 4) {
    float *to = k == 0 ? out : sum;
    i32 terms = (rows - k + 3) >> 2;
    if (terms > 0) product_transposed(dy, dyRow, x, xRow, to, inputs, outputs, terms, inputs, 0, 0, scratch);
    else memset(to, 0, size * 4);
    if (k > 0) add_to(out, sum, size);
  }
}
