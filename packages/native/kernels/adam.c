#include "adam.h"

#include "kernels.h"

/** `bytes` end on whole vectors of 16 bytes, as storage does. */
void KERNEL(adam)(
    const float *gradient, float *m, float *v, float *weights, u32 bytes, float beta1, float beta2, float share1,
    float share2, float epsilon, float lambda, float kept, float eta, float scale) {
  Rates rates = RATES;
  adam_row(gradient, m, v, weights, bytes / 4, &rates);
}

/** Rows `begin` … `end` − 1 of the weights, `row` bytes each. Between the rows that have a gradient it is 0. */
void KERNEL(adamRows)(
    const float *rows, const i32 *ids, i32 count, float *m, float *v, float *weights, u32 row, i32 except, i32 begin,
    i32 end, float beta1, float beta2, float share1, float share2, float epsilon, float lambda, float kept, float eta,
    float scale) {
  Rates rates = RATES;
  u64 dim = row / 4;
  i32 next = 0;
  while (next < count && ids[next] < begin) next++;
  for (i32 id = begin; id < end;) {
    u64 at = id * dim;
    int here = next < count && ids[next] == id;
    if (here && id != except) {
      adam_row(rows + next * dim, m + at, v + at, weights + at, dim, &rates);
      next++;
      id++;
      continue;
    }
    if (here) next++;
    i32 until = most(least(end, next < count ? ids[next] : end), id + 1);
    adam_row(NULL, m + at, v + at, weights + at, (u64)(until - id) * dim, &rates);
    id = until;
  }
}

/** The rows ids[i], but for the row `except`, −1 for none; `starts` and `places` are those of a packed table, else NULL. This is parts `begin` … `end` − 1 of `parts`. */
void KERNEL(adamPresent)(
    const float *rows, const i32 *ids, float *m, float *v, float *weights, i32 dim, const i32 *starts, const i32 *places,
    i32 except, i32 count, i32 begin, i32 end, i32 parts, float beta1, float beta2, float share1, float share2,
    float epsilon, float lambda, float kept, float eta, float scale, float *part) {
  (void)part;
  Rates rates = RATES;
  for (i32 i = 0; i < count; i++) {
    i32 id = ids[i], worker = worker_of(id, parts);
    if (worker < begin || worker >= end || id == except) continue;
    const float *from = rows + (u64)i * dim;
    u64 at = start_of(id, dim, starts);
    i32 stored = row_length(id, dim, starts);
    if (starts == NULL) {
      adam_row(from, m + at, v + at, weights + at, (u64)stored, &rates);
      continue;
    }
    for (i32 e = 0; e < stored; e += LANES) {
      float gradient[LANES];
      i32 some = least(stored - e, LANES);
      for (i32 k = 0; k < some; k++) gradient[k] = from[places[at + e + k]];
      adam_row(gradient, m + at + e, v + at + e, weights + at + e, (u64)some, &rates);
    }
  }
}

/** Values whose gradient is written out together: half of a first-level cache. */
#define CHUNK 4096

/** The values `begin` … `end` − 1 of a packed table, whose gradient is that of the rows ids[i], ascending, but for `except`: written out chunk by chunk. */
void KERNEL(adamPacked)(
    const float *drows, const i32 *starts, const i32 *places, const i32 *ids, i32 count, i32 inner, i32 except, float *m,
    float *v, float *values, i32 begin, i32 end, float *scratch, float beta1, float beta2, float share1, float share2,
    float epsilon, float lambda, float kept, float eta, float scale) {
  Rates rates = RATES;
  i32 i = 0;
  for (i32 chunk = begin; chunk < end; chunk += CHUNK) {
    i32 stop = least(end, chunk + CHUNK), size = up_to(stop - chunk, 4); // to the end of the last vector, as storage
    memset(scratch, 0, (u64)size * 4);
    while (i < count && starts[ids[i] + 1] <= chunk) i++;
    for (; i < count; i++) {
      i32 id = ids[i], first = most(starts[id], chunk), after = starts[id + 1];
      if (first >= stop) break;
      if (id != except) {
        const float *row = drows + (u64)i * inner;
        for (i32 e = first; e < least(after, stop); e++) scratch[e - chunk] = row[places[e]];
      }
      if (after > stop) break; // the rest of this row is in the next chunk
    }
    adam_row(scratch, m + chunk, v + chunk, values + chunk, (u64)size, &rates);
  }
}
