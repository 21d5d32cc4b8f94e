// Products with what a weight stores. Results lie side by side in vectors; each stored weight is one number times a row of them: so every sum is added in the order of its entries.
//
// Four columns of the weight go together, step by step, for a sum waits four cycles for its last term and one column alone has too few sums. Sixteen columns, a cache line of y, are
// sorted by how much they store, so those that go together store about as much; the shorter are filled up with −0 times a row of zeros, which changes no sum, not even −0.
#pragma once
#include "transpose.h"

/** Vectors of results that go together, at most: with four columns 12 or 16 registers of sums. */
#define SPARSE_VECTORS (WIDTH == 512 ? 4 : 3)
/** Columns of a cache line of y, and of those how many go together. */
#define TILE 16
#define GROUP 4
/** Bytes of a turned block of x that stay in the first-level cache while every column goes through it. */
#define CACHED 32768
/** Entries that a column must have in such a part of x, on average: or to keep its results apart costs more than it saves. */
#define WORTH 16

/** A stored number: where its row of x begins, in bytes, and its value. */
typedef struct {
  u32 row;
  float value;
} Entry;

/** Columns that go together: `steps` times four entries from `begin` on, then of each column as many as it has more. */
typedef struct {
  u32 begin, steps, more[GROUP];
  uint8_t column[GROUP];
  i32 columns;
} Group;

/** A weight that was prepared, in scratch memory. */
typedef struct {
  i32 inner, columns, parts;
  /** Values of a row of x and of the results. */
  u64 row;
  Group *groups;
  Entry *entries;
  /** Turned x, and behind its last row one of zeros; then results. */
  float *turned, *results;
} Prepared;

INLINE i32 sparse_rows(i32 rows) {
  i32 blocks = (rows + SPARSE_VECTORS * LANES - 1) / (SPARSE_VECTORS * LANES);
  return up_to((rows + blocks - 1) / most(blocks, 1), LANES);
}

/** Into how many parts, one after the other, the places of a block are cut: each is gone through by all columns. */
INLINE i32 parts_of(i32 inner, i32 columns, i32 entries, u64 row) {
  i32 parts = (i32)(((u64)inner * row * 4 + CACHED - 1) / CACHED);
  return parts == 0 || (int64_t)entries < (int64_t)parts * WORTH * columns ? 1 : parts;
}

INLINE u64 groups_of(i32 columns, i32 parts) { return (u64)parts * ((columns + TILE - 1) / TILE) * (TILE / GROUP); }

/** Room for entries, filled up: see `fill_up`. */
INLINE u64 entries_of(i32 entries, u64 groups) { return 2 * (u64)entries + 4 * GROUP * groups; }
INLINE int fill_up(u32 highest, u32 sum) { return GROUP * highest <= 2 * sum + 4 * GROUP; }

/** Where everything lies from `scratch` on; returns how many bytes that is. */
INLINE u64 lay_out(Prepared *p, char *scratch, i32 inner, i32 columns, i32 entries, u64 row) {
  i32 parts = parts_of(inner, columns, entries, row);
  u64 groups = groups_of(columns, parts);
  u64 entries_at = lines(groups * sizeof(Group));
  u64 turned_at = entries_at + lines(entries_of(entries, groups) * sizeof(Entry));
  u64 results_at = turned_at + (u64)(inner + 1) * row * 4;
  if (p != NULL)
    *p = (Prepared){inner, columns, parts, row, (Group *)scratch, (Entry *)(scratch + entries_at),
                    (float *)(scratch + turned_at), (float *)(scratch + results_at)};
  return results_at + (parts == 1 ? TILE : (u64)columns) * row * 4 + lines((u64)columns * 4);
}

/** Behind the results: how far each column has been read. */
INLINE i32 *cursors_of(const Prepared *p) { return (i32 *)(p->results + (p->parts == 1 ? TILE : (u64)p->columns) * p->row); }

/** What is left of a column before `end`, from its cursor on. */
INLINE u32 left_of(const i32 *places, i32 cursor, i32 last, i32 end) {
  i32 e = cursor;
  while (e < last && places[e] < end) e++;
  return (u32)(e - cursor);
}

