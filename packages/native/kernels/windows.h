// Windows of words and the kernels of all their widths. Results of all filters lie side by side, width after width.
#pragma once
#include "transpose.h"

/** The kernels of one width, as callers list them: places in memory of kernel[width,channels,filters], of its gradient or 0, and of what is stored the values and entries by filters. */
typedef struct Line {
  u32 kernel;
  i32 width, filters;
  u32 gradient, values, starts, stored, order;
} Line;

INLINE float *floats_at(char *memory, u32 pointer) { return (float *)(memory + pointer); }
INLINE const i32 *integers_at(const char *memory, u32 pointer) { return (const i32 *)(memory + pointer); }

/** The first of the filters of one width that are a part's own; those of the part after it begin where its own end. */
INLINE i32 first_of(i32 filters, i32 part, i32 parts) { return filters * part / parts; }

/** Filters that go together. */
#define FILTERS 16
/** Their vectors. */
#define SIDES (FILTERS / LANES)

/** Whether a value replaces the largest so far: NaN does, once. */
INLINE M wins(V value, V best) {
#if WIDTH == 512
  return v_gt(value, best) | (v_is_nan(value) & (M)~v_is_nan(best));
#else
  return m_or(v_gt(value, best), _mm256_andnot_si256(v_is_nan(best), v_is_nan(value)));
#endif
}

/** The first `count` of the filters. */
INLINE void put_sides(float *y, i32 *argmax, const V *best, const I *winner, i32 count) {
#pragma GCC unroll 2
  for (i32 s = 0; s < SIDES; s++) {
    M m = first_lanes(most(least(count - s * LANES, LANES), 0));
    v_store_part(y + s * LANES, best[s], m);
    i_store_part(argmax + s * LANES, winner[s], m);
  }
}

static void largest_of_any(
    const float *projected, const i32 *places, i32 windows, i32 width, float *y, i32 *argmax, i32 filters) {
  u64 row = (u64)width * FILTERS;
  V best[SIDES];
  I winner[SIDES];
  for (i32 t = 0; t < windows; t++, places++) {
    for (i32 s = 0; s < SIDES; s++) {
      V sum = v_load(projected + places[0] * row + s * LANES);
      for (i32 w = 1; w < width; w++) sum = v_add(sum, v_load(projected + places[w] * row + w * FILTERS + s * LANES));
      M m = wins(sum, t == 0 ? v_zero() : best[s]);
      best[s] = t == 0 ? sum : v_choose(m, best[s], sum);
      winner[s] = t == 0 ? i_splat(0) : i_choose(m, winner[s], i_splat(t));
    }
  }
  put_sides(y, argmax, best, winner, filters);
}

/**
 * For a width that is known when this is compiled. A sum that is no number would lose against every other: `total` tells that there is one, or infinities of both signs, and the windows
 * are gone through again.
 */
INLINE void largest_of(
    i32 width, const float *projected, const i32 *places, i32 windows, float *y, i32 *argmax, i32 filters) {
  u64 row = (u64)width * FILTERS;
  V best[SIDES], total[SIDES];
  I winner[SIDES];
  const float *word[5];
#pragma GCC unroll 5
  for (i32 w = 0; w < width; w++) word[w] = projected + places[w] * row;
#pragma GCC unroll 2
  for (i32 s = 0; s < SIDES; s++) {
    best[s] = v_splat(-__builtin_inff());
    total[s] = v_zero();
    winner[s] = i_splat(0);
  }
  for (i32 t = 0;;) {
    I now = i_splat(t);
#pragma GCC unroll 2
    for (i32 s = 0; s < SIDES; s++) {
      V sum = v_load(word[0] + s * LANES);
#pragma GCC unroll 5
      for (i32 w = 1; w < width; w++) sum = v_add(sum, v_load(word[w] + w * FILTERS + s * LANES));
      winner[s] = i_choose(v_gt(sum, best[s]), winner[s], now);
      best[s] = v_pmax(best[s], sum);
      total[s] = v_add(total[s], sum);
    }
    if (++t >= windows) break;
#pragma GCC unroll 5
    for (i32 w = 0; w < width - 1; w++) word[w] = word[w + 1];
    word[width - 1] = projected + places[t + width - 1] * row;
  }
  int isNaN = 0;
#pragma GCC unroll 2
  for (i32 s = 0; s < SIDES; s++) isNaN |= m_any(v_is_nan(total[s]));
  if (isNaN) largest_of_any(projected, places, windows, width, y, argmax, filters);
  else put_sides(y, argmax, best, winner, filters);
}

#define LARGEST(width)                                                                                                    \
  static void largest_##width(                                                                                            \
      const float *projected, const i32 *places, i32 windows, float *y, i32 *argmax, i32 filters) {                       \
    largest_of(width, projected, places, windows, y, argmax, filters);                                                    \
  }
LARGEST(3)
LARGEST(4)
LARGEST(5)
#undef LARGEST

/** The largest of the windows of each text, for FILTERS filters of which `filters` are asked for, and the first window that has it. */
static void largest_of_texts(
    const float *projected, const i32 *places, const i32 *ends, i32 width, float *y, i32 *argmax, i32 batch, i32 time,
    i32 columns, i32 filters) {
  for (i32 b = 0; b < batch; b++, places += time, y += columns, argmax += columns) {
    i32 windows = most(1, ends[b] - width + 1);
    if (width == 3) largest_3(projected, places, windows, y, argmax, filters);
    else if (width == 4) largest_4(projected, places, windows, y, argmax, filters);
    else if (width == 5) largest_5(projected, places, windows, y, argmax, filters);
    else largest_of_any(projected, places, windows, width, y, argmax, filters);
  }
}

/** Bytes of a row of a part's own sums: whole cache lines, none of which is another part's. Who has all channels adds to drows itself. */
INLINE u64 sums_row(i32 own, i32 channels) { return own == channels ? (u64)channels * 4 : lines((u64)own * 4); }
INLINE u64 sums_bytes(i32 rows, i32 own, i32 channels) { return own == channels ? 0 : (u64)rows * sums_row(own, channels); }

/** A part's sums go to its channels, from `begin` on, of drows. */
static void put_sums(const float *sums, i32 rows, i32 begin, i32 own, i32 channels, float *drows) {
  if (own == channels) return;
  for (i32 r = 0; r < rows; r++) copy_row(sums + r * (sums_row(own, channels) / 4), drows + (u64)r * channels + begin, own);
}

/**
 * Writes the numbers of the values that are not 0 to `list`, and returns how many they are. They are `step` values apart. Without a branch, for dropout and ReLU make zeros of half of
 * them, and no processor guesses which. `list` has room for all.
 */
static i32 non_zero(const float *values, i32 count, u64 step, i32 *list) {
  i32 found = 0;
  for (i32 i = 0; i < count; i++, values += step) {
    list[found] = i;
    found += *values != 0;
  }
  return found;
}
