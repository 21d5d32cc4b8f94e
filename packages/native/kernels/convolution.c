// Convolutions along time. Windows x[b, t … t + width, :] are contiguous: rows of a matrix that overlap in memory, `channels` apart and width·channels long.
#include "product.h"

#include "kernels.h"

void KERNEL(conv1d)(
    const float *x, const float *kernel, float *y, i32 batch, i32 time, i32 channels, i32 width, i32 filters,
    float *scratch) {
  i32 steps = time - width + 1, taps = width * channels;
  if (taps == 0) {
    memset(y, 0, (u64)batch * steps * filters * 4);
    return;
  }
  pack(kernel, filters, taps, filters, scratch);
  for (i32 b = 0; b < batch; b++, x += (u64)time * channels, y += (u64)steps * filters)
    product(x, channels, scratch, y, filters, steps, taps, filters, 0);
}

/** Values of the turned kernel[width − 1 − w, f, c], in whole cache lines. */
INLINE u64 turned_size(i32 channels, i32 width, i32 filters) { return lines((u64)width * filters * channels * 4) / 4; }

double KERNEL(conv1dInputScratch)(i32 time, i32 channels, i32 width, i32 filters) {
  u64 padded = (u64)(time + width - 1) * filters;
  return 4.0 * (packed_size(width * filters, channels) + turned_size(channels, width, filters) + padded);
}

void KERNEL(conv1dInputDense)(
    const float *dy, const float *kernel, float *dx, i32 batch, i32 time, i32 channels, i32 width, i32 filters,
    float *scratch) {
  i32 steps = time - width + 1;
  float *packed = scratch;
  float *turned = packed + packed_size(width * filters, channels);
  float *padded = turned + turned_size(channels, width, filters);
  for (i32 w = 0; w < width; w++) {
    float *to = turned + (u64)(width - 1 - w) * filters * channels;
    transpose(kernel + (u64)w * channels * filters, filters, to, channels, channels, filters);
  }
  pack(turned, channels, width * filters, channels, packed);

  u64 margin = (u64)(width - 1) * filters, own = (u64)steps * filters;
  memset(padded, 0, margin * 4);
  memset(padded + margin + own, 0, margin * 4);
  for (i32 b = 0; b < batch; b++, dy += own, dx += (u64)time * channels) {
    memcpy(padded + margin, dy, own * 4);
    product(padded, filters, packed, dx, channels, time, width * filters, channels, 0);
  }
}

void KERNEL(conv1dKernelDense)(
    const float *x, const float *dy, float *dkernel, i32 batch, i32 time, i32 channels, i32 steps, i32 taps, i32 filters,
    float *scratch) {
  for (i32 b = 0; b < batch; b++, x += (u64)time * channels, dy += (u64)steps * filters)
    product_transposed(x, channels, dy, filters, dkernel, filters, taps, steps, filters, 0, b > 0, scratch);
}