/** `steps` entries, a multiple of four, of each of four columns, step by step. */
static void interleave(
    const float *values, const i32 *places, const i32 *order, const i32 *first, u32 steps, i32 origin, i32 row, Entry *to) {
  for (u32 s = 0; s < steps; s += 4) {
    __m128i low[GROUP], high[GROUP]; // a column's first two entries, and its next two
#pragma GCC unroll 4
    for (i32 c = 0; c < GROUP; c++) {
      i32 e = first[c] + (i32)s;
      __m128i rows = _mm_mullo_epi32(_mm_sub_epi32(_mm_loadu_si128((const __m128i *)(places + e)), _mm_set1_epi32(origin)), _mm_set1_epi32(row));
      __m128 own = order == NULL ? _mm_loadu_ps(values + e)
                                 : _mm_setr_ps(values[order[e]], values[order[e + 1]], values[order[e + 2]], values[order[e + 3]]);
      low[c] = _mm_unpacklo_epi32(rows, _mm_castps_si128(own));
      high[c] = _mm_unpackhi_epi32(rows, _mm_castps_si128(own));
    }
    __m128i *out = (__m128i *)(to + s * GROUP);
    _mm_storeu_si128(out, _mm_unpacklo_epi64(low[0], low[1]));
    _mm_storeu_si128(out + 1, _mm_unpacklo_epi64(low[2], low[3]));
    _mm_storeu_si128(out + 2, _mm_unpackhi_epi64(low[0], low[1]));
    _mm_storeu_si128(out + 3, _mm_unpackhi_epi64(low[2], low[3]));
    _mm_storeu_si128(out + 4, _mm_unpacklo_epi64(high[0], high[1]));
    _mm_storeu_si128(out + 5, _mm_unpacklo_epi64(high[2], high[3]));
    _mm_storeu_si128(out + 6, _mm_unpackhi_epi64(high[0], high[1]));
    _mm_storeu_si128(out + 7, _mm_unpackhi_epi64(high[2], high[3]));
  }
}

/** The entries of a weight, whose places begin at `origin`. Clears all of x and the results: what is computed with and not asked for is no denormal number. */
static void prepare(
    Prepared *p, const float *values, const i32 *starts, const i32 *places, const i32 *order, i32 origin) {
  i32 *cursor = cursors_of(p);
  memcpy(cursor, starts, (u64)p->columns * 4);
  memset(p->turned, 0, (char *)cursor - (char *)p->turned);
  i32 part = (p->inner + p->parts - 1) / p->parts;
  Group *group = p->groups;
  u32 at = 0;
  u32 zeros = (u32)((u64)p->inner * p->row * 4);
  for (i32 k = 0; k < p->parts; k++) {
    i32 end = k == p->parts - 1 ? INT32_MAX : origin + (k + 1) * part;
    for (i32 j = 0; j < p->columns; j += TILE) {
      i32 some = least(p->columns - j, TILE);
      u32 counts[TILE];
      uint8_t sorted[TILE];
      for (i32 c = 0; c < some; c++) {
        u32 count = p->parts == 1 ? (u32)(starts[j + c + 1] - starts[j + c]) : left_of(places, cursor[j + c], starts[j + c + 1], end);
        counts[c] = count;
        i32 to = c;
        for (; to > 0 && counts[sorted[to - 1]] < count; to--) sorted[to] = sorted[to - 1];
        sorted[to] = (uint8_t)c;
      }
      for (i32 g = 0; g < TILE; g += GROUP, group++) {
        i32 columns = most(least(some - g, GROUP), 0);
        *group = (Group){.begin = at, .columns = columns};
        if (columns == 0) continue;
        u32 highest = counts[sorted[g]], lowest = columns < GROUP ? 0 : counts[sorted[g + GROUP - 1]], sum = 0;
        for (i32 c = 0; c < columns; c++) sum += counts[sorted[g + c]];
        group->steps = fill_up(highest, sum) ? highest : lowest;
        u32 whole = columns < GROUP ? 0 : lowest & ~3u;
        if (whole > 0) {
          const i32 first[GROUP] = {cursor[j + sorted[g]], cursor[j + sorted[g + 1]], cursor[j + sorted[g + 2]], cursor[j + sorted[g + 3]]};
          interleave(values, places, order, first, whole, origin, (i32)p->row * 4, p->entries + at);
        }
        for (i32 c = 0; c < GROUP; c++) {
          i32 own = c < columns ? sorted[g + c] : sorted[g];
          u32 count = c < columns ? counts[own] : 0, together = count < group->steps ? count : group->steps;
          group->column[c] = (uint8_t)own;
          i32 e = cursor[j + own] + (i32)whole;
          for (u32 s = whole; s < group->steps; s++) {
            Entry *to = p->entries + at + s * GROUP + c;
            if (s >= together) *to = (Entry){zeros, -0.0f};
            else {
              *to = (Entry){(u32)((u64)(places[e] - origin) * p->row * 4), values[order == NULL ? e : order[e]]};
              e++;
            }
          }
        }
        at += group->steps * GROUP;
        for (i32 c = 0; c < columns; c++) {
          i32 own = sorted[g + c], e = cursor[j + own] + (i32)group->steps;
          group->more[c] = counts[own] > group->steps ? counts[own] - group->steps : 0;
          for (u32 s = 0; s < group->more[c]; s++, e++)
            p->entries[at++] = (Entry){(u32)((u64)(places[e] - origin) * p->row * 4), values[order == NULL ? e : order[e]]};
        }
        for (i32 c = 0; c < columns; c++) cursor[j + sorted[g + c]] += (i32)counts[sorted[g + c]];
      }
    }
  }
}

