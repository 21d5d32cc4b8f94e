// Convolution with stride 1 by the weights that are stored of a kernel. Images are copied between zeros, so that the pixel below a weight lies at the same distance from every result:
// results are computed as one row, those between the lines of the result being of no use. A weight is then one number times a row of pixels.
#include "lanes.h"

#include "kernels.h"

/** An entry of a result's plane: the distance of its pixels; its value. */
typedef struct {
  i32 distance;
  float value;
} Entry;

/** Results that are computed together, in registers, at most: the pixels below them, of all planes, stay in caches while every plane of the result goes through them. */
#define BLOCK 64

/** Values of a padded image, with what a block reads too much behind it. */
INLINE u64 padded_size(i32 planes, i32 height, i32 width, i32 padding_y, i32 padding_x) {
  return (u64)planes * (height + 2 * padding_y) * (width + 2 * padding_x) + BLOCK;
}

/** Results of a plane as one row, the last line without its end. */
INLINE i32 row_of(i32 rows, i32 columns, i32 line) { return (rows - 1) * line + columns; }

double KERNEL(storedConvolutionScratch)(
    i32 entries, i32 planes, i32 results, i32 height, i32 width, i32 rows, i32 columns, i32 paddingY, i32 paddingX) {
  u64 row = up_to(row_of(rows, columns, width + 2 * paddingX), BLOCK);
  return (double)(lines((u64)(results + 1) * 4) + lines((u64)entries * sizeof(Entry)) +
                  lines(padded_size(planes, height, width, paddingY, paddingX) * 4) + (u64)results * row * 4 + 64);
}

/** How far the pixel below a tap c,u,v lies from its result. */
INLINE i32 distance_of(i32 tap, i32 plane, i32 line, i32 taps, i32 kernel_width) {
  i32 c = tap / taps, at = tap - c * taps, u = at / kernel_width;
  return c * plane + u * line + at - u * kernel_width;
}

/** The entries of each filter, in the order of their taps. */
static void list_entries(
    const float *values, const i32 *indptr, const i32 *indices, i32 *starts, Entry *list, i32 results, i32 plane, i32 line,
    i32 taps, i32 kernel_width) {
  for (i32 f = 0; f <= results; f++) starts[f] = indptr[f] - indptr[0];
  for (i32 e = indptr[0]; e < indptr[results]; e++)
    *list++ = (Entry){distance_of(indices[e], plane, line, taps, kernel_width), values[e]};
}

/** The entries of each channel, in the order of u, v and the filter, of a kernel by its columns: its taps turned round. */
static void list_turned(
    const float *values, const i32 *indptr, const i32 *indices, const i32 *permutation, i32 *starts, Entry *list,
    i32 results, i32 plane, i32 line, i32 kernel_height, i32 kernel_width) {
  const i32 *column = indptr;
  i32 at = 0;
  for (i32 c = 0; c < results; c++) {
    starts[c] = at;
    for (i32 u = kernel_height - 1; u >= 0; u--)
      for (i32 v = kernel_width - 1; v >= 0; v--, column++)
        for (i32 e = column[0]; e < column[1]; e++)
          list[at++] = (Entry){indices[e] * plane + u * line + v, values[permutation == NULL ? e : permutation[e]]};
  }
  starts[results] = at;
}

/** Planes between zeros, which stay. */
static void pad(
    const float *from, float *to, i32 planes, i32 height, i32 width, i32 plane, i32 line, i32 padding_y, i32 padding_x) {
  for (i32 c = 0; c < planes; c++, to += plane) {
    float *at = to + padding_y * line + padding_x;
    for (i32 i = 0; i < height; i++, from += width, at += line) copy_row(from, at, width);
  }
}

/** to[…] = Σ value · pixels[…], added in the order of the entries, from 0 */
INLINE void block_of(i32 vectors, const Entry *entry, const Entry *last, const float *at, float *to) {
  V sum[BLOCK / LANES];
#pragma GCC unroll 8
  for (i32 v = 0; v < vectors; v++) sum[v] = v_zero();
  for (; entry < last; entry++) {
    const float *from = at + entry->distance;
    V value = v_splat(entry->value);
#pragma GCC unroll 8
    for (i32 v = 0; v < vectors; v++) sum[v] = v_fma(sum[v], value, v_load(from + v * LANES));
  }
#pragma GCC unroll 8
  for (i32 v = 0; v < vectors; v++) v_store(to + v * LANES, sum[v]);
}

/** A block of every plane of the result. */
#define BLOCKS(size)                                                                                                      \
  static void blocks_##size(const i32 *starts, const Entry *list, const float *at, float *to, i32 results, u64 row) {     \
    for (i32 k = 0; k < results; k++, to += row) block_of((size) / LANES, list + starts[k], list + starts[k + 1], at, to); \
  }
BLOCKS(64)
BLOCKS(32)
BLOCKS(16)
#undef BLOCKS

