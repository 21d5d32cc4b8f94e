import { sigmoid4, tanh4 } from "./elementary";
import { loadLanes, storeLanes } from "./lanes";

/** See `Kernels.lstmCell`: text by text, four units at a time. */
export function lstmCell(
  input: usize, recurrent: usize, biasIh: usize, biasHh: usize, c: usize, gates: usize, states: usize, batch: i32, hidden: i32,
): void {
  const row = <usize>hidden << 2;
  for (let b = 0; b < batch; b++, input += 4 * row, recurrent += 4 * row, c += row, gates += 4 * row, states += 2 * row) {
    for (let j = 0; j < hidden; j += 4) {
      const at = <usize>j << 2;
      const lanes = min(4, hidden - j);
      const i = sigmoid4(gateSum(input, recurrent, biasIh, biasHh, at, lanes));
      const f = sigmoid4(gateSum(input, recurrent, biasIh, biasHh, at + row, lanes));
      const g = tanh4(gateSum(input, recurrent, biasIh, biasHh, at + 2 * row, lanes));
      const o = sigmoid4(gateSum(input, recurrent, biasIh, biasHh, at + 3 * row, lanes));
      const next = f32x4.add(f32x4.mul(f, loadLanes(c + at, lanes)), f32x4.mul(i, g));
      storeLanes(gates + at, i, lanes);
      storeLanes(gates + row + at, f, lanes);
      storeLanes(gates + 2 * row + at, g, lanes);
      storeLanes(gates + 3 * row + at, o, lanes);
      storeLanes(states + at, f32x4.mul(o, tanh4(next)), lanes);
      storeLanes(states + row + at, next, lanes);
    }
  }
}

function gateSum(input: usize, recurrent: usize, biasIh: usize, biasHh: usize, at: usize, lanes: i32): v128 {
  const fromInput = f32x4.add(loadLanes(input + at, lanes), loadLanes(biasIh + at, lanes));
  return f32x4.add(fromInput, f32x4.add(loadLanes(recurrent + at, lanes), loadLanes(biasHh + at, lanes)));
}

/** See `Kernels.lstmCellGradient`. */
export function lstmCellGradient(
  dstates: usize, gates: usize, states: usize, c: usize, dgates: usize, dc: usize, batch: i32, hidden: i32,
): void {
  const one = f32x4.splat(1);
  const row = <usize>hidden << 2;
  for (
    let b = 0; b < batch;
    b++, dstates += 2 * row, gates += 4 * row, states += 2 * row, c += row, dgates += 4 * row, dc += row
  ) {
    for (let j = 0; j < hidden; j += 4) {
      const at = <usize>j << 2;
      const lanes = min(4, hidden - j);
      const i = loadLanes(gates + at, lanes);
      const f = loadLanes(gates + row + at, lanes);
      const g = loadLanes(gates + 2 * row + at, lanes);
      const o = loadLanes(gates + 3 * row + at, lanes);
      const tanhC = tanh4(loadLanes(states + row + at, lanes));
      const dh = loadLanes(dstates + at, lanes);
      const through = f32x4.mul(f32x4.mul(dh, o), f32x4.sub(one, f32x4.mul(tanhC, tanhC)));
      const dnext = f32x4.add(loadLanes(dstates + row + at, lanes), through);
      const ofForget = f32x4.mul(dnext, loadLanes(c + at, lanes));
      storeLanes(dgates + at, f32x4.mul(f32x4.mul(dnext, g), slope(i)), lanes);
      storeLanes(dgates + row + at, f32x4.mul(ofForget, slope(f)), lanes);
      storeLanes(dgates + 2 * row + at, f32x4.mul(f32x4.mul(dnext, i), f32x4.sub(one, f32x4.mul(g, g))), lanes);
      storeLanes(dgates + 3 * row + at, f32x4.mul(f32x4.mul(dh, tanhC), slope(o)), lanes);
      storeLanes(dc + at, f32x4.mul(dnext, f), lanes);
    }
  }
}

/** σ′ from the value of σ. */
// @ts-ignore: decorator
@inline
function slope(gate: v128): v128 {
  return f32x4.mul(gate, f32x4.sub(f32x4.splat(1), gate));
}
