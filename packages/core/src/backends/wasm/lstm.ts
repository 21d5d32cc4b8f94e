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

/** The operands of `Kernels.lstm` but its recurrent weight; the rows after the states of all tokens are regions of their own. */
interface ForwardRun {
  readonly projected: Region;
  readonly places: Region | undefined;
  readonly bias: Region;
  readonly starts: Region;
  readonly gates: Region | undefined;
  readonly cells: Region | undefined;
  readonly states: Region;
  readonly finals: Region;
  readonly zeros: Region;
}

/** The same of `Kernels.lstmGates`. */
interface BackwardRun {
  readonly dstates: Region;
  readonly dfinals: Region;
  readonly gates: Region;
  readonly cells: Region;
  readonly starts: Region;
  readonly dgates: Region;
}

/** Both directions of a layer, on all threads. */
export interface LstmRuns {
  forward(of: ForwardRun, recurrent: Weight, size: LstmSize): void;
  backward(of: BackwardRun, recurrent: Weight, size: LstmSize): void;
}

/** In terms of the compiled kernels. */
export function createLstmRuns(exports: Exports, means: Means): LstmRuns {
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
    forward: (of, recurrent, size) =>
      withRecurrent(recurrent, rowsOf, size, ({ room, weightOf }) =>
        eachReading("lstm", of.starts, size, { ...means, room }, (reading) =>
          forward(of, size, reading, weightOf(reading.direction)),
        ),
      ),
    backward: (of, recurrent, size) =>
      withRecurrent(recurrent, columnsOf, size, ({ room, weightOf }) =>
        eachReading("lstmGates", of.starts, size, { ...means, room }, (reading) =>
          backward(of, size, reading, weightOf(reading.direction)),
        ),
      ),
  };
}

/** The contract's LSTM kernels. */
export function lstmKernels(runs: LstmRuns): Pick<Kernels, "lstm" | "lstmGates"> {
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
    ) => {
      const after = statesAfter(states, size);
      runs.forward({ projected, places, bias, starts, gates, cells, states, ...after }, recurrent, size);
    },
    lstmGates: (
      dstates: Region,
      gates: Region,
      cells: Region,
      recurrent: Weight,
      starts: Region,
      dgates: Region,
      size: LstmSize,
    ) => {
      const { finals: dfinals } = statesAfter(dstates, size);
      runs.backward({ dstates, dfinals, gates, cells, starts, dgates }, recurrent, size);
    },
  };
}

/** The rows after the states of all tokens: the texts' last cell states, and zeros. */
export function statesAfter(
  states: Region,
  { batch, tokens, hidden, directions }: LstmSize,
): { finals: Region; zeros: Region } {
  const width = directions * hidden;
  return { finals: states.part(tokens * width, batch * width), zeros: states.part((tokens + batch) * width, width) };
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
  of: ForwardRun,
  { hidden, directions }: LstmSize,
  { direction, order, count, scratch }: Reading,
  { recurrent, entries }: Pointers,
): Arguments<"lstm"> {
  const [unit, gate] = [direction * hidden * 4, direction * hidden * 16];
  return [
    of.projected.pointer + gate,
    of.places?.pointer ?? 0,
    of.bias.pointer + gate,
    recurrent,
    of.starts.pointer,
    order,
    of.gates === undefined ? 0 : of.gates.pointer + gate,
    of.cells === undefined ? 0 : of.cells.pointer + unit,
    of.states.pointer + unit,
    of.finals.pointer + unit,
    of.zeros.pointer + unit,
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
  of: BackwardRun,
  { hidden, directions }: LstmSize,
  { direction, order, count, scratch }: Reading,
  { recurrent, entries }: Pointers,
): Arguments<"lstmGates"> {
  const [unit, gate] = [direction * hidden * 4, direction * hidden * 16];
  return [
    of.dstates.pointer + unit,
    of.dfinals.pointer + unit,
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
