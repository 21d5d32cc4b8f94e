#pragma once
#include "lanes.h"

/** Eight rows of eight become eight columns. */
INLINE void transpose8(const float *from, u64 from_row, float *to, u64 to_row) {
  // each half of a vector is loaded by itself: eight shuffles are then enough, for an insertion from memory is none
#define PAIR(i, at) _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(from + (i) * from_row + (at))), _mm_loadu_ps(from + ((i) + 4) * from_row + (at)), 1)
#pragma GCC unroll 2
  for (i32 half = 0; half < 8; half += 4) {
    __m256 r0 = PAIR(0, half), r1 = PAIR(1, half), r2 = PAIR(2, half), r3 = PAIR(3, half);
    __m256 low01 = _mm256_unpacklo_ps(r0, r1), high01 = _mm256_unpackhi_ps(r0, r1);
    __m256 low23 = _mm256_unpacklo_ps(r2, r3), high23 = _mm256_unpackhi_ps(r2, r3);
    float *t = to + half * to_row;
    _mm256_storeu_ps(t, _mm256_shuffle_ps(low01, low23, 0x44));
    _mm256_storeu_ps(t + to_row, _mm256_shuffle_ps(low01, low23, 0xee));
    _mm256_storeu_ps(t + 2 * to_row, _mm256_shuffle_ps(high01, high23, 0x44));
    _mm256_storeu_ps(t + 3 * to_row, _mm256_shuffle_ps(high01, high23, 0xee));
  }
#undef PAIR
}

/** Four rows of four become four columns. */
INLINE void transpose4(const float *from, u64 from_row, float *to, u64 to_row) {
  __m128 r0 = _mm_loadu_ps(from), r1 = _mm_loadu_ps(from + from_row);
  __m128 r2 = _mm_loadu_ps(from + 2 * from_row), r3 = _mm_loadu_ps(from + 3 * from_row);
  _MM_TRANSPOSE4_PS(r0, r1, r2, r3);
  _mm_storeu_ps(to, r0);
  _mm_storeu_ps(to + to_row, r1);
  _mm_storeu_ps(to + 2 * to_row, r2);
  _mm_storeu_ps(to + 3 * to_row, r3);
}

/** to[j,i] = from[i,j], rows that many values apart, so many columns together. */
INLINE void transpose_by(i32 together, const float *from, u64 from_row, float *to, u64 to_row, i32 rows, i32 columns) {
  for (i32 j = 0; j < columns; j += together) {
    i32 some = least(columns - j, together), i = 0;
    for (; i <= rows - 8; i += 8) {
      const float *source = from + i * from_row + j;
      float *target = to + j * to_row + i;
      i32 c = 0;
      for (; c <= some - 8; c += 8) transpose8(source + c, from_row, target + c * to_row, to_row);
      for (; c <= some - 4; c += 4) {
        transpose4(source + c, from_row, target + c * to_row, to_row);
        transpose4(source + 4 * from_row + c, from_row, target + c * to_row + 4, to_row);
      }
      for (; c < some; c++)
        for (i32 r = 0; r < 8; r++) target[c * to_row + r] = source[r * from_row + c];
    }
    for (; i <= rows - 4; i += 4) {
      const float *source = from + i * from_row + j;
      float *target = to + j * to_row + i;
      i32 c = 0;
      for (; c <= some - 4; c += 4) transpose4(source + c, from_row, target + c * to_row, to_row);
      for (; c < some; c++)
        for (i32 r = 0; r < 4; r++) target[c * to_row + r] = source[r * from_row + c];
    }
    for (; i < rows; i++)
      for (i32 c = 0; c < some; c++) to[(j + c) * to_row + i] = from[i * from_row + j + c];
  }
}

/** The same, whole cache lines of `from` together, so that those of `to` are written while they are in the first-level cache. */
static void transpose(const float *from, u64 from_row, float *to, u64 to_row, i32 rows, i32 columns) {
  transpose_by(16, from, from_row, to, to_row, rows, columns);
}

/** The same of a tile that is in that cache: eight lines of `to` together, for more, at multiples of 4 KiB, would push each other out of it half written. */
static void transpose_tile(const float *from, u64 from_row, float *to, u64 to_row, i32 rows, i32 columns) {
  transpose_by(8, from, from_row, to, to_row, rows, columns);
}
