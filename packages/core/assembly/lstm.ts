import { gateSigmoid4, gateTanh4 } from "./gates";
import { loadLanes, loadPart, storeLanes, storePart, ZEROS } from "./lanes";
import { transposeBlock } from "./copy";
import { EDGE, pack, packedBytes, packTransposed, product } from "./product";
import { align, columnsOf, columnsScratch, prepare, sparseRows, turnedAt } from "./sparse";

// One direction of a layer. All texts that are still being read go one step together. `order` holds the texts (all, or
// a thread's part) by falling length, so at every step they are the first `alive` of it, and their states are that many
// rows of compact matrices.

/**
 * States and gradients that have vanished, below 2⁻⁹⁶, become 0: long before they are denormal numbers themselves, for
 * so would be their products with weights, and each would cost a hundred cycles.
 */
// @ts-ignore: decorator
@inline
function flushDenormals(x: v128, magnitude: v128, least: v128): v128 {
  return v128.andnot(x, f32x4.lt(v128.and(x, magnitude), least));
}

/** 2⁻⁹⁶, all bits but the sign, and 1: read once, for a constant vector costs V8 two or three instructions each time. */
const CONSTANTS: usize = memory.data<u32>([0x0f800000, 0x7fffffff, 0x3f800000]);

/**
 * Bytes from a text's gates to the next one's: a cache line more than they take, for rows at multiples of 4 KiB would
 * push each other out of the cache.
 */
// @ts-ignore: decorator
@inline
function gatesRow(hidden: i32): usize {
  return (<usize>hidden << 4) + 64;
}

// @ts-ignore: decorator
@inline
function stepScratch(texts: i32, hidden: i32): u64 {
  return align(<u64>texts * ((<usize>hidden << 3) + gatesRow(hidden)));
}

/** Scratch memory of a part: states and gates of its texts, then the weights, all of them or what is stored. */
export function lstmScratch(texts: i32, hidden: i32): f64 {
  return <f64>(stepScratch(texts, hidden) + EDGE + max(packedBytes(4 * hidden, hidden), packedBytes(hidden, 4 * hidden)) + 64);
}

/** @param entries - Of both directions. */
export function lstmSparseScratch(texts: i32, hidden: i32, entries: i32): f64 {
  const row = sparseRow(texts);
  const weight = max(columnsScratch(hidden, 4 * hidden, entries, row), columnsScratch(4 * hidden, hidden, entries, row));
  return <f64>(stepScratch(texts, hidden) + weight + 64);
}

// @ts-ignore: decorator
@inline
function sparseRow(texts: i32): usize {
  return <usize>sparseRows(texts) << 2;
}

/**
 * This direction's half of a weight of both, whose columns and places are the second half if `reverse`, is `prepared`.
 * What follows it is cleared, for what lies between the last text and the end of a vector is computed with, and
 * denormal numbers would be slow. Returns where the columns begin.
 */
function prepareOwn(
  values: usize, starts: usize, places: usize, order: usize, inner: i32, columns: i32, reverse: bool, texts: i32, prepared: usize,
): usize {
  const row = sparseRow(texts);
  const own = reverse ? starts + (<usize>columns << 2) : starts;
  const entries = load<i32>(own + (<usize>columns << 2)) - load<i32>(own);
  prepare(values, own, places, order, inner, columns, reverse ? inner : 0, row, prepared);
  const turned = turnedAt(prepared, inner, columns, entries, row);
  memory.fill(turned, 0, prepared + <usize>columnsScratch(inner, columns, entries, row) - turned);
  return own;
}

/** y[i,:] = x[i,:]·weight, or += where `resume`, for the texts alive, in blocks of texts whose size does not change. */
function sparseStep(
  x: usize, xRow: usize, y: usize, yRow: usize, alive: i32, inner: i32, columns: i32, texts: i32, own: usize, prepared: usize, resume: bool,
): void {
  const size = sparseRows(texts);
  const row = <usize>size << 2;
  const entries = load<i32>(own + (<usize>columns << 2)) - load<i32>(own);
  const turned = turnedAt(prepared, inner, columns, entries, row);
  for (let i = 0; i < alive; i += size) {
    const some = min(alive - i, size);
    transposeBlock(x + i * xRow, xRow, turned, row, some, inner);
    columnsOf(inner, columns, entries, prepared, turned, row, y + i * yRow, yRow, some, (some + 7) & ~7, resume);
  }
}