INLINE void group_of(i32 vectors, const Group *group, const Entry *entries, const float *x, float *results, u64 row, int resume) {
  V sum[GROUP][SPARSE_VECTORS];
#pragma GCC unroll 4
  for (i32 c = 0; c < GROUP; c++) {
#pragma GCC unroll 4
    for (i32 v = 0; v < vectors; v++) sum[c][v] = resume ? v_load(results + group->column[c] * row + v * LANES) : v_zero();
  }
  const Entry *entry = entries + group->begin;
  for (u32 s = 0; s < group->steps; s++, entry += GROUP) {
#pragma GCC unroll 4
    for (i32 c = 0; c < GROUP; c++) {
      V value = v_splat(entry[c].value);
      const float *from = (const float *)((const char *)x + entry[c].row);
#pragma GCC unroll 4
      for (i32 v = 0; v < vectors; v++) sum[c][v] = v_fma(sum[c][v], value, v_load(from + v * LANES));
    }
  }
#pragma GCC unroll 4
  for (i32 c = 0; c < GROUP; c++) {
    if (c >= group->columns) break;
    for (u32 s = 0; s < group->more[c]; s++, entry++) {
      V value = v_splat(entry->value);
      const float *from = (const float *)((const char *)x + entry->row);
#pragma GCC unroll 4
      for (i32 v = 0; v < vectors; v++) sum[c][v] = v_fma(sum[c][v], value, v_load(from + v * LANES));
    }
#pragma GCC unroll 4
    for (i32 v = 0; v < vectors; v++) v_store(results + group->column[c] * row + v * LANES, sum[c][v]);
  }
}

#define GROUPS(vectors)                                                                                                   \
  static void groups_##vectors(                                                                                           \
      const Group *group, const Entry *entries, const float *x, float *results, u64 row, int resume) {                    \
    for (i32 g = 0; g < TILE / GROUP; g++)                                                                                \
      if (group[g].columns > 0) group_of(vectors, group + g, entries, x, results, row, resume);                           \
  }
GROUPS(1)
GROUPS(2)
GROUPS(3)
#if WIDTH == 512
GROUPS(4)
#endif
#undef GROUPS

/** y[i,j], or += where `resume`, of the turned block of x, whose first `rows` results are asked for. */
static void columns_of(const Prepared *p, float *y, u64 y_row, i32 rows, int resume) {
  i32 vectors = (rows + LANES - 1) / LANES;
  const Group *group = p->groups;
  for (i32 k = 0; k < p->parts; k++) {
    for (i32 j = 0; j < p->columns; j += TILE, group += TILE / GROUP) {
      i32 some = least(p->columns - j, TILE);
      float *tile = p->parts == 1 ? p->results : p->results + j * p->row;
      if (resume && k == 0) transpose(y + j, y_row, tile, p->row, rows, some);
      int goes_on = resume || k > 0;
      switch (vectors) {
#if WIDTH == 512
        case 4: groups_4(group, p->entries, p->turned, tile, p->row, goes_on); break;
#endif
        case 3: groups_3(group, p->entries, p->turned, tile, p->row, goes_on); break;
        case 2: groups_2(group, p->entries, p->turned, tile, p->row, goes_on); break;
        default: groups_1(group, p->entries, p->turned, tile, p->row, goes_on);
      }
      if (k == p->parts - 1) transpose_tile(tile, p->row, y + j, y_row, some, rows);
    }
  }
}
