import type { LstmSize } from "../../kernels/kernels.ts";
import { gateSigmoid, gateTanh } from "./gates.ts";

const f = Math.fround;

/** See `Kernels.lstm`. */
export function lstm(
  projected: Float32Array,
  places: Int32Array | undefined,
  bias: Float32Array,
  recurrent: Float32Array,
  starts: Int32Array,
  gates: Float32Array | undefined,
  cells: Float32Array | undefined,
  states: Float32Array,
  size: LstmSize,
): void {
  const { tokens, hidden, directions } = size;
  const [allGates, allHidden] = [directions * 4 * hidden, directions * hidden];
  const z = new Float32Array(4 * hidden);
  states.fill(0, tokens * allHidden);
  eachText(size, starts, (b, d, order) => {
    const c = new Float32Array(hidden);
    let before: Float32Array | undefined;
    for (const n of order) {
      const input = (places === undefined ? n : places[n]!) * allGates + d * 4 * hidden;
      for (let row = 0; row < 4 * hidden; row++) {
        const weights = (d * 4 * hidden + row) * hidden;
        let sum = f(projected[input + row]! + bias[d * 4 * hidden + row]!);
        if (before !== undefined)
          for (let j = 0; j < hidden; j++) sum = f(sum + f(recurrent[weights + j]! * before[j]!));
        z[row] = row >= 2 * hidden && row < 3 * hidden ? gateTanh(sum) : gateSigmoid(sum);
      }
      const state = states.subarray(n * allHidden + d * hidden, n * allHidden + (d + 1) * hidden);
      for (let j = 0; j < hidden; j++) {
        c[j] = flushDenormals(f(f(z[hidden + j]! * c[j]!) + f(z[j]! * z[2 * hidden + j]!)));
        state[j] = z[3 * hidden + j]! * gateTanh(c[j]!);
      }
      gates?.set(z, n * allGates + d * 4 * hidden);
      cells?.set(c, n * allHidden + d * hidden);
      before = state;
    }
    states.set(c, (tokens + b) * allHidden + d * hidden);
  });
}

/** See `Kernels.lstmGates`. */
export function lstmGates(
  dstates: Float32Array,
  gates: Float32Array,
  cells: Float32Array,
  recurrent: Float32Array,
  starts: Int32Array,
  dgates: Float32Array,
  size: LstmSize,
): void {
  const { tokens, hidden, directions } = size;
  const allHidden = directions * hidden;
  const dh = new Float32Array(hidden);
  eachText(size, starts, (b, d, order) => {
    dh.fill(0);
    const dc = dstates.slice((tokens + b) * allHidden + d * hidden, (tokens + b) * allHidden + (d + 1) * hidden);
    // from the last step to the first
    for (let step = order.length - 1; step >= 0; step--) {
      const state = order[step]! * allHidden + d * hidden;
      const before = step === 0 ? undefined : order[step - 1]! * allHidden + d * hidden;
      const at = (order[step]! * directions + d) * 4 * hidden;
      for (let j = 0; j < hidden; j++) {
        const [i, forget, g, o] = [0, 1, 2, 3].map((which) => gates[at + which * hidden + j]!) as [
          number,
          number,
          number,
          number,
        ];
        const previous = before === undefined ? 0 : cells[before + j]!;
        const tanhC = gateTanh(cells[state + j]!);
        const dhj = f(flushDenormals(dh[j]!) + dstates[state + j]!);
        const dcj = f(dc[j]! + f(f(dhj * o) * f(1 - f(tanhC * tanhC))));
        dgates[at + j] = flushDenormals(f(f(dcj * g) * f(i * f(1 - i))));
        dgates[at + hidden + j] = flushDenormals(f(f(dcj * previous) * f(forget * f(1 - forget))));
        dgates[at + 2 * hidden + j] = flushDenormals(f(f(dcj * i) * f(1 - f(g * g))));
        dgates[at + 3 * hidden + j] = flushDenormals(f(f(dhj * tanhC) * f(o * f(1 - o))));
        dc[j] = flushDenormals(f(dcj * forget));
      }
      dh.fill(0);
      for (let row = 0; row < 4 * hidden; row++) {
        const dz = dgates[at + row]!;
        for (let j = 0, weights = (d * 4 * hidden + row) * hidden; j < hidden; j++) {
          dh[j]! += f(dz * recurrent[weights + j]!);
        }
      }
    }
  });
}

/**
 * States and gradients below 2⁻⁹⁶ become 0, long before they are denormal, so that their products with weights are not
 * denormal either, which would be slow.
 */
function flushDenormals(x: number): number {
  return Math.abs(x) < 2 ** -96 ? 0 : x;
}

/** Every text in each direction, with its tokens in the order of that direction's steps. */
function eachText(
  { batch, directions }: LstmSize,
  starts: Int32Array,
  visit: (text: number, direction: number, order: readonly number[]) => void,
): void {
  for (let b = 0; b < batch; b++) {
    const forward = Array.from({ length: starts[b + 1]! - starts[b]! }, (_, t) => starts[b]! + t);
    for (let d = 0; d < directions; d++) visit(b, d, d === 0 ? forward : forward.toReversed());
  }
}
