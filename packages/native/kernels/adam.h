// A step of Adam: `packages/core/assembly/updates.ts`, operation by operation.
#pragma once
#include "lanes.h"

/** What of a step is the same for every weight. */
typedef struct {
  V beta1, beta2, share1, share2, epsilon, lambda, kept, eta, scale;
} Rates;

#define RATES                                                                                                             \
  (Rates){v_splat(beta1), v_splat(beta2), v_splat(share1), v_splat(share2), v_splat(epsilon),                             \
          v_splat(lambda), v_splat(kept), v_splat(eta), v_splat(scale)}

INLINE void adam_of(V gradient, V *m, V *v, V *w, const Rates *r) {
  V g = v_fma(gradient, r->lambda, *w);
  *m = v_flush(v_fma(v_mul(r->beta1, *m), r->share1, g));
  *v = v_flush(v_fma(v_mul(r->beta2, *v), r->share2, v_mul(g, g)));
  V root = v_add(v_div(v_sqrt(*v), r->scale), r->epsilon);
  *w = v_sub(v_mul(*w, r->kept), v_div(v_mul(r->eta, *m), root));
}

/** `n` weights side by side; their gradient is 0 where `gradient` is NULL. */
INLINE void adam_row(const float *gradient, float *m, float *v, float *w, u64 n, const Rates *r) {
  u64 i = 0;
  for (; i + LANES <= n; i += LANES) {
    V a = v_load(m + i), b = v_load(v + i), c = v_load(w + i);
    adam_of(gradient == NULL ? v_zero() : v_load(gradient + i), &a, &b, &c, r);
    v_store(m + i, a);
    v_store(v + i, b);
    v_store(w + i, c);
  }
  if (i == n) return;
  M part = first_lanes((i32)(n - i));
  V a = v_load_part(m + i, part), b = v_load_part(v + i, part), c = v_load_part(w + i, part);
  adam_of(gradient == NULL ? v_zero() : v_load_part(gradient + i, part), &a, &b, &c, r);
  v_store_part(m + i, a, part);
  v_store_part(v + i, b, part);
  v_store_part(w + i, c, part);
}

/** The worker that has row `id` of a table, of `parts`: the same thread has a row at every step. */
INLINE i32 worker_of(i32 id, i32 parts) { return (id >> 4) % parts; }
/** Where row `id` of a table begins, in elements: a packed one says so in `starts`. */
INLINE u64 start_of(i32 id, i32 dim, const i32 *starts) { return starts == NULL ? (u64)id * dim : (u64)starts[id]; }
INLINE i32 row_length(i32 id, i32 dim, const i32 *starts) { return starts == NULL ? dim : starts[id + 1] - starts[id]; }
