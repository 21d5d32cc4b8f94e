import type { Kernels, LstmSize, PatternLayouts } from "../../kernels/kernels.ts";
import { isStored } from "../../kernels/stored-weight.ts";
import type { BreakEvens } from "./break-evens.ts";
import { blockOf, columnsOf, type Entries, pointersOf, rowsOf, valuesOf, type Weight } from "./entries.ts";
import type { Exports } from "./exports.generated.ts";
import { type LinearMemory, type Region, wholeLines } from "./memory.ts";
import type { Arguments, ThreadPool } from "./thread-pool.ts";

/** What the kernels need: memory, threads, the multiplications from which another thread is used, and break-evens. */
interface Means {
  readonly memory: LinearMemory;
  readonly pool: ThreadPool;
  readonly worth: number;
  readonly breakEvens: BreakEvens;
}

/** One thread's part: a direction, and `count` texts, longest first, whose numbers are at the pointer `order`. */
interface Reading {
  readonly direction: number;
  readonly order: number;
  readonly count: number;
  readonly scratch: number;
}

/** Hidden units from which the break-even is `breakEvens.recurrent.many`. */
const MANY = 256;

/** The contract's LSTM kernels in terms of the compiled ones. */
export function createLstmKernels(exports: Exports, means: Means): Pick<Kernels, "lstm" | "lstmGates"> {
  const { memory, breakEvens } = means;

  const dense = (recurrent: Region, { hidden }: LstmSize): Recurrent => ({
    room: (texts) => exports.lstmScratch(texts, hidden),
    weightOf: (direction) => ({
      recurrent: recurrent.pointer + direction * 16 * hidden * hidden,
      entries: [0, 0, 0, 0],
    }),
  });

  const sparse = (values: Region, layout: Entries, { hidden }: LstmSize): Recurrent => ({
    room: (texts) => exports.lstmSparseScratch(texts, hidden, values.length),
    weightOf: () => ({ recurrent: 0, entries: [values.pointer, ...pointersOf(layout)] }),
  });

  /** Runs `body` with the recurrent weight, written out above the break-even. @param layoutOf - The layout that the sparse kernel reads. */
  const withRecurrent = (
    weight: Weight,
    layoutOf: (pattern: PatternLayouts) => Entries,
    size: LstmSize,
    body: (recurrent: Recurrent) => void,
  ) => {
    if (!isStored(weight)) return body(dense(weight, size));
    const { hidden, directions } = size;
    const [values, length] = [valuesOf(weight), directions * 4 * hidden * hidden];
    const most = hidden < MANY ? breakEvens.recurrent.few : breakEvens.recurrent.many;
    if (values.length <= most * length) return body(sparse(values, layoutOf(weight.pattern), size));
    memory.lend(length, (whole) => {
      exports.fill(0, whole.pointer, whole.bytes);
      for (let d = 0; d < directions; d++) {
        const { entries, at } = blockOf(rowsOf(weight.pattern), d, { outputs: 4 * hidden, inputs: hidden });
        exports.spread(values.pointer, ...entries, whole.pointer + at, 4 * hidden, hidden * 4, 4);
      }
      body(dense(whole, size));
    });
  };

  return {
    lstm: (
      projected: Region,
      places: Region | undefined,
      bias: Region,
      recurrent: Weight,
      starts: Region,
      gates: Region | undefined,
      cells: Region | undefined,
      states: Region,
      size: LstmSize,
    ) =>
      withRecurrent(recurrent, rowsOf, size, ({ room, weightOf }) =>
        eachReading("lstm", starts, size, { ...means, room }, (reading) =>
          forward(
            { projected, places, bias, starts, gates, cells, states },
            size,
            reading,
            weightOf(reading.direction),
          ),
        ),
      ),
    lstmGates: (
      dstates: Region,
      gates: Region,
      cells: Region,
      recurrent: Weight,
      starts: Region,
      dgates: Region,
      size: LstmSize,
    ) =>
      withRecurrent(recurrent, columnsOf, size, ({ room, weightOf }) =>
        eachReading("lstmGates", starts, size, { ...means, room }, (reading) =>
          backward({ dstates, gates, cells, starts, dgates }, size, reading, weightOf(reading.direction)),
        ),
      ),
  };
}