/**
 * See `Kernels.lstm`, of what is stored where `recurrent` is 0. Pointers are those of the direction; rows of gates and
 * states hold all directions, and so do entries.
 */
export function lstm(
  projected: usize, places: usize, bias: usize, recurrent: usize, starts: usize, order: usize, gates: usize, cells: usize, states: usize,
  finals: usize, zeros: usize, texts: i32, hidden: i32, directions: i32, reverse: bool, scratch: usize,
  values: usize, entryStarts: usize, entryPlaces: usize, entryOrder: usize,
): void {
  const row = <usize>hidden << 2;
  const stateRow = row * directions;
  const gateRow = 4 * stateRow;
  const h = scratch;
  const c = h + <usize>texts * row;
  const z = c + <usize>texts * row;
  const zRow = gatesRow(hidden);
  const weights = scratch + <usize>stepScratch(texts, hidden);
  const packed = weights + EDGE;
  let own: usize = 0;
  if (recurrent != 0) packTransposed(recurrent, row, hidden, 4 * hidden, packed);
  else own = prepareOwn(values, entryStarts, entryPlaces, entryOrder, hidden, 4 * hidden, reverse, texts, weights);
  memory.fill(c, 0, <usize>texts * row);

  for (let step = 0, alive = texts; ; step++) {
    while (alive > 0 && lengthOf(starts, order, alive - 1) <= step) alive--;
    if (alive == 0) break;
    for (let i = 0; i < alive; i++) {
      const n = token(starts, order, i, step, reverse);
      const input = places == 0 ? n : <usize>load<i32>(places + (n << 2));
      addRows(projected + input * gateRow, bias, z + <usize>i * zRow, 4 * hidden);
    }
    if (step > 0) {
      if (recurrent != 0) product(h, row, packed, z, zRow, alive, hidden, 4 * hidden, true, weights);
      else sparseStep(h, row, z, zRow, alive, hidden, 4 * hidden, texts, own, weights, true);
    }
    for (let i = 0; i < alive; i++) {
      const n = token(starts, order, i, step, reverse);
      const at = <usize>i * row;
      cellForward(
        z + <usize>i * zRow, gates == 0 ? 0 : gates + n * gateRow, cells == 0 ? 0 : cells + n * stateRow, states + n * stateRow,
        h + at, c + at, hidden,
      );
    }
  }
  for (let i = 0; i < texts; i++) {
    memory.copy(finals + <usize>load<i32>(order + (<usize>i << 2)) * stateRow, c + <usize>i * row, row);
  }
  memory.fill(zeros, 0, row);
}

function addRows(a: usize, b: usize, to: usize, n: i32): void {
  let i = 0;
  for (; i <= n - 8; i += 8, a += 32, b += 32, to += 32) {
    const low = f32x4.add(v128.load(a), v128.load(b));
    const high = f32x4.add(v128.load(a, 16), v128.load(b, 16));
    v128.store(to, low);
    v128.store(to, high, 16);
  }
  for (; i < n; i += 4, a += 16, b += 16, to += 16) v128.store(to, f32x4.add(v128.load(a), v128.load(b)));
}

/**
 * One text, one step: the gates' sums become gates, in `gates` or, where these are not kept, in their place. One
 * function a loop: more would not fit into the registers.
 */
function cellForward(z: usize, gates: usize, cells: usize, states: usize, h: usize, c: usize, hidden: i32): void {
  const row = <usize>hidden << 2;
  if (gates == 0) gates = z;
  if (cells == 0) cells = c;
  sigmoids(z, gates, 2 * hidden);
  tanhs(z + 2 * row, gates + 2 * row, hidden);
  sigmoids(z + 3 * row, gates + 3 * row, hidden);
  nextCells(gates, c, cells, hidden);
  nextStates(gates + 3 * row, c, h, states, hidden);
}

