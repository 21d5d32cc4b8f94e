import { sigmoid4, tanh4 } from "./elementary";
import { flush, loadPart, storePart } from "./lanes";
import { pack, packedAt, packedBytes, packTransposed, product } from "./product";

// All texts that are still being read go one step together. `order` holds `batch` texts (all, or a thread's part) by falling length, so at every step they are the first
// `alive` of it, and their states are that many rows of compact matrices.

// @ts-ignore: decorator
@inline
function get(from: usize, lanes: i32): v128 {
  return lanes == 4 ? v128.load(from) : loadPart(from, lanes);
}

// @ts-ignore: decorator
@inline
function put(to: usize, value: v128, lanes: i32): void {
  if (lanes == 4) v128.store(to, value);
  else storePart(to, value, lanes);
}

export function lstmScratch(batch: i32, hidden: i32): usize {
  return packedAt() + packedBytes(4 * hidden, hidden) + (<usize>batch * hidden * 6 << 2) + 64;
}

/** See `Kernels.lstm`. */
export function lstm(
  projected: usize, recurrent: usize, lengths: usize, order: usize, gates: usize, states: usize,
  batch: i32, time: i32, hidden: i32, reverse: bool, scratch: usize,
): void {
  const row = <usize>hidden << 2;
  const packed = scratch + packedAt();
  const h = packed + packedBytes(hidden, 4 * hidden);
  const c = h + <usize>batch * row;
  const sums = c + <usize>batch * row;
  packTransposed(recurrent, row, hidden, 4 * hidden, packed);
  memory.fill(h, 0, 2 * <usize>batch * row);
  clearPadding(gates, lengths, order, batch, time, 4 * hidden);
  clearPadding(states, lengths, order, batch, time, 2 * hidden);

  for (let step = 0, alive = batch; ; step++) {
    while (alive > 0 && lengthOf(lengths, order, alive - 1) <= step) alive--;
    if (alive == 0) break;
    product(h, row, packed, sums, 4 * row, alive, hidden, 4 * hidden, false, scratch);
    for (let i = 0; i < alive; i++) {
      const at = place(lengths, order, i, step, time, reverse);
      advance(
        projected + at * 4 * row, sums + <usize>i * 4 * row, gates + at * 4 * row, states + at * 2 * row,
        h + <usize>i * row, c + <usize>i * row, hidden,
      );
    }
  }
}

/** One text, one step. */
function advance(projected: usize, sums: usize, gates: usize, states: usize, h: usize, c: usize, hidden: i32): void {
  const row = <usize>hidden << 2;
  for (let j = 0; j < hidden; j += 4) {
    const lanes = min(hidden - j, 4);
    const at = <usize>j << 2;
    const i = sigmoid4(f32x4.add(get(projected + at, lanes), get(sums + at, lanes)));
    const f = sigmoid4(f32x4.add(get(projected + row + at, lanes), get(sums + row + at, lanes)));
    const g = tanh4(f32x4.add(get(projected + 2 * row + at, lanes), get(sums + 2 * row + at, lanes)));
    const o = sigmoid4(f32x4.add(get(projected + 3 * row + at, lanes), get(sums + 3 * row + at, lanes)));
    put(gates + at, i, lanes);
    put(gates + row + at, f, lanes);
    put(gates + 2 * row + at, g, lanes);
    put(gates + 3 * row + at, o, lanes);
    const cell = f32x4.add(f32x4.mul(f, get(c + at, lanes)), f32x4.mul(i, g));
    const output = f32x4.mul(o, tanh4(cell));
    put(c + at, cell, lanes);
    put(h + at, output, lanes);
    put(states + at, output, lanes);
    put(states + row + at, cell, lanes);
  }
}

