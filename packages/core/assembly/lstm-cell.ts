import { gateSigmoid4, gateTanh4 } from "./gates";
import { loadLanes, storeLanes } from "./lanes";

/** See `Kernels.lstmCell`: text by text, four units at a time. */
export function lstmCell(
  input: usize, recurrent: usize, biasIh: usize, biasHh: usize, c: usize, gates: usize, states: usize, batch: i32, hidden: i32,
): void {
  const row = <usize>hidden << 2;
  for (let b = 0; b < batch; b++, input += 4 * row, recurrent += 4 * row, c += row, gates += 4 * row, states += 2 * row) {
    for (let j = 0; j < hidden; j += 4) {
      const lanes = min(4, hidden - j);
      const first = <usize>j << 2;
      for (let gate = 0, at = first; gate < 4; gate++, at += row) {
        const fromInput = f32x4.add(loadLanes(input + at, lanes), loadLanes(biasIh + at, lanes));
        const z = f32x4.add(fromInput, f32x4.add(loadLanes(recurrent + at, lanes), loadLanes(biasHh + at, lanes)));
        storeLanes(gates + at, gate == 2 ? tanhOf(z) : gateSigmoid4(z), lanes);
      }
      const at = gates + first;
      const kept = f32x4.mul(loadLanes(at + row, lanes), loadLanes(c + first, lanes));
      const next = f32x4.add(kept, f32x4.mul(loadLanes(at, lanes), loadLanes(at + 2 * row, lanes)));
      storeLanes(states + first, f32x4.mul(loadLanes(at + 3 * row, lanes), tanhOf(next)), lanes);
      storeLanes(states + row + first, next, lanes);
    }
  }
}

/** Not inlined: a program holds these kernels whether it uses them or not. */
function tanhOf(x: v128): v128 {
  return gateTanh4(x);
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
      const tanhC = tanhOf(loadLanes(states + row + at, lanes));
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