/** c = f·c + i·g */
function nextCells(gates: usize, c: usize, cells: usize, hidden: i32): void {
  const row = <usize>hidden << 2;
  const least = v128.load32_splat(CONSTANTS);
  const magnitude = v128.load32_splat(CONSTANTS, 4);
  let j = 0;
  for (; j <= hidden - 8; j += 8, gates += 32, c += 32, cells += 32) {
    const f = gates + row;
    const g = gates + 2 * row;
    const low = nextCell(v128.load(gates), v128.load(f), v128.load(g), v128.load(c), magnitude, least);
    const high = nextCell(v128.load(gates, 16), v128.load(f, 16), v128.load(g, 16), v128.load(c, 16), magnitude, least);
    v128.store(c, low);
    v128.store(c, high, 16);
    v128.store(cells, low);
    v128.store(cells, high, 16);
  }
  for (; j < hidden; j += 4, gates += 16, c += 16, cells += 16) {
    const lanes = min(hidden - j, 4);
    const next = nextCell(
      loadLanes(gates, lanes), loadLanes(gates + row, lanes), loadLanes(gates + 2 * row, lanes), loadLanes(c, lanes), magnitude, least,
    );
    storeLanes(c, next, lanes);
    storeLanes(cells, next, lanes);
  }
}

// @ts-ignore: decorator
@inline
function nextCell(i: v128, f: v128, g: v128, c: v128, magnitude: v128, least: v128): v128 {
  return flushDenormals(f32x4.add(f32x4.mul(f, c), f32x4.mul(i, g)), magnitude, least);
}

/** h = o·tanh(c) */
function nextStates(o: usize, c: usize, h: usize, states: usize, hidden: i32): void {
  let j = 0;
  for (; j <= hidden - 8; j += 8, o += 32, c += 32, h += 32, states += 32) {
    const low = f32x4.mul(v128.load(o), gateTanh4(v128.load(c)));
    const high = f32x4.mul(v128.load(o, 16), gateTanh4(v128.load(c, 16)));
    v128.store(h, low);
    v128.store(h, high, 16);
    v128.store(states, low);
    v128.store(states, high, 16);
  }
  for (; j < hidden; j += 4, o += 16, c += 16, h += 16, states += 16) {
    const lanes = min(hidden - j, 4);
    const next = f32x4.mul(loadLanes(o, lanes), gateTanh4(loadLanes(c, lanes)));
    storeLanes(h, next, lanes);
    storeLanes(states, next, lanes);
  }
}

function sigmoids(x: usize, to: usize, n: i32): void {
  let i = 0;
  for (; i <= n - 8; i += 8, x += 32, to += 32) {
    const low = gateSigmoid4(v128.load(x));
    const high = gateSigmoid4(v128.load(x, 16));
    v128.store(to, low);
    v128.store(to, high, 16);
  }
  for (; i <= n - 4; i += 4, x += 16, to += 16) v128.store(to, gateSigmoid4(v128.load(x)));
  if (i < n) storePart(to, gateSigmoid4(loadPart(x, n - i)), n - i);
}

function tanhs(x: usize, to: usize, n: i32): void {
  let i = 0;
  for (; i <= n - 8; i += 8, x += 32, to += 32) {
    const low = gateTanh4(v128.load(x));
    const high = gateTanh4(v128.load(x, 16));
    v128.store(to, low);
    v128.store(to, high, 16);
  }
  for (; i <= n - 4; i += 4, x += 16, to += 16) v128.store(to, gateTanh4(v128.load(x)));
  if (i < n) storePart(to, gateTanh4(loadPart(x, n - i)), n - i);
}

/** See `Kernels.lstmGates`, of what is stored where `recurrent` is 0: against the order of reading. */
export function lstmGates(
  dstates: usize, dfinals: usize, gates: usize, cells: usize, recurrent: usize, starts: usize, order: usize, dgates: usize,
  texts: i32, hidden: i32, directions: i32, reverse: bool, scratch: usize,
  values: usize, entryStarts: usize, entryPlaces: usize, entryOrder: usize,
): void {
  const row = <usize>hidden << 2;
  const stateRow = row * directions;
  const gateRow = 4 * stateRow;
  const dh = scratch;
  const dc = dh + <usize>texts * row;
  const dz = dc + <usize>texts * row;
  const zRow = gatesRow(hidden);
  const weights = scratch + <usize>stepScratch(texts, hidden);
  const packed = weights + EDGE;
  let own: usize = 0;
  if (recurrent != 0) pack(recurrent, row, 4 * hidden, hidden, packed);
  else own = prepareOwn(values, entryStarts, entryPlaces, entryOrder, 4 * hidden, hidden, reverse, texts, weights);
  memory.fill(dh, 0, <usize>texts * row);
  for (let i = 0; i < texts; i++) {
    memory.copy(dc + <usize>i * row, dfinals + <usize>load<i32>(order + (<usize>i << 2)) * stateRow, row);
  }

  let alive = 0;
  for (let step = lengthOf(starts, order, 0) - 1; step >= 0; step--) {
    while (alive < texts && lengthOf(starts, order, alive) > step) alive++;
    for (let i = 0; i < alive; i++) {
      const n = token(starts, order, i, step, reverse);
      const cell = cells + n * stateRow;
      const before = step == 0 ? 0 : reverse ? cell + stateRow : cell - stateRow;
      const at = <usize>i * row;
      cellBackward(
        dstates + n * stateRow, gates + n * gateRow, cell, before, dgates + n * gateRow, dz + <usize>i * zRow, dh + at, dc + at, hidden,
      );
    }
    if (step == 0) break;
    if (recurrent != 0) product(dz, zRow, packed, dh, row, alive, 4 * hidden, hidden, false, weights);
    else sparseStep(dz, zRow, dh, row, alive, 4 * hidden, hidden, texts, own, weights, false);
  }
}

