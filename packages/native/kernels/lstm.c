// One direction of a layer. All texts that are still being read go one step together. `order` holds the texts by falling length, so at every step they are the first `alive` of it, and
// their states are that many rows of compact matrices.
#include "gates.h"
#include "product.h"
#include "sparse.h"

#include "kernels.h"

/** Values from a text's gates to the next one's: a cache line more than they take, for rows at multiples of 4 KiB would push each other out of the cache. */
INLINE u64 gates_row(i32 hidden) { return 4 * (u64)hidden + 16; }

/** Bytes of states and gates. */
INLINE u64 step_room(i32 texts, i32 hidden) { return lines((u64)texts * (2 * (u64)hidden + gates_row(hidden)) * 4); }

double KERNEL(lstmScratch)(i32 texts, i32 hidden) {
  u64 forward = packed_size(hidden, 4 * hidden), backward = packed_size(4 * hidden, hidden);
  return step_room(texts, hidden) + 4.0 * (forward > backward ? forward : backward) + 64;
}

double KERNEL(lstmSparseScratch)(i32 texts, i32 hidden, i32 entries) {
  u64 row = sparse_rows(texts);
  u64 forward = lay_out(NULL, NULL, hidden, 4 * hidden, entries, row);
  u64 backward = lay_out(NULL, NULL, 4 * hidden, hidden, entries, row);
  return step_room(texts, hidden) + (double)(forward > backward ? forward : backward) + 64;
}

/** The recurrent weight, in scratch memory: all of it in panels, or what is stored. */
typedef struct {
  const float *packed;
  Prepared stored;
} Recurrent;

/** Where a direction's half of a weight of both begins, whose columns and places are the second half if `reverse`. */
static void prepare_own(
    Prepared *to, const float *values, const i32 *starts, const i32 *places, const i32 *order, i32 inner, i32 columns,
    int reverse, i32 texts, char *scratch) {
  const i32 *own = reverse ? starts + columns : starts;
  lay_out(to, scratch, inner, columns, own[columns] - own[0], sparse_rows(texts));
  prepare(to, values, own, places, order, reverse ? inner : 0);
}

/** y[i,:] = x[i,:]·weight, or += where `resume`, for the texts alive. */
static void step_product(
    const Recurrent *weight, const float *x, u64 x_row, float *y, u64 y_row, i32 alive, i32 inner, i32 columns, int resume) {
  if (weight->packed != NULL) {
    product(x, x_row, weight->packed, y, y_row, alive, inner, columns, resume);
    return;
  }
  const Prepared *stored = &weight->stored;
  i32 size = (i32)stored->row;
  for (i32 i = 0; i < alive; i += size) {
    i32 some = least(alive - i, size);
    transpose(x + i * x_row, x_row, stored->turned, stored->row, some, inner);
    columns_of(stored, y + i * y_row, y_row, some, resume);
  }
}

INLINE i32 length_of(const i32 *starts, i32 text) { return starts[text + 1] - starts[text]; }
/** Which token a text reads at this step. */
INLINE u64 token(const i32 *starts, i32 text, i32 step, int reverse) {
  return (u64)(reverse ? starts[text + 1] - 1 - step : starts[text] + step);
}

static void add_rows(const float *a, const float *b, float *to, i32 n) {
  i32 i = 0;
  for (; i <= n - LANES; i += LANES) v_store(to + i, v_add(v_load(a + i), v_load(b + i)));
  if (i < n) {
    M m = first_lanes(n - i);
    v_store_part(to + i, v_add(v_load_part(a + i, m), v_load_part(b + i, m)), m);
  }
}