/** Images `begin` … `end` − 1. With `turned` the results are the gradient of the pixels. */
void KERNEL(storedConvolution)(
    const float *x, const float *values, const i32 *indptr, const i32 *indices, const i32 *permutation, float *y,
    i32 entries, i32 planes, i32 results, i32 height, i32 width, i32 rows, i32 columns, i32 kernelHeight, i32 kernelWidth,
    i32 paddingY, i32 paddingX, i32 turned, i32 begin, i32 end, char *scratch) {
  i32 line = width + 2 * paddingX, plane = (height + 2 * paddingY) * line, n = row_of(rows, columns, line);
  u64 row = up_to(n, BLOCK), size = padded_size(planes, height, width, paddingY, paddingX);
  i32 *starts = (i32 *)scratch;
  Entry *list = (Entry *)(scratch + lines((u64)(results + 1) * 4));
  float *image = (float *)((char *)list + lines((u64)entries * sizeof(Entry))), *result = image + lines(size * 4) / 4;
  if (turned) list_turned(values, indptr, indices, permutation, starts, list, results, plane, line, kernelHeight, kernelWidth);
  else list_entries(values, indptr, indices, starts, list, results, plane, line, kernelHeight * kernelWidth, kernelWidth);
  memset(image, 0, size * 4);
  for (i32 b = begin; b < end; b++) {
    pad(x + (u64)b * planes * height * width, image, planes, height, width, plane, line, paddingY, paddingX);
    for (i32 t = 0; t < n;) {
      i32 left = n - t;
      if (left > 32) {
        blocks_64(starts, list, image + t, result + t, results, row);
        t += 64;
      } else if (left > 16) {
        blocks_32(starts, list, image + t, result + t, results, row);
        t += 32;
      } else {
        blocks_16(starts, list, image + t, result + t, results, row);
        t += 16;
      }
    }
    float *to = y + (u64)b * results * rows * columns;
    for (i32 k = 0; k < results; k++)
      for (i32 i = 0; i < rows; i++, to += columns) copy_row(result + k * row + (u64)i * line, to, columns);
  }
}

/** Sums of an entry, whatever the width: those of one vector of AVX2. */
#define SUMS 8

/** Values of a gradient's plane as one row, in whole vectors. */
INLINE i32 gradient_row(i32 rows, i32 columns, i32 line) { return up_to(row_of(rows, columns, line), SUMS); }

double KERNEL(storedConvolutionKernelScratch)(
    i32 entries, i32 channels, i32 height, i32 width, i32 rows, i32 columns, i32 paddingY, i32 paddingX) {
  return 4.0 * (SUMS * (u64)entries + gradient_row(rows, columns, width + 2 * paddingX) +
                padded_size(channels, height, width, paddingY, paddingX) + (u64)entries);
}

/** sums[e, t mod 8] += pixels[t + distance of e] · gradient[t], in the order of t, for so many entries e. */
INLINE void add_to(i32 entries, const float *image, const float *gradient, i32 n, const i32 *distances, float *sums) {
  __m256 sum[SUMS];
  const float *pixels[SUMS];
#pragma GCC unroll 8
  for (i32 e = 0; e < entries; e++) {
    sum[e] = _mm256_loadu_ps(sums + e * SUMS);
    pixels[e] = image + distances[e];
  }
  for (i32 t = 0; t < n; t += SUMS) {
    __m256 g = _mm256_loadu_ps(gradient + t);
#pragma GCC unroll 8
    for (i32 e = 0; e < entries; e++) sum[e] = _mm256_fmadd_ps(g, _mm256_loadu_ps(pixels[e] + t), sum[e]);
  }
#pragma GCC unroll 8
  for (i32 e = 0; e < entries; e++) _mm256_storeu_ps(sums + e * SUMS, sum[e]);
}

/** Filters `begin` … `end` − 1. */
void KERNEL(storedConvolutionKernel)(
    const float *x, const float *dy, float *dvalues, const i32 *indptr, const i32 *indices, i32 batch, i32 channels,
    i32 filters, i32 height, i32 width, i32 rows, i32 columns, i32 kernelHeight, i32 kernelWidth, i32 paddingY,
    i32 paddingX, i32 begin, i32 end, float *scratch) {
  i32 line = width + 2 * paddingX, plane = (height + 2 * paddingY) * line, n = gradient_row(rows, columns, line);
  i32 first = indptr[begin], entries = indptr[end] - first;
  u64 size = padded_size(channels, height, width, paddingY, paddingX);
  float *sums = scratch, *gradient = sums + (u64)entries * SUMS, *image = gradient + n;
  i32 *distances = (i32 *)(image + size);
  memset(scratch, 0, ((u64)entries * SUMS + n + size) * 4);
  for (i32 e = 0; e < entries; e++)
    distances[e] = distance_of(indices[first + e], plane, line, kernelHeight * kernelWidth, kernelWidth);
  for (i32 b = 0; b < batch; b++) {
    pad(x + (u64)b * channels * height * width, image, channels, height, width, plane, line, paddingY, paddingX);
    for (i32 f = begin; f < end; f++) {
      i32 e = indptr[f] - first, last = indptr[f + 1] - first;
      if (e == last) continue;
      const float *from = dy + ((u64)b * filters + f) * rows * columns;
      for (i32 i = 0; i < rows; i++) copy_row(from + i * columns, gradient + i * line, columns);
      for (; e + 8 <= last; e += 8) add_to(8, image, gradient, n, distances + e, sums + e * SUMS);
      for (; e + 4 <= last; e += 4) add_to(4, image, gradient, n, distances + e, sums + e * SUMS);
      for (; e < last; e++) add_to(1, image, gradient, n, distances + e, sums + e * SUMS);
    }
  }
  for (i32 e = 0; e < entries; e++) {
    const float *s = sums + (u64)e * SUMS;
    dvalues[first + e] = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
  }
}
