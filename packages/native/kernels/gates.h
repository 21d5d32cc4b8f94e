// The LSTM's gates: `packages/core/assembly/gates.ts`, operation by operation.
#pragma once
#include "lanes.h"

INLINE V gate_next(V y, V x, float coefficient) { return v_add(v_mul(y, x), v_splat(coefficient)); }

/** x·P(x²) / Q(x²) */
INLINE V gate_tanh(V x) {
  V a = v_pmax(v_pmin(x, v_splat(9)), v_splat(-9)); // NaN goes through
  V m = v_pmax(v_abs(a), v_splat(0x1p-40f));
  V s = v_mul(m, m);
  V p = v_splat(1.3419736959420795e-8f), q = v_splat(7.804692861392868e-7f);
  p = gate_next(p, s, 2.0661195382002143e-5f);
  q = gate_next(q, s, 0.0003291031463775208f);
  p = gate_next(p, s, 0.0034989917483697597f);
  q = gate_next(q, s, 0.0258901896738245f);
  p = gate_next(p, s, 0.13383976554296778f);
  q = gate_next(q, s, 0.46717298036149585f);
  p = gate_next(p, s, 1);
  q = gate_next(q, s, 1);
  V y = v_div(v_mul(a, p), q);
  return v_pmax(v_pmin(y, v_splat(1)), v_splat(-1));
}

/** ½ + ½·tanh(x/2) */
INLINE V gate_sigmoid(V x) {
  V half = v_splat(0.5f);
  return v_add(v_mul(gate_tanh(v_mul(x, half)), half), half);
}

/** States and gradients that have vanished, below 2⁻⁹⁶, become 0: long before they are denormal numbers themselves. */
INLINE V flush_vanished(V x) { return v_clear(x, v_lt(v_abs(x), v_splat(0x1p-96f))); }