/** A vector of units: the gates' sums z become gates, states follow from them. */
INLINE void unit_forward(
    const float *z, float *gates, float *cells, float *states, float *h, float *c, i32 hidden, M m, int whole) {
#define GET(from) (whole ? v_load(from) : v_load_part(from, m))
#define PUT(to, x) (whole ? v_store(to, x) : v_store_part(to, x, m))
  V i = gate_sigmoid(GET(z)), f = gate_sigmoid(GET(z + hidden));
  V g = gate_tanh(GET(z + 2 * hidden)), o = gate_sigmoid(GET(z + 3 * hidden));
  V cell = flush_vanished(v_add(v_mul(f, GET(c)), v_mul(i, g)));
  V state = v_mul(o, gate_tanh(cell));
  if (gates != NULL) {
    PUT(gates, i);
    PUT(gates + hidden, f);
    PUT(gates + 2 * hidden, g);
    PUT(gates + 3 * hidden, o);
  }
  PUT(c, cell);
  if (cells != NULL) PUT(cells, cell);
  PUT(h, state);
  PUT(states, state);
}

/** One text, one step. */
static void cell_forward(const float *z, float *gates, float *cells, float *states, float *h, float *c, i32 hidden) {
  i32 j = 0;
  M all = first_lanes(LANES);
#define NEXT(array) (array == NULL ? NULL : array + j)
  for (; j <= hidden - LANES; j += LANES) unit_forward(z + j, NEXT(gates), NEXT(cells), states + j, h + j, c + j, hidden, all, 1);
  if (j < hidden) unit_forward(z + j, NEXT(gates), NEXT(cells), states + j, h + j, c + j, hidden, first_lanes(hidden - j), 0);
#undef NEXT
}

void KERNEL(lstm)(
    const float *projected, const i32 *places, const float *bias, const float *recurrent, const i32 *starts,
    const i32 *order, float *gates, float *cells, float *states, float *finals, float *zeros, i32 texts, i32 hidden,
    i32 directions, i32 reverse, char *scratch, const float *values, const i32 *entryStarts, const i32 *entryPlaces,
    const i32 *entryOrder) {
  u64 state_row = (u64)hidden * directions, gate_row = 4 * state_row, z_row = gates_row(hidden);
  float *h = (float *)scratch, *c = h + (u64)texts * hidden, *z = c + (u64)texts * hidden;
  char *weights = scratch + step_room(texts, hidden);
  Recurrent weight = {NULL};
  if (recurrent != NULL) {
    pack_transposed(recurrent, hidden, hidden, 4 * hidden, (float *)weights);
    weight.packed = (float *)weights;
  } else prepare_own(&weight.stored, values, entryStarts, entryPlaces, entryOrder, hidden, 4 * hidden, reverse, texts, weights);
  memset(c, 0, (u64)texts * hidden * 4);

  for (i32 step = 0, alive = texts;; step++) {
    while (alive > 0 && length_of(starts, order[alive - 1]) <= step) alive--;
    if (alive == 0) break;
    for (i32 i = 0; i < alive; i++) {
      u64 n = token(starts, order[i], step, reverse);
      u64 input = places == NULL ? n : (u64)places[n];
      add_rows(projected + input * gate_row, bias, z + i * z_row, 4 * hidden);
    }
    if (step > 0) step_product(&weight, h, hidden, z, z_row, alive, hidden, 4 * hidden, 1);
    for (i32 i = 0; i < alive; i++) {
      u64 n = token(starts, order[i], step, reverse), at = (u64)i * hidden;
      cell_forward(
          z + i * z_row, gates == NULL ? NULL : gates + n * gate_row, cells == NULL ? NULL : cells + n * state_row,
          states + n * state_row, h + at, c + at, hidden);
    }
  }
  for (i32 i = 0; i < texts; i++) memcpy(finals + order[i] * state_row, c + (u64)i * hidden, (u64)hidden * 4);
  memset(zeros, 0, (u64)hidden * 4);
}

/** d·a·σ(1 − σ) */
INLINE V of_sigmoid(V d, V a, V gate) {
  return flush_vanished(v_mul(v_mul(d, a), v_mul(gate, v_sub(v_splat(1), gate))));
}
/** d·a·(1 − tanh²) */
INLINE V of_tanh(V d, V a, V gate) {
  return flush_vanished(v_mul(v_mul(d, a), v_sub(v_splat(1), v_mul(gate, gate))));
}

