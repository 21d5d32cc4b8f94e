// Values that lie in pairs, as pixels do in tiles that are two apart: vectors of 4, of 8 and, with AVX-512, of 16 of them, taken apart and put together again. Named `load4`, `load8`, …
#pragma once
#include "lanes.h"

/** The values of even and of odd place among two vectors, and two vectors that alternate between these. */
INLINE __m128 evens4(__m128 low, __m128 high) { return _mm_shuffle_ps(low, high, _MM_SHUFFLE(2, 0, 2, 0)); }
INLINE __m128 odds4(__m128 low, __m128 high) { return _mm_shuffle_ps(low, high, _MM_SHUFFLE(3, 1, 3, 1)); }
INLINE __m128 lower4(__m128 even, __m128 odd) { return _mm_unpacklo_ps(even, odd); }
INLINE __m128 upper4(__m128 even, __m128 odd) { return _mm_unpackhi_ps(even, odd); }

/** Quarters 0, 2, 1, 3: what a shuffle of both halves of a vector leaves to be done. */
INLINE __m256 middle_swapped(__m256 x) {
  return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(x), _MM_SHUFFLE(3, 1, 2, 0)));
}
INLINE __m256 evens8(__m256 low, __m256 high) {
  return middle_swapped(_mm256_shuffle_ps(low, high, _MM_SHUFFLE(2, 0, 2, 0)));
}
INLINE __m256 odds8(__m256 low, __m256 high) {
  return middle_swapped(_mm256_shuffle_ps(low, high, _MM_SHUFFLE(3, 1, 3, 1)));
}
INLINE __m256 lower8(__m256 even, __m256 odd) {
  return _mm256_permute2f128_ps(_mm256_unpacklo_ps(even, odd), _mm256_unpackhi_ps(even, odd), 0x20);
}
INLINE __m256 upper8(__m256 even, __m256 odd) {
  return _mm256_permute2f128_ps(_mm256_unpacklo_ps(even, odd), _mm256_unpackhi_ps(even, odd), 0x31);
}

#define load4 _mm_loadu_ps
#define store4 _mm_storeu_ps
#define zero4 _mm_setzero_ps
#define add4 _mm_add_ps
#define sub4 _mm_sub_ps
#define negate4(x) _mm_xor_ps(x, _mm_set1_ps(-0.0f))
#define load8 _mm256_loadu_ps
#define store8 _mm256_storeu_ps
#define zero8 _mm256_setzero_ps
#define add8 _mm256_add_ps
#define sub8 _mm256_sub_ps
#define negate8(x) _mm256_xor_ps(x, _mm256_set1_ps(-0.0f))

#if WIDTH == 512
INLINE __m512i places_of(i32 first) {
  __m512i twice = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  return _mm512_add_epi32(twice, _mm512_set1_epi32(first));
}
INLINE __m512 evens16(__m512 low, __m512 high) { return _mm512_permutex2var_ps(low, places_of(0), high); }
INLINE __m512 odds16(__m512 low, __m512 high) { return _mm512_permutex2var_ps(low, places_of(1), high); }
INLINE __m512 lower16(__m512 even, __m512 odd) {
  __m512i places = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  return _mm512_permutex2var_ps(even, places, odd);
}
INLINE __m512 upper16(__m512 even, __m512 odd) {
  __m512i places = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  return _mm512_permutex2var_ps(even, places, odd);
}
#define load16 _mm512_loadu_ps
#define store16 _mm512_storeu_ps
#define zero16 _mm512_setzero_ps
#define add16 _mm512_add_ps
#define sub16 _mm512_sub_ps
#define negate16(x) _mm512_castsi512_ps(_mm512_xor_epi32(_mm512_castps_si512(x), _mm512_set1_epi32((int)0x80000000)))
#endif
