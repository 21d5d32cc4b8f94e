// Vectors of 8 lanes (AVX2) or of 16 (AVX-512): every file that includes this is compiled once for each, and the names that it exports end in `_256` or `_512`.
//
// Lanes are results and never terms of one sum, so either gives the bits of the WebAssembly kernels. What keeps them so: a product and its sum are rounded once, by `v_fma`, where
// those say `multiplyAdd`, and twice everywhere else (`-ffp-contract=off`); division and square root are exact; no denormal number is flushed but where a kernel says so.
#pragma once
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#if WIDTH != 256 && WIDTH != 512
#error "compile with -DWIDTH=256 or -DWIDTH=512"
#endif

#define JOINED(name, width) name##_##width
#define NAMED(name, width) JOINED(name, width)
/** The name of a kernel at this width. */
#define KERNEL(name) NAMED(name, WIDTH)

#define INLINE static inline __attribute__((always_inline))

typedef int32_t i32;
typedef uint32_t u32;
typedef uint64_t u64;

#define LANES (WIDTH / 32)

/** What the compiler does by one instruction with a mask it does not show to AddressSanitizer: so the lanes are touched one by one there. */
INLINE void touch(const void *at, i32 lanes) {
#ifdef __SANITIZE_ADDRESS__
  for (i32 i = 0; i < lanes; i++) (void)((const volatile float *)at)[i];
#else
  (void)at;
  (void)lanes;
#endif
}

INLINE i32 least(i32 a, i32 b) { return a < b ? a : b; }
INLINE i32 most(i32 a, i32 b) { return a > b ? a : b; }
/** Up to the next multiple of a power of two. */
INLINE i32 up_to(i32 n, i32 multiple) { return (n + multiple - 1) & -multiple; }
/** Bytes to the end of the last cache line. */
INLINE u64 lines(u64 bytes) { return (bytes + 63) & ~(u64)63; }

#if WIDTH == 512
typedef __m512 V;
typedef __m512i I;
/** Lanes that are read or written, or that are true. */
typedef __mmask16 M;

INLINE V v_splat(float x) { return _mm512_set1_ps(x); }
INLINE V v_zero(void) { return _mm512_setzero_ps(); }
INLINE V v_load(const float *at) { return _mm512_loadu_ps(at); }
INLINE void v_store(float *at, V x) { _mm512_storeu_ps(at, x); }
INLINE M first_lanes(i32 count) { return (M)_bzhi_u32(0xffff, (u32)count); }
INLINE i32 count_of(M first) { return __builtin_popcount(first); }
INLINE V v_load_part(const float *at, M m) {
  touch(at, count_of(m));
  return _mm512_maskz_loadu_ps(m, at);
}
INLINE void v_store_part(float *at, V x, M m) {
  touch(at, count_of(m));
  _mm512_mask_storeu_ps(at, m, x);
}
INLINE V v_add(V a, V b) { return _mm512_add_ps(a, b); }
INLINE V v_sub(V a, V b) { return _mm512_sub_ps(a, b); }
INLINE V v_mul(V a, V b) { return _mm512_mul_ps(a, b); }
INLINE V v_div(V a, V b) { return _mm512_div_ps(a, b); }
INLINE V v_sqrt(V a) { return _mm512_sqrt_ps(a); }
INLINE V v_fma(V sum, V a, V b) { return _mm512_fmadd_ps(a, b, sum); }
/** `b < a ? b : a`, as WebAssembly's pmin: where either is NaN, a. */
INLINE V v_pmin(V a, V b) { return _mm512_min_ps(b, a); }
/** `a < b ? b : a`, as WebAssembly's pmax: where either is NaN, a. */
INLINE V v_pmax(V a, V b) { return _mm512_max_ps(b, a); }
INLINE V v_abs(V a) { return _mm512_abs_ps(a); }
INLINE V v_xor(V a, V b) { return _mm512_xor_ps(a, b); }
INLINE M v_lt(V a, V b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
INLINE M v_gt(V a, V b) { return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ); }
INLINE M v_eq(V a, V b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
INLINE M v_is_nan(V a) { return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q); }
INLINE M m_and(M a, M b) { return a & b; }
INLINE M m_or(M a, M b) { return a | b; }
INLINE int m_any(M m) { return m != 0; }
INLINE int m_all(M m) { return m == 0xffff; }
/** b where the mask is true, else a. */
INLINE V v_choose(M m, V a, V b) { return _mm512_mask_blend_ps(m, a, b); }
/** 0 where the mask is true. */
INLINE V v_clear(V a, M m) { return _mm512_maskz_mov_ps((M)~m, a); }
INLINE I i_splat(i32 x) { return _mm512_set1_epi32(x); }
INLINE I i_choose(M m, I a, I b) { return _mm512_mask_blend_epi32(m, a, b); }
INLINE void i_store_part(i32 *at, I x, M m) {
  touch(at, count_of(m));
  _mm512_mask_storeu_epi32(at, m, x);
}
INLINE M i_is_zero(V a) { return _mm512_testn_epi32_mask(_mm512_castps_si512(a), _mm512_castps_si512(a)); }
#else
typedef __m256 V;
typedef __m256i I;
typedef __m256i M;