/** One text, one step back. `before` is the cell state before the step, 0 at the first. */
function cellBackward(
  dstates: usize, gates: usize, cells: usize, before: usize, dgates: usize, dz: usize, dh: usize, dc: usize, hidden: i32,
): void {
  const row = <usize>hidden << 2;
  tanhs(cells, dz + 3 * row, hidden); // where the output gate's gradient will be
  const least = v128.load32_splat(CONSTANTS);
  const magnitude = v128.load32_splat(CONSTANTS, 4);
  const one = v128.load32_splat(CONSTANTS, 8);
  let at: usize = 0;
  const whole = <usize>(hidden & ~7) << 2;
  if (whole > 0) {
    retreatPairs(dstates, gates, before == 0 ? ZEROS : before, before == 0 ? 0 : -1, dgates, dz, dh, dc, row, whole);
    at = whole;
  }
  for (; at + 16 <= row; at += 16) retreatUnits(dstates, gates, before, dgates, dz, dh, dc, row, at, 4, least, magnitude, one);
  if (at < row) retreatUnits(dstates, gates, before, dgates, dz, dh, dc, row, at, hidden & 3, least, magnitude, one);
}

/** Eight units at a time, up to `whole`; `mask` is 0 where `before` is the same pair of vectors for all, else −1. */
function retreatPairs(
  dstates: usize, gates: usize, before: usize, mask: usize, dgates: usize, dz: usize, dh: usize, dc: usize, row: usize, whole: usize,
): void {
  const least = v128.load32_splat(CONSTANTS);
  const magnitude = v128.load32_splat(CONSTANTS, 4);
  const one = v128.load32_splat(CONSTANTS, 8);
  for (let at: usize = 0; at < whole; at += 32) {
    const from = gates + at;
    const previous = before + (at & mask);
    const i0 = v128.load(from);
    const i1 = v128.load(from, 16);
    const f0 = v128.load(from + row);
    const f1 = v128.load(from + row, 16);
    const g0 = v128.load(from + 2 * row);
    const g1 = v128.load(from + 2 * row, 16);
    const o0 = v128.load(from + 3 * row);
    const o1 = v128.load(from + 3 * row, 16);
    const tanh0 = v128.load(dz + 3 * row + at);
    const tanh1 = v128.load(dz + 3 * row + at, 16);
    const dh0 = f32x4.add(flushDenormals(v128.load(dh + at), magnitude, least), v128.load(dstates + at));
    const dh1 = f32x4.add(flushDenormals(v128.load(dh + at, 16), magnitude, least), v128.load(dstates + at, 16));
    const dc0 = ofCell(v128.load(dc + at), dh0, o0, tanh0, one);
    const dc1 = ofCell(v128.load(dc + at, 16), dh1, o1, tanh1, one);
    const di0 = ofSigmoid(dc0, g0, i0, one, magnitude, least);
    const di1 = ofSigmoid(dc1, g1, i1, one, magnitude, least);
    const df0 = ofSigmoid(dc0, v128.load(previous), f0, one, magnitude, least);
    const df1 = ofSigmoid(dc1, v128.load(previous, 16), f1, one, magnitude, least);
    const dg0 = ofTanh(dc0, i0, g0, one, magnitude, least);
    const dg1 = ofTanh(dc1, i1, g1, one, magnitude, least);
    const do0 = ofSigmoid(dh0, tanh0, o0, one, magnitude, least);
    const do1 = ofSigmoid(dh1, tanh1, o1, one, magnitude, least);
    const next0 = flushDenormals(f32x4.mul(dc0, f0), magnitude, least);
    const next1 = flushDenormals(f32x4.mul(dc1, f1), magnitude, least);
    const z = dz + at;
    const d = dgates + at;
    v128.store(dc + at, next0);
    v128.store(dc + at, next1, 16);
    v128.store(z, di0);
    v128.store(z, di1, 16);
    v128.store(d, di0);
    v128.store(d, di1, 16);
    v128.store(z + row, df0);
    v128.store(z + row, df1, 16);
    v128.store(d + row, df0);
    v128.store(d + row, df1, 16);
    v128.store(z + 2 * row, dg0);
    v128.store(z + 2 * row, dg1, 16);
    v128.store(d + 2 * row, dg0);
    v128.store(d + 2 * row, dg1, 16);
    v128.store(z + 3 * row, do0);
    v128.store(z + 3 * row, do1, 16);
    v128.store(d + 3 * row, do0);
    v128.store(d + 3 * row, do1, 16);
  }
}

