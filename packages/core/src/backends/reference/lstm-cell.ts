import type { LstmCellSize } from "../../kernels/kernels.ts";
import { gateSigmoid, gateTanh } from "./gates.ts";

const f = Math.fround;

/** See `Kernels.lstmCell`. */
export function lstmCell(
  input: Float32Array,
  recurrent: Float32Array,
  biasIh: Float32Array,
  biasHh: Float32Array,
  c: Float32Array,
  gates: Float32Array,
  states: Float32Array,
  { batch, hidden }: LstmCellSize,
): void {
  const sum = (at: number, row: number) => f(f(input[at]! + biasIh[row]!) + f(recurrent[at]! + biasHh[row]!));
  for (let b = 0; b < batch; b++) {
    for (let j = 0; j < hidden; j++) {
      const z = (gate: number) => sum((b * 4 + gate) * hidden + j, gate * hidden + j);
      const [i, forget, g, o] = [gateSigmoid(z(0)), gateSigmoid(z(1)), gateTanh(z(2)), gateSigmoid(z(3))] as const;
      const next = f(f(forget * c[b * hidden + j]!) + f(i * g));
      for (const [gate, value] of [i, forget, g, o].entries()) gates[(b * 4 + gate) * hidden + j] = value;
      states[b * 2 * hidden + j] = o * gateTanh(next);
      states[(b * 2 + 1) * hidden + j] = next;
    }
  }
}

/** See `Kernels.lstmCellGradient`. */
export function lstmCellGradient(
  dstates: Float32Array,
  gates: Float32Array,
  states: Float32Array,
  c: Float32Array,
  dgates: Float32Array,
  dc: Float32Array,
  { batch, hidden }: LstmCellSize,
): void {
  for (let b = 0; b < batch; b++) {
    for (let j = 0; j < hidden; j++) {
      const gate = (which: number) => gates[(b * 4 + which) * hidden + j]!;
      const [i, forget, g, o] = [gate(0), gate(1), gate(2), gate(3)] as const;
      const tanhC = gateTanh(states[(b * 2 + 1) * hidden + j]!);
      const dh = dstates[b * 2 * hidden + j]!;
      const dnext = f(dstates[(b * 2 + 1) * hidden + j]! + f(f(dh * o) * f(1 - f(tanhC * tanhC))));
      const at = b * 4 * hidden + j;
      dgates[at] = f(dnext * g) * f(i * f(1 - i));
      dgates[at + hidden] = f(dnext * c[b * hidden + j]!) * f(forget * f(1 - forget));
      dgates[at + 2 * hidden] = f(dnext * i) * f(1 - f(g * g));
      dgates[at + 3 * hidden] = f(dh * tanhC) * f(o * f(1 - o));
      dc[b * hidden + j] = dnext * forget;
    }
  }
}