/** The recurrent weight of all directions, as the compiled kernels take it. */
interface Recurrent {
  /** Bytes of scratch memory for so many texts. */
  readonly room: (texts: number) => number;
  readonly weightOf: (direction: number) => Pointers;
}

/** To a direction's whole weight, or to the entries of a sparse one; the other is 0. */
interface Pointers {
  readonly recurrent: number;
  readonly entries: readonly [values: number, indptr: number, indices: number, permutation: number];
}

/** The operands of the compiled `lstm`. */
function forward(
  of: { [name in "projected" | "bias" | "starts" | "states"]: Region } & {
    [name in "places" | "gates" | "cells"]: Region | undefined;
  },
  { batch, tokens, hidden, directions }: LstmSize,
  { direction, order, count, scratch }: Reading,
  { recurrent, entries }: Pointers,
): Arguments<"lstm"> {
  const row = directions * hidden * 4;
  const [unit, gate] = [direction * hidden * 4, direction * hidden * 16];
  const states = of.states.pointer + unit;
  return [
    of.projected.pointer + gate,
    of.places?.pointer ?? 0,
    of.bias.pointer + gate,
    recurrent,
    of.starts.pointer,
    order,
    of.gates === undefined ? 0 : of.gates.pointer + gate,
    of.cells === undefined ? 0 : of.cells.pointer + unit,
    states,
    states + tokens * row,
    states + (tokens + batch) * row,
    count,
    hidden,
    directions,
    direction,
    scratch,
    ...entries,
  ];
}

/** The operands of the compiled `lstmGates`. */
function backward(
  of: { [name in "dstates" | "gates" | "cells" | "starts" | "dgates"]: Region },
  { tokens, hidden, directions }: LstmSize,
  { direction, order, count, scratch }: Reading,
  { recurrent, entries }: Pointers,
): Arguments<"lstmGates"> {
  const [unit, gate] = [direction * hidden * 4, direction * hidden * 16];
  const dstates = of.dstates.pointer + unit;
  return [
    dstates,
    dstates + tokens * directions * hidden * 4,
    of.gates.pointer + gate,
    of.cells.pointer + unit,
    recurrent,
    of.starts.pointer,
    order,
    of.dgates.pointer + gate,
    count,
    hidden,
    directions,
    direction,
    scratch,
    ...entries,
  ];
}

/** Splits the work by direction and text. Texts are dealt in turn, longest first, so that parts take about as long. */
function eachReading<K extends "lstm" | "lstmGates">(
  kernel: K,
  starts: Region,
  size: LstmSize,
  { memory, pool, worth, room }: Means & { room: (texts: number) => number },
  part: (reading: Reading) => Arguments<K>,
): void {
  const { batch, tokens, hidden, directions } = size;
  if (hidden === 0) return; // no units: nothing to compute
  const ends = memory.integers(starts);
  const length = Int32Array.from({ length: batch }, (_, b) => ends[b + 1]! - ends[b]!);
  const texts = Int32Array.from(length, (_, b) => b).sort((a, b) => length[b]! - length[a]!);
  const work = tokens * hidden * hidden * 4 * directions;
  const most = Math.max(1, Math.min(pool.size, Math.floor(work / worth)));
  const workers = Math.max(1, Math.min(batch, Math.floor(most / directions)));
  const order = memory.allocate(batch);
  try {
    const dealt = Array.from({ length: workers }, (_, worker) => texts.filter((_, i) => i % workers === worker));
    memory.integers(order).set(dealt.flatMap((own) => [...own]));
    const own = wholeLines(room(Math.ceil(batch / workers)));
    memory.borrow(own * workers * directions, (scratch) => {
      const parts: Arguments<K>[] = [];
      for (let direction = 0; direction < directions; direction++) {
        let at = order.pointer;
        for (const { length: count } of dealt) {
          parts.push(part({ direction, order: at, count, scratch: scratch + parts.length * own }));
          at += count * 4;
        }
      }
      for (let i = 0; i < parts.length; i += most) pool.run(kernel, parts.slice(i, i + most), work);
    });
  } finally {
    memory.release(order);
  }
}