/** dc + dh·o·(1 − tanh²(c)) */
// @ts-ignore: decorator
@inline
function ofCell(dc: v128, dh: v128, o: v128, tanhC: v128, one: v128): v128 {
  return f32x4.add(dc, f32x4.mul(f32x4.mul(dh, o), f32x4.sub(one, f32x4.mul(tanhC, tanhC))));
}

/** d·a·σ(1 − σ) */
// @ts-ignore: decorator
@inline
function ofSigmoid(d: v128, a: v128, gate: v128, one: v128, magnitude: v128, least: v128): v128 {
  return flushDenormals(f32x4.mul(f32x4.mul(d, a), f32x4.mul(gate, f32x4.sub(one, gate))), magnitude, least);
}

/** d·a·(1 − tanh²) */
// @ts-ignore: decorator
@inline
function ofTanh(d: v128, a: v128, gate: v128, one: v128, magnitude: v128, least: v128): v128 {
  return flushDenormals(f32x4.mul(f32x4.mul(d, a), f32x4.sub(one, f32x4.mul(gate, gate))), magnitude, least);
}

function retreatUnits(
  dstates: usize, gates: usize, before: usize, dgates: usize, dz: usize, dh: usize, dc: usize, row: usize, at: usize, lanes: i32,
  least: v128, magnitude: v128, one: v128,
): void {
  const i = loadLanes(gates + at, lanes);
  const f = loadLanes(gates + row + at, lanes);
  const g = loadLanes(gates + 2 * row + at, lanes);
  const o = loadLanes(gates + 3 * row + at, lanes);
  const previous = before == 0 ? f32x4.splat(0) : loadLanes(before + at, lanes);
  const tanhC = loadLanes(dz + 3 * row + at, lanes);
  const dhj = f32x4.add(flushDenormals(loadLanes(dh + at, lanes), magnitude, least), loadLanes(dstates + at, lanes));
  const dcj = ofCell(loadLanes(dc + at, lanes), dhj, o, tanhC, one);
  const di = ofSigmoid(dcj, g, i, one, magnitude, least);
  const df = ofSigmoid(dcj, previous, f, one, magnitude, least);
  const dg = ofTanh(dcj, i, g, one, magnitude, least);
  const d_o = ofSigmoid(dhj, tanhC, o, one, magnitude, least);
  storeLanes(dc + at, flushDenormals(f32x4.mul(dcj, f), magnitude, least), lanes);
  storeLanes(dz + at, di, lanes);
  storeLanes(dz + row + at, df, lanes);
  storeLanes(dz + 2 * row + at, dg, lanes);
  storeLanes(dz + 3 * row + at, d_o, lanes);
  storeLanes(dgates + at, di, lanes);
  storeLanes(dgates + row + at, df, lanes);
  storeLanes(dgates + 2 * row + at, dg, lanes);
  storeLanes(dgates + 3 * row + at, d_o, lanes);
}

// @ts-ignore: decorator
@inline
function lengthOf(starts: usize, order: usize, i: i32): i32 {
  const b = <usize>load<i32>(order + (<usize>i << 2)) << 2;
  return load<i32>(starts + b, 4) - load<i32>(starts + b);
}

/** Which token the `i`-th longest text reads at this step. */
// @ts-ignore: decorator
@inline
function token(starts: usize, order: usize, i: i32, step: i32, reverse: bool): usize {
  const b = <usize>load<i32>(order + (<usize>i << 2)) << 2;
  return reverse ? load<i32>(starts + b, 4) - 1 - step : load<i32>(starts + b) + step;
}