/** A vector of units, one step back. `before` is the cell state before the step, NULL at the first, where it is 0. */
INLINE void unit_backward(
    const float *dstates, const float *gates, const float *cells, const float *before, float *dgates, float *dz, float *dh,
    float *dc, i32 hidden, M m, int whole) {
  V i = GET(gates), f = GET(gates + hidden), g = GET(gates + 2 * hidden), o = GET(gates + 3 * hidden);
  V tanh_c = gate_tanh(GET(cells));
  V previous = before == NULL ? v_zero() : GET(before);
  V dhj = v_add(flush_vanished(GET(dh)), GET(dstates));
  V dcj = v_add(GET(dc), v_mul(v_mul(dhj, o), v_sub(v_splat(1), v_mul(tanh_c, tanh_c))));
  V di = of_sigmoid(dcj, g, i), df = of_sigmoid(dcj, previous, f), dg = of_tanh(dcj, i, g), d_o = of_sigmoid(dhj, tanh_c, o);
  PUT(dc, flush_vanished(v_mul(dcj, f)));
  PUT(dz, di);
  PUT(dz + hidden, df);
  PUT(dz + 2 * hidden, dg);
  PUT(dz + 3 * hidden, d_o);
  PUT(dgates, di);
  PUT(dgates + hidden, df);
  PUT(dgates + 2 * hidden, dg);
  PUT(dgates + 3 * hidden, d_o);
#undef GET
#undef PUT
}

static void cell_backward(
    const float *dstates, const float *gates, const float *cells, const float *before, float *dgates, float *dz, float *dh,
    float *dc, i32 hidden) {
  i32 j = 0;
  M all = first_lanes(LANES);
#define UNITS(m, whole) \
  unit_backward(dstates + j, gates + j, cells + j, before == NULL ? NULL : before + j, dgates + j, dz + j, dh + j, dc + j, hidden, m, whole)
  for (; j <= hidden - LANES; j += LANES) UNITS(all, 1);
  if (j < hidden) UNITS(first_lanes(hidden - j), 0);
#undef UNITS
}

void KERNEL(lstmGates)(
    const float *dstates, const float *dfinals, const float *gates, const float *cells, const float *recurrent,
    const i32 *starts, const i32 *order, float *dgates, i32 texts, i32 hidden, i32 directions, i32 reverse, char *scratch,
    const float *values, const i32 *entryStarts, const i32 *entryPlaces, const i32 *entryOrder) {
  u64 state_row = (u64)hidden * directions, gate_row = 4 * state_row, z_row = gates_row(hidden);
  float *dh = (float *)scratch, *dc = dh + (u64)texts * hidden, *dz = dc + (u64)texts * hidden;
  char *weights = scratch + step_room(texts, hidden);
  Recurrent weight = {NULL};
  if (recurrent != NULL) {
    pack(recurrent, hidden, 4 * hidden, hidden, (float *)weights);
    weight.packed = (float *)weights;
  } else prepare_own(&weight.stored, values, entryStarts, entryPlaces, entryOrder, 4 * hidden, hidden, reverse, texts, weights);
  memset(dh, 0, (u64)texts * hidden * 4);
  for (i32 i = 0; i < texts; i++) memcpy(dc + (u64)i * hidden, dfinals + order[i] * state_row, (u64)hidden * 4);

  i32 alive = 0;
  for (i32 step = texts == 0 ? -1 : length_of(starts, order[0]) - 1; step >= 0; step--) {
    while (alive < texts && length_of(starts, order[alive]) > step) alive++;
    for (i32 i = 0; i < alive; i++) {
      u64 n = token(starts, order[i], step, reverse), at = (u64)i * hidden;
      const float *cell = cells + n * state_row;
      const float *before = step == 0 ? NULL : reverse ? cell + state_row : cell - state_row;
      cell_backward(
          dstates + n * state_row, gates + n * gate_row, cell, before, dgates + n * gate_row, dz + i * z_row, dh + at,
          dc + at, hidden);
    }
    if (step == 0) break;
    step_product(&weight, dz, z_row, dh, hidden, alive, 4 * hidden, hidden, 0);
  }
}