INLINE V v_splat(float x) { return _mm256_set1_ps(x); }
INLINE V v_zero(void) { return _mm256_setzero_ps(); }
INLINE V v_load(const float *at) { return _mm256_loadu_ps(at); }
INLINE void v_store(float *at, V x) { _mm256_storeu_ps(at, x); }
INLINE M first_lanes(i32 count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
INLINE i32 count_of(M first) { return __builtin_popcount(_mm256_movemask_ps(_mm256_castsi256_ps(first))); }
INLINE V v_load_part(const float *at, M m) {
  touch(at, count_of(m));
  return _mm256_maskload_ps(at, m);
}
INLINE void v_store_part(float *at, V x, M m) {
  touch(at, count_of(m));
  _mm256_maskstore_ps(at, m, x);
}
INLINE V v_add(V a, V b) { return _mm256_add_ps(a, b); }
INLINE V v_sub(V a, V b) { return _mm256_sub_ps(a, b); }
INLINE V v_mul(V a, V b) { return _mm256_mul_ps(a, b); }
INLINE V v_div(V a, V b) { return _mm256_div_ps(a, b); }
INLINE V v_sqrt(V a) { return _mm256_sqrt_ps(a); }
INLINE V v_fma(V sum, V a, V b) { return _mm256_fmadd_ps(a, b, sum); }
/** `b < a ? b : a`, as WebAssembly's pmin: where either is NaN, a. */
INLINE V v_pmin(V a, V b) { return _mm256_min_ps(b, a); }
/** `a < b ? b : a`, as WebAssembly's pmax: where either is NaN, a. */
INLINE V v_pmax(V a, V b) { return _mm256_max_ps(b, a); }
INLINE V v_xor(V a, V b) { return _mm256_xor_ps(a, b); }
INLINE V v_abs(V a) { return _mm256_and_ps(a, _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff))); }
INLINE M v_compare_lt(V a, V b) { return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_LT_OQ)); }
INLINE M v_lt(V a, V b) { return v_compare_lt(a, b); }
INLINE M v_gt(V a, V b) { return v_compare_lt(b, a); }
INLINE M v_eq(V a, V b) { return _mm256_castps_si256(_mm256_cmp_ps(a, b, _CMP_EQ_OQ)); }
INLINE M v_is_nan(V a) { return _mm256_castps_si256(_mm256_cmp_ps(a, a, _CMP_UNORD_Q)); }
INLINE M m_and(M a, M b) { return _mm256_and_si256(a, b); }
INLINE M m_or(M a, M b) { return _mm256_or_si256(a, b); }
INLINE int m_any(M m) { return _mm256_movemask_ps(_mm256_castsi256_ps(m)) != 0; }
INLINE int m_all(M m) { return _mm256_movemask_ps(_mm256_castsi256_ps(m)) == 0xff; }
/** b where the mask is true, else a. */
INLINE V v_choose(M m, V a, V b) { return _mm256_blendv_ps(a, b, _mm256_castsi256_ps(m)); }
/** 0 where the mask is true. */
INLINE V v_clear(V a, M m) { return _mm256_andnot_ps(_mm256_castsi256_ps(m), a); }
INLINE I i_splat(i32 x) { return _mm256_set1_epi32(x); }
INLINE I i_choose(M m, I a, I b) { return _mm256_blendv_epi8(a, b, m); }
INLINE void i_store_part(i32 *at, I x, M m) {
  touch(at, count_of(m));
  _mm256_maskstore_epi32((int *)at, m, x);
}
INLINE M i_is_zero(V a) { return _mm256_cmpeq_epi32(_mm256_castps_si256(a), _mm256_setzero_si256()); }
#endif

/** Lanes below the smallest normal number become 0; NaN stays. */
INLINE V v_flush(V x) { return v_clear(x, v_lt(v_abs(x), v_splat(0x1p-126f))); }

/** to[0:n] = from[0:n] */
INLINE void copy_row(const float *from, float *to, i32 n) {
  i32 i = 0;
  for (; i <= n - LANES; i += LANES) v_store(to + i, v_load(from + i));
  if (i < n) {
    M m = first_lanes(n - i);
    v_store_part(to + i, v_load_part(from + i, m), m);
  }
}

/** to[0:n] += d·from[0:n] */
INLINE void axpy(float d, const float *from, float *to, i32 n) {
  V scale = v_splat(d);
  i32 i = 0;
  for (; i <= n - LANES; i += LANES) v_store(to + i, v_fma(v_load(to + i), scale, v_load(from + i)));
  if (i < n) {
    M m = first_lanes(n - i);
    v_store_part(to + i, v_fma(v_load_part(to + i, m), scale, v_load_part(from + i, m)), m);
  }
}

/** sum + a·b, rounded once. */
INLINE float fma1(float sum, float a, float b) {
  return _mm_cvtss_f32(_mm_fmadd_ss(_mm_set_ss(a), _mm_set_ss(b), _mm_set_ss(sum)));
}
