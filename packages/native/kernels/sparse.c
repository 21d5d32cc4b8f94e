#include "sparse.h"

#include "kernels.h"

i32 KERNEL(sparseRows)(i32 rows) { return sparse_rows(rows); }

double KERNEL(sparseProductScratch)(i32 rows, i32 inner, i32 columns, i32 entries) {
  return lay_out(NULL, NULL, inner, columns, entries, sparse_rows(rows));
}

/** The results of every text are cut into blocks; this is blocks `begin` … `end` − 1 of all. */
void KERNEL(sparseProduct)(
    const float *x, const float *values, const i32 *starts, const i32 *places, const i32 *order, float *y, i32 rows,
    i32 step, i32 stride, i32 columns, i32 inner, i32 begin, i32 end, char *scratch) {
  i32 size = sparse_rows(rows), blocks = (rows + size - 1) / size;
  Prepared prepared;
  lay_out(&prepared, scratch, inner, columns, starts[columns], size);
  prepare(&prepared, values, starts, places, order, 0);
  for (i32 unit = begin; unit < end; unit++) {
    i32 b = unit / blocks, i = (unit - b * blocks) * size, some = least(rows - i, size);
    if (some < size) memset(prepared.turned, 0, (u64)inner * size * 4);
    transpose(x + ((u64)b * stride + (u64)i * step), step, prepared.turned, size, some, inner);
    columns_of(&prepared, y + ((u64)b * rows + i) * columns, columns, some, 0);
  }
}

/** Terms that a block of gradients adds: of 512 places of x, those of a layer's input from both directions, they stay in the first-level cache. */
#define TERMS 16
/** Sums of columns that are added up together: read and written once a block of terms, they stay in the second-level cache. */
#define SUMS 65536
/** Entries of a column that go together. */
#define SIDE 8

double KERNEL(sparseProductValuesScratch)(i32 inner, i32 columns, i32 entries) {
  return 4.0 * ((u64)(inner + columns) * TERMS + (u64)least(entries, most(SUMS, inner)) + (SIDE - 1) * (u64)columns);
}

/** Eight sums of a column: s += x[i, p]·d[i], from rows of x that are turned to lie side by side. */
INLINE void add_side(const i32 *p, const float *x, const float *d, float *sum, i32 terms) {
  __m256 s = _mm256_loadu_ps(sum);
  float turned[SIDE * SIDE] __attribute__((aligned(32)));
  const float *from[SIDE];
  for (i32 e = 0; e < SIDE; e++) from[e] = x + (u64)p[e] * TERMS;
  i32 i = 0;
  for (; i <= terms - SIDE; i += SIDE) {
#define PAIR(e, at) _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(from[e] + i + (at))), _mm_loadu_ps(from[(e) + 4] + i + (at)), 1)
#pragma GCC unroll 2
    for (i32 half = 0; half < SIDE; half += 4) {
      __m256 r0 = PAIR(0, half), r1 = PAIR(1, half), r2 = PAIR(2, half), r3 = PAIR(3, half);
      __m256 low01 = _mm256_unpacklo_ps(r0, r1), high01 = _mm256_unpackhi_ps(r0, r1);
      __m256 low23 = _mm256_unpacklo_ps(r2, r3), high23 = _mm256_unpackhi_ps(r2, r3);
      const float *t = d + i + half;
      s = _mm256_fmadd_ps(_mm256_broadcast_ss(t), _mm256_shuffle_ps(low01, low23, 0x44), s);
      s = _mm256_fmadd_ps(_mm256_broadcast_ss(t + 1), _mm256_shuffle_ps(low01, low23, 0xee), s);
      s = _mm256_fmadd_ps(_mm256_broadcast_ss(t + 2), _mm256_shuffle_ps(high01, high23, 0x44), s);
      s = _mm256_fmadd_ps(_mm256_broadcast_ss(t + 3), _mm256_shuffle_ps(high01, high23, 0xee), s);
    }
#undef PAIR
  }
  for (; i < terms; i++) {
    for (i32 e = 0; e < SIDE; e++) turned[e] = from[e][i];
    s = _mm256_fmadd_ps(_mm256_broadcast_ss(d + i), _mm256_load_ps(turned), s);
  }
  _mm256_storeu_ps(sum, s);
}

/** sums += the terms of a block, for the entries of columns that begin at `starts`; of each column whole vectors of sums. */
static void add_terms(const i32 *starts, i32 columns, const i32 *places, const float *x, const float *dy, float *sum, i32 terms) {
  for (i32 j = 0; j < columns; j++, dy += TERMS) {
    i32 e = starts[j], end = starts[j + 1];
    for (; e + SIDE <= end; e += SIDE, sum += SIDE) add_side(places + e, x, dy, sum, terms);
    if (e == end) continue;
    i32 last[SIDE];
    for (i32 k = 0; k < SIDE; k++) last[k] = places[least(e + k, end - 1)]; // nobody reads the sums of those that are not there
    add_side(last, x, dy, sum, terms);
    sum += SIDE;
  }
}

