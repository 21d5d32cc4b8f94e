#include <math.h>

#include "adam.h"

#include "kernels.h"

// Adam on rows whose gradient is 0, many steps at a time: `packages/core/assembly/absent.ts`, which says why its short ways are exact. Whether one is taken is decided for as many lanes
// as a vector has, and changes no bit.

/** Steps that share a root. */
#define BLOCK 16
#define TAU (24.0 / 16777216)
#define NORMAL 0x1p-110f
#define LARGE 0x1p-70f
#define FELT 0x1p-100f
#define TINY 1e-24f
#define DOUBTFUL 0x1p-13f

/** Of a step: √β₂ᵏ / scale, the ends of −η, and what enters a block amid. */
typedef struct {
  float w, low, high, entered;
} Bracket;
/** Of a block, with room to spare. */
typedef struct {
  float most, least;
} Bounds;
typedef struct {
  float eta, scale;
} Rate;

static void bracket(const Rate *rates, i32 steps, float beta2, Bracket *brackets, Bounds *blocks) {
  double root = sqrt((double)beta2), decay = 1, entered = 1, highest = 0, lowest = INFINITY;
  for (i32 step = 0; step < steps; step++) {
    if (step % BLOCK == 0) {
      decay = entered = 1;
      highest = 0;
      lowest = INFINITY;
    }
    decay *= root;
    double eta = rates[step].eta, w = decay / rates[step].scale;
    brackets[step] = (Bracket){(float)w, (float)(-eta * (1 + TAU)), (float)(-eta * (1 - TAU)), (float)entered};
    entered /= root;
    if (1.001 * fabs(eta) > highest) highest = 1.001 * fabs(eta);
    if (0.999 * w < lowest) lowest = 0.999 * w;
    blocks[step / BLOCK] = (Bounds){(float)highest, (float)lowest};
  }
}

/** The formula. */
INLINE V stepped(V w, V m, V v, const Rate *rate, V epsilon) {
  V divisor = v_add(v_div(v_sqrt(v), v_splat(rate->scale)), epsilon);
  return v_sub(w, v_div(v_mul(v_splat(rate->eta), m), divisor));
}

INLINE M at_least(V a, V b) { return m_or(v_gt(a, b), v_eq(a, b)); }

/** `steps` steps of a vector within a block, or 0 and nothing done where the short ways are not known to be exact. */
INLINE int quickly(
    V *m, V *v, V *weights, i32 steps, const Rate *rate, const Bracket *ends, const Bounds *block, V beta1, V beta2,
    V epsilon) {
  V a = *m, b = *v, w = *weights, infinite = v_splat(INFINITY);
  V size_of_m = v_abs(a), size_of_w = v_abs(w);
  M none = i_is_zero(a);
  M unflushed = m_or(i_is_zero(b), at_least(b, v_splat(NORMAL)));
  M usual = m_and(m_or(none, at_least(size_of_w, v_splat(FELT))), v_lt(size_of_w, infinite));
  if (!m_all(m_and(unflushed, usual))) return 0;

  V s = v_mul(v_sqrt(b), v_splat(ends->entered));
  V limit = v_div(v_mul(v_pmax(size_of_m, v_splat(TINY)), v_splat(block->most)), v_add(v_mul(s, v_splat(block->least)), epsilon));
  if (m_all(m_and(v_eq(v_add(w, limit), w), v_eq(v_sub(w, limit), w)))) {
    if (m_all(m_or(none, at_least(size_of_m, v_splat(NORMAL))))) {
      for (i32 k = 0; k < steps; k++) a = v_mul(a, beta1);
    } else {
      for (i32 k = 0; k < steps; k++) a = v_flush(v_add(v_mul(a, beta1), v_zero()));
    }
    for (i32 k = 0; k < steps; k++) b = v_mul(b, beta2);
    *m = a;
    *v = b;
    return 1;
  }

  if (!m_all(m_or(none, at_least(size_of_m, v_splat(LARGE))))) return 0;
  if (m_any(v_gt(limit, v_mul(size_of_w, v_splat(DOUBTFUL))))) {
    for (i32 k = 0; k < steps; k++) {
      a = v_mul(a, beta1);
      b = v_mul(b, beta2);
      w = stepped(w, a, b, rate + k, epsilon);
    }
  } else {
    for (i32 k = 0; k < steps; k++) {
      a = v_mul(a, beta1);
      b = v_mul(b, beta2);
      V ratio = v_div(a, v_fma(epsilon, s, v_splat(ends[k].w)));
      V low = v_fma(w, ratio, v_splat(ends[k].low)), high = v_fma(w, ratio, v_splat(ends[k].high));
      w = m_all(i_is_zero(v_xor(low, high))) ? low : stepped(w, a, b, rate + k, epsilon);
    }
  }
  if (!m_all(v_lt(v_abs(w), infinite))) return 0;
  *m = a;
  *v = b;
  *weights = w;
  return 1;
}

