#include "lanes.h"

#include "kernels.h"

// Which elements of a weight are stored, as bits, the first element lowest: written out and collected a vector at a time, without a look at any element by itself.

#if WIDTH == 512
INLINE V spread_out(V stored, u32 bits) { return _mm512_maskz_expand_ps((M)bits, stored); }
/** Not straight into memory, which Zen 4 does by microcode. */
INLINE V side_by_side(V x, u32 bits) { return _mm512_maskz_compress_ps((M)bits, x); }
INLINE u32 bits_at(const char *bits) { return (u32)(uint8_t)bits[0] | (u32)(uint8_t)bits[1] << 8; }
INLINE void prepare_table(void) {}
#else
/** For each eight bits where the lanes come from, in `spread_out` and in `side_by_side`. */
static uint8_t FROM[2][256][LANES];

static void fill_table(void) {
  for (i32 bits = 0; bits < 256; bits++) {
    for (i32 lane = 0, stored = 0; lane < LANES; lane++) {
      FROM[0][bits][lane] = (uint8_t)stored;
      if (bits >> lane & 1) FROM[1][bits][stored++] = (uint8_t)lane;
    }
  }
}
/** Not when the library is loaded: a processor without these instructions loads it too. Threads that come at once fill in the same. */
static void prepare_table(void) {
  static int ready;
  if (__atomic_load_n(&ready, __ATOMIC_ACQUIRE)) return;
  fill_table();
  __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
}

INLINE V from_lanes(V x, const uint8_t *lanes) {
  return _mm256_permutevar8x32_ps(x, _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)lanes)));
}
INLINE V spread_out(V stored, u32 bits) {
  I each = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  M set = _mm256_cmpeq_epi32(_mm256_and_si256(i_splat((i32)bits), each), each);
  return _mm256_and_ps(from_lanes(stored, FROM[0][bits]), _mm256_castsi256_ps(set));
}
INLINE V side_by_side(V x, u32 bits) { return from_lanes(x, FROM[1][bits]); }
INLINE u32 bits_at(const char *bits) { return (uint8_t)bits[0]; }
#endif

/** Bits of the last `n` elements, fewer than a vector has. */
INLINE u32 last_bits(const char *bits, i32 n) {
  u32 found = (uint8_t)bits[0];
  if (n > 8) found |= (u32)(uint8_t)bits[1] << 8;
  return found & ((1u << n) - 1);
}

void KERNEL(expand)(const float *values, const float *end, const char *bits, float *out, i32 n) {
  prepare_table();
  for (; n >= LANES; n -= LANES, bits += LANES / 8, out += LANES) {
    u32 some = bits_at(bits);
    v_store(out, spread_out(end - values >= LANES ? v_load(values) : v_load_part(values, first_lanes((i32)(end - values))), some));
    values += __builtin_popcount(some);
  }
  if (n > 0) v_store_part(out, spread_out(v_load_part(values, first_lanes((i32)(end - values))), last_bits(bits, n)), first_lanes(n));
}

void KERNEL(compress)(const float *x, const char *bits, float *values, const float *end, i32 n) {
  prepare_table();
  for (; n > 0; n -= LANES, bits += LANES / 8, x += LANES) {
    u32 some = n >= LANES ? bits_at(bits) : last_bits(bits, n);
    i32 stored = __builtin_popcount(some);
    V found = side_by_side(n >= LANES ? v_load(x) : v_load_part(x, first_lanes(n)), some);
    // what is written too much is overwritten by what comes next
    if (end - values >= LANES) v_store(values, found);
    else v_store_part(values, found, first_lanes(stored));
    values += stored;
  }
}