/** This is columns `begin` … `end` − 1. */
void KERNEL(sparseProductValues)(
    const float *x, const float *dy, const i32 *starts, const i32 *places, const i32 *order, float *dvalues, i32 batch,
    i32 rows, i32 step, i32 stride, i32 columns, i32 inner, i32 begin, i32 end, float *scratch) {
  float *turned_dy = scratch + (u64)inner * TERMS, *sums = turned_dy + (u64)(end - begin) * TERMS;
  for (i32 j = begin; j < end;) {
    i32 first = starts[j], next = j + 1;
    while (next < end && starts[next + 1] - first <= SUMS) next++;
    memset(sums, 0, ((u64)(starts[next] - first) + (SIDE - 1) * (u64)(next - j)) * 4);
    for (i32 b = 0; b < batch; b++) {
      for (i32 i = 0; i < rows; i += TERMS) {
        i32 some = least(rows - i, TERMS);
        transpose(x + ((u64)b * stride + (u64)i * step), step, scratch, TERMS, some, inner);
        transpose(dy + ((u64)b * rows + i) * columns + j, columns, turned_dy, TERMS, some, next - j);
        add_terms(starts + j, next - j, places, scratch, turned_dy, sums, some);
      }
    }
    for (const float *sum = sums; j < next; j++) {
      for (i32 e = starts[j]; e < starts[j + 1]; e++) dvalues[order == NULL ? e : order[e]] = sum[e - starts[j]];
      sum += up_to(starts[j + 1] - starts[j], SIDE);
    }
  }
}

/** Entries of columns that `sparseWeightGradient` adds up together: their sums, four an entry, stay in the second-level cache. */
#define ENTRIES 32768

double KERNEL(sparseWeightGradientScratch)(i32 inner, i32 columns, i32 entries) {
  return 4.0 * ((u64)(inner + columns) * TERMS + 4 * (u64)least(entries, most(ENTRIES, inner)));
}

/** sums[e, i mod 4] += x[i, places[e]]·dy[i], for the entries of columns that begin at `starts`: two entries side by side, for a vector of four would take as many shuffles as it saves sums. */
static void add_lanes(const i32 *starts, i32 columns, const i32 *places, const float *x, const float *dy, float *sum) {
  for (i32 j = 0; j < columns; j++, dy += TERMS) {
    __m256 d[4];
#pragma GCC unroll 4
    for (i32 q = 0; q < 4; q++) d[q] = _mm256_broadcast_ps((const __m128 *)(dy + 4 * q));
    i32 e = starts[j], end = starts[j + 1];
    for (; e + 2 <= end; e += 2, sum += 8) {
      const float *a = x + (u64)places[e] * TERMS, *b = x + (u64)places[e + 1] * TERMS;
      __m256 s = _mm256_loadu_ps(sum);
#pragma GCC unroll 4
      for (i32 q = 0; q < 4; q++) {
        __m256 both = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(a + 4 * q)), _mm_loadu_ps(b + 4 * q), 1);
        s = _mm256_fmadd_ps(d[q], both, s);
      }
      _mm256_storeu_ps(sum, s);
    }
    if (e == end) continue;
    const float *a = x + (u64)places[e] * TERMS;
    __m128 s = _mm_loadu_ps(sum);
#pragma GCC unroll 4
    for (i32 q = 0; q < 4; q++) s = _mm_fmadd_ps(_mm256_castps256_ps128(d[q]), _mm_loadu_ps(a + 4 * q), s);
    _mm_storeu_ps(sum, s);
    sum += 4;
  }
}

/** This is columns `begin` … `end` − 1. */
void KERNEL(sparseWeightGradient)(
    const float *x, const float *dy, const i32 *starts, const i32 *places, const i32 *order, float *dvalues, i32 rows,
    i32 columns, i32 inner, i32 begin, i32 end, float *kept, u32 keptStep, i32 turn, float *scratch) {
  u64 step = keptStep / 4;
  float *turned_dy = scratch + (u64)inner * TERMS, *sums = turned_dy + (u64)(end - begin) * TERMS;
  for (i32 j = begin; j < end;) {
    i32 first = starts[j], next = j + 1;
    while (next < end && starts[next + 1] - first <= ENTRIES) next++;
    i32 last = starts[next];
    if (kept == NULL) memset(sums, 0, (u64)(last - first) * 16);
    else
      for (i32 e = first; e < last; e++) {
        const float *from = kept + (order == NULL ? e : order[e]);
        for (i32 k = 0; k < 4; k++) sums[(u64)(e - first) * 4 + k] = from[((turn + k) & 3) * step];
      }
    for (i32 i = 0; i < rows; i += TERMS) {
      i32 some = least(rows - i, TERMS);
      if (some < TERMS) {
        // what is not there adds 0 · −0, which changes no sum, not even −0
        memset(scratch, 0, (u64)inner * TERMS * 4);
        for (u64 k = 0; k < (u64)(next - j) * TERMS; k++) turned_dy[k] = -0.0f;
      }
      transpose(x + (u64)i * inner, inner, scratch, TERMS, some, inner);
      transpose(dy + (u64)i * columns + j, columns, turned_dy, TERMS, some, next - j);
      add_lanes(starts + j, next - j, places, scratch, turned_dy, sums);
    }
    for (i32 e = first; e < last; e++) {
      const float *four = sums + (u64)(e - first) * 4;
      i32 to = order == NULL ? e : order[e];
      i32 at = kept == NULL ? 0 : -turn & 3; // of the first sum
      dvalues[to] = four[at] + four[(at + 1) & 3] + four[(at + 2) & 3] + four[(at + 3) & 3];
      if (kept != NULL)
        for (i32 k = 0; k < 4; k++) kept[to + k * step] = four[(at + k) & 3];
    }
    j = next;
  }
}
