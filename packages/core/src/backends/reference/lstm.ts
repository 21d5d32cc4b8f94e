import type { LstmSize } from "../../kernels.ts";
import { flush, sigmoid, tanh } from "./elementary.ts";

const f = Math.fround;

/** See `Kernels.lstm`. */
export function lstm(
  projected: Float32Array,
  recurrent: Float32Array,
  lengths: Int32Array,
  gates: Float32Array,
  states: Float32Array,
  { batch, time, hidden, reverse }: LstmSize,
): void {
  gates.fill(0);
  states.fill(0);
  const start = new Float32Array(2 * hidden);
  for (let b = 0; b < batch; b++) {
    let previous: Float32Array = start;
    eachStep(lengths[b]!, reverse, (t) => {
      const gate = gates.subarray((b * time + t) * 4 * hidden, (b * time + t + 1) * 4 * hidden);
      const state = states.subarray((b * time + t) * 2 * hidden, (b * time + t + 1) * 2 * hidden);
      for (let row = 0; row < 4 * hidden; row++) {
        let sum = 0;
        for (let j = 0, at = row * hidden; j < hidden; j++) sum = f(sum + f(recurrent[at + j]! * previous[j]!));
        const z = f(projected[(b * time + t) * 4 * hidden + row]! + sum);
        gate[row] = row >= 2 * hidden && row < 3 * hidden ? tanh(z) : sigmoid(z);
      }
      for (let j = 0; j < hidden; j++) {
        const [i, forget, g, o] = [gate[j]!, gate[hidden + j]!, gate[2 * hidden + j]!, gate[3 * hidden + j]!];
        const c = f(f(forget * previous[hidden + j]!) + f(i * g));
        state[hidden + j] = c;
        state[j] = o * tanh(c);
      }
      previous = state;
    });
  }
}

/** See `Kernels.lstmGradient`. Vanishing gradients are flushed. */
export function lstmGradient(
  dstates: Float32Array,
  gates: Float32Array,
  states: Float32Array,
  recurrent: Float32Array,
  lengths: Int32Array,
  dprojected: Float32Array,
  { batch, time, hidden, reverse }: LstmSize,
): void {
  dprojected.fill(0);
  const start = new Float32Array(2 * hidden);
  const dh = new Float32Array(hidden);
  const dc = new Float32Array(hidden);
  for (let b = 0; b < batch; b++) {
    dh.fill(0);
    dc.fill(0);
    // against the order of reading
    eachStep(lengths[b]!, !reverse, (t) => {
      const at = b * time + t;
      const first = t === (reverse ? lengths[b]! - 1 : 0);
      const before = reverse ? at + 1 : at - 1;
      const previous = first ? start : states.subarray(before * 2 * hidden, (before + 1) * 2 * hidden);
      const dgate = dprojected.subarray(at * 4 * hidden, (at + 1) * 4 * hidden);
      for (let j = 0; j < hidden; j++) {
        const [i, forget, g, o] = [0, 1, 2, 3].map((gate) => gates[(at * 4 + gate) * hidden + j]!) as [
          number,
          number,
          number,
          number,
        ];
        const tanhC = tanh(states[(at * 2 + 1) * hidden + j]!);
        const dhj = f(dh[j]! + dstates[at * 2 * hidden + j]!);
        const dcj = f(f(dc[j]! + dstates[(at * 2 + 1) * hidden + j]!) + f(f(dhj * o) * f(1 - f(tanhC * tanhC))));
        dgate[j] = flush(f(f(dcj * g) * f(i * f(1 - i))));
        dgate[hidden + j] = flush(f(f(dcj * previous[hidden + j]!) * f(forget * f(1 - forget))));
        dgate[2 * hidden + j] = flush(f(f(dcj * i) * f(1 - f(g * g))));
        dgate[3 * hidden + j] = flush(f(f(dhj * tanhC) * f(o * f(1 - o))));
        dc[j] = flush(f(dcj * forget));
      }
      dh.fill(0);
      for (let row = 0; row < 4 * hidden; row++) {
        const d = dgate[row]!;
        for (let j = 0, at = row * hidden; j < hidden; j++) dh[j]! += f(d * recurrent[at + j]!);
      }
      for (let j = 0; j < hidden; j++) dh[j] = flush(dh[j]!);
    });
  }
}

function eachStep(length: number, reverse: boolean, visit: (t: number) => void): void {
  for (let step = 0; step < length; step++) visit(reverse ? length - 1 - step : step);
}
