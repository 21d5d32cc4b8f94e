// The windows of texts against whole kernels, and what they give back. Each kernel can do a part of its work, for threads: of `parts`, those from `begin` to `end` − 1.
#include "windows.h"

#include "kernels.h"
#include "product.h"

/** Values of a panel of one place in the window. */
INLINE u64 panel_size(i32 channels) { return (u64)channels * FILTERS; }

double KERNEL(maxOfWindowsScratch)(i32 rows, i32 channels, i32 widest) {
  return 4.0 * ((u64)widest * panel_size(channels) + (u64)rows * widest * FILTERS);
}

/** `b[k,n]` for n ≤ FILTERS, filled up with zeros. */
static void pack_filters(const float *b, u64 b_row, i32 k, i32 n, float *to) {
#if WIDTH == 256
  pack(b, b_row, k, n, to);
#else
  M m = first_lanes(n);
  for (i32 p = 0; p < k; p++, b += b_row, to += FILTERS) v_store(to, v_load_part(b, m));
#endif
}

/** projected[r,w,FILTERS] = rows[r,:]·panel w: a tile's rows against every place in the window, while they are in the first-level cache. */
static void project(const float *rows, const float *panels, float *projected, i32 count, i32 channels, i32 width) {
  u64 panel = panel_size(channels), row = (u64)width * FILTERS;
  M all = first_lanes(LANES);
  for (i32 r = 0; r < count; r += ROWS) {
    i32 some = least(count - r, ROWS), w = 0;
    const float *a = rows + (u64)r * channels;
    float *c = projected + r * row;
#if WIDTH == 256
    for (; w < width; w++) wide_tile(some, a, channels, panels + w * panel, LANES, FILTERS, c + w * FILTERS, row, channels, 0, all);
#else
    // a vector of each of two places
    for (; w <= width - 2; w += 2) wide_tile(some, a, channels, panels + w * panel, panel, FILTERS, c + w * FILTERS, row, channels, 0, all);
    if (w < width) narrow_tile(some, a, channels, panels + w * panel, LANES, FILTERS, c + w * FILTERS, row, channels, 0, all);
#endif
  }
}

void KERNEL(maxOfWindows)(
    char *memory, const struct Line *widths, i32 lines, const float *rows, const i32 *places, const i32 *ends, float *y,
    i32 *argmax, i32 count, i32 batch, i32 time, i32 channels, i32 columns, i32 begin, i32 end, i32 parts, float *scratch) {
  i32 turn = 0;
  for (const Line *line = widths; line < widths + lines; line++) {
    i32 width = line->width, filters = line->filters;
    float *projected = scratch + width * panel_size(channels);
    for (i32 f = 0; f < filters; f += FILTERS, turn = turn + 1 == parts ? 0 : turn + 1) {
      if (turn < begin || turn >= end) continue;
      i32 some = least(filters - f, FILTERS);
      const float *kernel = floats_at(memory, line->kernel) + f;
      for (i32 w = 0; w < width; w++)
        pack_filters(kernel + (u64)w * channels * filters, filters, channels, some, scratch + w * panel_size(channels));
      project(rows, scratch, projected, count, channels, width);
      largest_of_texts(projected, places, ends, width, y + f, argmax + f, batch, time, columns, some);
    }
    y += filters;
    argmax += filters;
  }
}

double KERNEL(maxOfWindowsRowsScratch)(i32 rows, i32 own, i32 channels, i32 most) {
  return 4.0 * (u64)(own + 1) * most + sums_bytes(rows, own, channels);
}

/** A kernel is turned, [f,w,c], so that what a word gets is contiguous. */
static void rows_of_width(
    const Line *line, char *memory, const float *dy, const i32 *argmax, const i32 *places, float *sums, u64 row, i32 batch,
    i32 time, i32 channels, i32 columns, i32 begin, i32 own, float *turned) {
  i32 width = line->width, filters = line->filters;
  for (i32 w = 0; w < width; w++) {
    const float *from = floats_at(memory, line->kernel) + ((u64)w * channels + begin) * filters;
    transpose(from, filters, turned + (u64)w * own, (u64)width * own, own, filters);
  }
  i32 *list = (i32 *)(turned + (u64)width * own * filters);
  for (i32 b = 0; b < batch; b++, places += time, dy += columns, argmax += columns) {
    i32 found = non_zero(dy, filters, 1, list);
    for (i32 i = 0; i < found; i++) {
      i32 f = list[i];
      const i32 *words = places + argmax[f];
      const float *filter = turned + (u64)f * width * own;
      for (i32 w = 0; w < width; w++) axpy(dy[f], filter + (u64)w * own, sums + words[w] * row, own);
    }
  }
}