/** See `Kernels.lstmGradient`: against the order of reading. */
export function lstmGradient(
  dstates: usize, gates: usize, states: usize, recurrent: usize, lengths: usize, order: usize, dprojected: usize,
  batch: i32, time: i32, hidden: i32, reverse: bool, scratch: usize,
): void {
  const row = <usize>hidden << 2;
  const packed = scratch + packedAt();
  const dh = packed + packedBytes(4 * hidden, hidden);
  const dc = dh + <usize>batch * row;
  const dgates = dc + <usize>batch * row;
  pack(recurrent, row, 4 * hidden, hidden, packed);
  memory.fill(dh, 0, 2 * <usize>batch * row);
  clearPadding(dprojected, lengths, order, batch, time, 4 * hidden);

  let alive = 0;
  for (let step = lengthOf(lengths, order, 0) - 1; step >= 0; step--) {
    while (alive < batch && lengthOf(lengths, order, alive) > step) alive++;
    for (let i = 0; i < alive; i++) {
      const at = place(lengths, order, i, step, time, reverse);
      const before = step == 0 ? 0 : states + (reverse ? at + 1 : at - 1) * 2 * row + row;
      const dgate = dgates + <usize>i * 4 * row;
      retreat(
        dstates + at * 2 * row, gates + at * 4 * row, states + at * 2 * row, before,
        dgate, dprojected + at * 4 * row, dh + <usize>i * row, dc + <usize>i * row, hidden,
      );
    }
    product(dgates, 4 * row, packed, dh, row, alive, 4 * hidden, hidden, false, scratch);
    const end = dh + <usize>alive * row;
    let at = dh;
    for (; at + 16 <= end; at += 16) v128.store(at, flush(v128.load(at)));
    if (at < end) storePart(at, flush(loadPart(at, <i32>(end - at) >> 2)), <i32>(end - at) >> 2);
  }
}

/** One text, one step back. `before` is the cell state before the step, 0 at the first. */
function retreat(
  dstates: usize, gates: usize, states: usize, before: usize, dgate: usize, dprojected: usize, dh: usize, dc: usize, hidden: i32,
): void {
  const row = <usize>hidden << 2;
  const one = f32x4.splat(1);
  for (let j = 0; j < hidden; j += 4) {
    const lanes = min(hidden - j, 4);
    const at = <usize>j << 2;
    const i = get(gates + at, lanes);
    const f = get(gates + row + at, lanes);
    const g = get(gates + 2 * row + at, lanes);
    const o = get(gates + 3 * row + at, lanes);
    const previous = before == 0 ? f32x4.splat(0) : get(before + at, lanes);
    const tanhC = tanh4(get(states + row + at, lanes));
    const dhj = f32x4.add(get(dh + at, lanes), get(dstates + at, lanes));
    const through = f32x4.mul(f32x4.mul(dhj, o), f32x4.sub(one, f32x4.mul(tanhC, tanhC)));
    const dcj = f32x4.add(f32x4.add(get(dc + at, lanes), get(dstates + row + at, lanes)), through);
    const di = flush(f32x4.mul(f32x4.mul(dcj, g), f32x4.mul(i, f32x4.sub(one, i))));
    const df = flush(f32x4.mul(f32x4.mul(dcj, previous), f32x4.mul(f, f32x4.sub(one, f))));
    const dg = flush(f32x4.mul(f32x4.mul(dcj, i), f32x4.sub(one, f32x4.mul(g, g))));
    const d_o = flush(f32x4.mul(f32x4.mul(dhj, tanhC), f32x4.mul(o, f32x4.sub(one, o))));
    put(dc + at, flush(f32x4.mul(dcj, f)), lanes);
    put(dgate + at, di, lanes);
    put(dgate + row + at, df, lanes);
    put(dgate + 2 * row + at, dg, lanes);
    put(dgate + 3 * row + at, d_o, lanes);
    put(dprojected + at, di, lanes);
    put(dprojected + row + at, df, lanes);
    put(dprojected + 2 * row + at, dg, lanes);
    put(dprojected + 3 * row + at, d_o, lanes);
  }
}

// @ts-ignore: decorator
@inline
function lengthOf(lengths: usize, order: usize, i: i32): i32 {
  return load<i32>(lengths + (<usize>load<i32>(order + (<usize>i << 2)) << 2));
}

/** Which row b·time + t the `i`-th longest text reads at this step. */
// @ts-ignore: decorator
@inline
function place(lengths: usize, order: usize, i: i32, step: i32, time: i32, reverse: bool): usize {
  const b = load<i32>(order + (<usize>i << 2));
  return b * time + (reverse ? load<i32>(lengths + (<usize>b << 2)) - 1 - step : step);
}

/** Rows from a text's end on become 0. */
function clearPadding(rows: usize, lengths: usize, order: usize, batch: i32, time: i32, n: i32): void {
  for (let i = 0; i < batch; i++) {
    const b = load<i32>(order + (<usize>i << 2));
    const length = load<i32>(lengths + (<usize>b << 2));
    memory.fill(rows + (<usize>(b * time + length) * n << 2), 0, <usize>(time - length) * n << 2);
  }
}