/** Steps `from` … `to` − 1 of a vector. */
INLINE void replay(
    V *m, V *v, V *w, i32 from, i32 to, const Rate *rates, const Bracket *brackets, const Bounds *blocks, Rates *r) {
  for (i32 begin = from; begin < to;) {
    i32 end = least(to, (begin | (BLOCK - 1)) + 1);
    if (end - begin <= 2 || !quickly(m, v, w, end - begin, rates + begin, brackets + begin, blocks + begin / BLOCK, r->beta1, r->beta2, r->epsilon)) {
      for (i32 k = begin; k < end; k++) {
        r->eta = v_splat(rates[k].eta);
        r->scale = v_splat(rates[k].scale);
        adam_of(v_zero(), m, v, w, r);
      }
    }
    begin = end;
  }
}

/** Whether no step changes anything: m and v are 0, and weights are numbers. */
INLINE int rests(V m, V v, V w) { return m_all(m_and(m_and(i_is_zero(m), i_is_zero(v)), v_lt(v_abs(w), v_splat(INFINITY)))); }

/** The rows ids[i], whose steps from `since[i]` on were left out. This is parts `begin` … `end` − 1 of `parts`. */
void KERNEL(adamReplay)(
    const i32 *ids, const i32 *since, i32 count, const float *rates, i32 steps, float *m, float *v, float *weights, i32 dim,
    const i32 *starts, i32 begin, i32 end, i32 parts, float beta1, float beta2, float share1, float share2, float epsilon,
    char *scratch) {
  Bracket *brackets = (Bracket *)(scratch + 48);
  Bounds *blocks = (Bounds *)(brackets + steps);
  const Rate *all = (const Rate *)rates;
  float lambda = 0, kept = 1, eta = 0, scale = 1;
  Rates r = RATES;
  bracket(all, steps, beta2, brackets, blocks);
  for (i32 i = 0; i < count; i++) {
    i32 id = ids[i], worker = worker_of(id, parts);
    if (worker < begin || worker >= end) continue;
    u64 at = start_of(id, dim, starts);
    i32 stored = row_length(id, dim, starts);
    for (i32 e = 0; e < stored; e += LANES) {
      float *to_m = m + at + e, *to_v = v + at + e, *to_w = weights + at + e;
      int whole = stored - e >= LANES;
      M part = first_lanes(least(stored - e, LANES));
      V a = whole ? v_load(to_m) : v_load_part(to_m, part), b = whole ? v_load(to_v) : v_load_part(to_v, part);
      V w = whole ? v_load(to_w) : v_choose(part, v_splat(1), v_load_part(to_w, part));
      if (rests(a, b, w)) continue;
      replay(&a, &b, &w, since[i], steps, all, brackets, blocks, &r);
      if (whole) {
        v_store(to_m, a);
        v_store(to_v, b);
        v_store(to_w, w);
      } else {
        v_store_part(to_m, a, part);
        v_store_part(to_v, b, part);
        v_store_part(to_w, w, part);
      }
    }
  }
}