/** This is channels `begin` … `end` − 1. */
void KERNEL(maxOfWindowsRows)(
    char *memory, const struct Line *widths, i32 lines, const float *dy, const i32 *argmax, const i32 *places, float *drows,
    i32 count, i32 batch, i32 time, i32 channels, i32 columns, i32 begin, i32 end, float *scratch) {
  i32 own = end - begin;
  u64 row = sums_row(own, channels) / 4;
  float *sums = own == channels ? drows : scratch;
  memset(sums, 0, (u64)count * row * 4);
  float *turned = scratch + sums_bytes(count, own, channels) / 4;
  for (const Line *line = widths; line < widths + lines; line++) {
    rows_of_width(line, memory, dy, argmax, places, sums, row, batch, time, channels, columns, begin, own, turned);
    dy += line->filters;
    argmax += line->filters;
  }
  put_sums(sums, count, begin, own, channels, drows);
}

double KERNEL(maxOfWindowsKernelsScratch)(i32 batch, i32 channels, i32 widest, i32 most) {
  return 4.0 * ((u64)most * channels + (u64)batch) + 0.0 * widest;
}

/** to += d[i]·from[i] for four, one after the other, `n` values each. */
static void axpy4(const float *d, const float *const *from, float *to, i32 n) {
  V d0 = v_splat(d[0]), d1 = v_splat(d[1]), d2 = v_splat(d[2]), d3 = v_splat(d[3]);
  i32 i = 0;
#define FOUR(get) v_fma(v_fma(v_fma(v_fma(get(to), d0, get(from[0])), d1, get(from[1])), d2, get(from[2])), d3, get(from[3]))
#define GET(at) v_load(at + i)
  for (; i <= n - LANES; i += LANES) v_store(to + i, FOUR(GET));
#undef GET
  if (i == n) return;
  M m = first_lanes(n - i);
#define GET(at) v_load_part(at + i, m)
  v_store_part(to + i, FOUR(GET), m);
#undef GET
#undef FOUR
}

/** This is a part of the filters of every width. Sums are gathered in dkernel[f,w,c], turned at the end; four windows at a time, added one after the other. */
void KERNEL(maxOfWindowsKernels)(
    char *memory, const struct Line *widths, i32 lines, const float *dy, const i32 *argmax, const float *rows, const i32 *places,
    i32 batch, i32 time, i32 channels, i32 columns, i32 begin, i32 end, i32 parts, float *scratch) {
  i32 *list = (i32 *)scratch;
  float *sums = scratch + batch;
  for (const Line *line = widths; line < widths + lines; dy += line->filters, argmax += line->filters, line++) {
    if (line->gradient == 0) continue;
    i32 width = line->width, first = first_of(line->filters, begin, parts), last = first_of(line->filters, end, parts);
    u64 filter_size = (u64)width * channels;
    memset(sums, 0, (u64)(last - first) * filter_size * 4);
    for (i32 f = first; f < last; f++) {
      float *filter = sums + (u64)(f - first) * filter_size;
      i32 texts = non_zero(dy + f, batch, columns, list);
      for (i32 item = 0; item < texts; item += 4) {
        i32 some = least(texts - item, 4);
        float d[4];
        const i32 *words[4];
        for (i32 i = 0; i < some; i++) {
          u64 at = (u64)list[item + i] * columns + f;
          d[i] = dy[at];
          words[i] = places + (u64)list[item + i] * time + argmax[at];
        }
        for (i32 w = 0; w < width; w++) {
          const float *from[4];
          for (i32 i = 0; i < some; i++) from[i] = rows + (u64)words[i][w] * channels;
          float *to = filter + (u64)w * channels;
          if (some == 4) axpy4(d, from, to, channels);
          else for (i32 i = 0; i < some; i++) axpy(d[i], from[i], to, channels);
        }
      }
    }
    transpose(sums, filter_size, floats_at(memory, line->gradient) + first, line->filters, last - first, (i32)filter_size);
  }
}
