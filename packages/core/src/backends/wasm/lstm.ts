import type { Csc, Kernels, LstmSize, SparseKernels } from "../../kernels/kernels.ts";
import type { Entries } from "./entries.ts";
import type { Exports } from "./exports.generated.ts";
import { type LinearMemory, type Region, wholeLines } from "./memory.ts";
import type { Arguments, ThreadPool } from "./thread-pool.ts";

/** Where the kernels work, on how many threads, and for how many multiplications a thread is asked. */
interface Means {
  readonly memory: LinearMemory;
  readonly pool: ThreadPool;
  readonly worth: number;
}

/** What one thread reads: a direction, and some texts by falling length, whose numbers begin at `order`. */
interface Reading {
  readonly direction: number;
  readonly order: number;
  readonly count: number;
  readonly scratch: number;
}

/** The contract's LSTM kernels in terms of the compiled ones. */
export function createLstmKernels(simd: Exports, means: Means): Pick<Kernels, "lstm" | "lstmGates"> {
  const room = (texts: number, { hidden }: LstmSize) => simd.lstmScratch(texts, hidden);
  /** A recurrent weight of which all is stored, and no entries. */
  const whole = (recurrent: Region, direction: number, { hidden }: LstmSize): Weight => ({
    recurrent: recurrent.pointer + direction * 16 * hidden * hidden,
    entries: [0, 0, 0, 0],
  });

  return {
    lstm: (
      projected: Region,
      places: Region | undefined,
      bias: Region,
      recurrent: Region,
      starts: Region,
      gates: Region | undefined,
      cells: Region | undefined,
      states: Region,
      size: LstmSize,
    ) =>
      eachReading("lstm", starts, size, { ...means, room }, (reading) =>
        forward(
          { projected, places, bias, starts, gates, cells, states },
          size,
          reading,
          whole(recurrent, reading.direction, size),
        ),
      ),
    lstmGates: (
      dstates: Region,
      gates: Region,
      cells: Region,
      recurrent: Region,
      starts: Region,
      dgates: Region,
      size: LstmSize,
    ) =>
      eachReading("lstmGates", starts, size, { ...means, room }, (reading) =>
        backward({ dstates, gates, cells, starts, dgates }, size, reading, whole(recurrent, reading.direction, size)),
      ),
  };
}

/** Those for a recurrent weight of which a part is stored. */
export function createSparseLstmKernels(simd: Exports, means: Means): Pick<SparseKernels, "lstm" | "lstmGates"> {
  const roomFor =
    (values: Region) =>
    (texts: number, { hidden }: LstmSize) =>
      simd.lstmSparseScratch(texts, hidden, values.length);
  const stored = (values: Region, { indptr, indices, permutation }: Entries): Weight => ({
    recurrent: 0,
    entries: [values.pointer, indptr.pointer, indices.pointer, permutation?.pointer ?? 0],
  });

  return {
    lstm: (
      projected: Region,
      places: Region | undefined,
      bias: Region,
      values: Region,
      recurrent: Csc,
      starts: Region,
      gates: Region | undefined,
      cells: Region | undefined,
      states: Region,
      size: LstmSize,
    ) =>
      eachReading("lstm", starts, size, { ...means, room: roomFor(values) }, (reading) =>
        forward(
          { projected, places, bias, starts, gates, cells, states },
          size,
          reading,
          stored(values, recurrent as Entries),
        ),
      ),
    lstmGates: (
      dstates: Region,
      gates: Region,
      cells: Region,
      values: Region,
      recurrent: Csc,
      starts: Region,
      dgates: Region,
      size: LstmSize,
    ) =>
      eachReading("lstmGates", starts, size, { ...means, room: roomFor(values) }, (reading) =>
        backward({ dstates, gates, cells, starts, dgates }, size, reading, stored(values, recurrent as Entries)),
      ),
  };
}

interface Weight {
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
  { recurrent, entries }: Weight,
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
  { recurrent, entries }: Weight,
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

/** Shares out what is read. Texts are dealt in turns, so that each part has long and short ones. */
function eachReading<K extends "lstm" | "lstmGates">(
  kernel: K,
  starts: Region,
  size: LstmSize,
  { memory, pool, worth, room }: Means & { room: (texts: number, size: LstmSize) => number },
  part: (reading: Reading) => Arguments<K>,
): void {
  const { batch, tokens, hidden, directions } = size;
  if (hidden === 0) return; // no unit, no gate, and not a weight to turn
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
    const own = wholeLines(room(Math.ceil(batch / workers), size));
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
