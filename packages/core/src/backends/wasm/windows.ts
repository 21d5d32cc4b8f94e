import type { Kernels, SparseKernels, StoredKernel, WindowKernel, WindowSize } from "../../kernels/kernels.ts";
import { densityOf, type Entries, type Packed } from "./entries.ts";
import type { Exports } from "./exports.generated.ts";
import type { LinearMemory, Region } from "./memory.ts";
import type { ParallelFor } from "./parallel-for.ts";

type WindowKernels = Pick<Kernels, "maxOfWindows" | "maxOfWindowsRows" | "maxOfWindowsKernels">;
export type SparseWindowKernels = Pick<SparseKernels, keyof WindowKernels>;

/** Up to these densities of the table and of the kernels, computing with what is stored is faster. Measured, see benchmarks/sparse.ts. */
const BREAK_EVEN = { rows: 0.7, kernels: 0.18 } as const;

/** What of a width a compiled kernel needs; see `window-widths.ts`. */
interface Line {
  readonly kernel?: Region | undefined;
  readonly gradient?: Region | undefined;
  readonly stored?: StoredKernel | undefined;
}
/** Four-byte words of a line. */
const LINE = 8;

/** What all widths amount to. */
function summary({ widths }: WindowSize): { columns: number; widest: number; taps: number; most: number } {
  let [columns, widest, taps, most] = [0, 0, 0, 0];
  for (const { width, filters } of widths) {
    columns += filters;
    widest = Math.max(widest, width);
    taps += width * filters;
    most = Math.max(most, width * filters);
  }
  return { columns, widest, taps, most };
}

/** Runs `body` with a table of the widths in linear memory. */
function withLines(
  memory: LinearMemory,
  { widths }: WindowSize,
  lineOf: (g: number) => Line,
  body: (lines: readonly [pointer: number, count: number]) => void,
): void {
  const words: number[] = [];
  for (let g = 0; g < widths.length; g++) {
    const { width, filters } = widths[g]!;
    const { kernel, gradient, stored } = lineOf(g);
    words.push(kernel?.pointer ?? 0, width, filters, gradient?.pointer ?? 0);
    if (stored === undefined) words.push(0, 0, 0, 0);
    else {
      const { indptr, indices, permutation } = stored.entries as Entries;
      words.push((stored.values as Region).pointer, indptr.pointer, indices.pointer, permutation?.pointer ?? 0);
    }
  }
  memory.borrow(words.length * 4, (pointer) => {
    memory.put(pointer, words);
    body([pointer, words.length / LINE]);
  });
}

/** The contract's kernels for windows in terms of the compiled ones. @param parts - Of which each thread does one. */
export function createWindowKernels(
  simd: Exports,
  memory: LinearMemory,
  parallelFor: ParallelFor,
  parts: number,
): WindowKernels {
  return {
    maxOfWindows: (
      rows: Region,
      kernels: readonly Region[],
      places: Region,
      ends: Region,
      y: Region,
      argmax: Region,
      size: WindowSize,
    ) => {
      const { rows: count, batch, time, channels } = size;
      const { columns, widest, taps } = summary(size);
      const scratch = simd.maxOfWindowsScratch(count, channels, widest);
      withLines(
        memory,
        size,
        (g) => ({ kernel: kernels[g]! }),
        (lines) =>
          parallelFor("maxOfWindows", { n: parts, work: count * taps * channels, scratch }, (begin, end, at) => [
            ...lines,
            rows.pointer,
            places.pointer,
            ends.pointer,
            y.pointer,
            argmax.pointer,
            count,
            batch,
            time,
            channels,
            columns,
            begin,
            end,
            parts,
            at,
          ]),
      );
    },

    maxOfWindowsRows: (
      dy: Region,
      argmax: Region,
      kernels: readonly Region[],
      places: Region,
      drows: Region,
      size: WindowSize,
    ) => {
      const { rows: count, batch, time, channels } = size;
      const { columns, taps, most } = summary(size);
      const scratch = (own: number) => simd.maxOfWindowsRowsScratch(count, own, channels, most);
      withLines(
        memory,
        size,
        (g) => ({ kernel: kernels[g]! }),
        (lines) =>
          parallelFor(
            "maxOfWindowsRows",
            { n: channels, work: batch * taps * channels, grain: 4, scratch },
            (begin, end, at) => [
              ...lines,
              dy.pointer,
              argmax.pointer,
              places.pointer,
              drows.pointer,
              count,
              batch,
              time,
              channels,
              columns,
              begin,
              end,
              at,
            ],
          ),
      );
    },

    maxOfWindowsKernels: (
      dy: Region,
      argmax: Region,
      rows: Region,
      places: Region,
      dkernels: readonly (Region | undefined)[],
      size: WindowSize,
    ) => {
      const { batch, time, channels } = size;
      const { columns, widest, taps, most } = summary(size);
      const scratch = simd.maxOfWindowsKernelsScratch(batch, channels, widest, most);
      withLines(
        memory,
        size,
        (g) => ({ gradient: dkernels[g] }),
        (lines) =>
          parallelFor("maxOfWindowsKernels", { n: parts, work: batch * taps * channels, scratch }, (begin, end, at) => [
            ...lines,
            dy.pointer,
            argmax.pointer,
            rows.pointer,
            places.pointer,
            batch,
            time,
            channels,
            columns,
            begin,
            end,
            parts,
            at,
          ]),
      );
    },
  };
}

/** Those for rows and kernels of which a part is stored. */
export function createSparseWindowKernels(
  simd: Exports,
  memory: LinearMemory,
  parallelFor: ParallelFor,
  parts: number,
  dense: WindowKernels,
): SparseWindowKernels {
  const placed = new WeakMap<Entries, Region>();

  /** Where each stored element of a kernel is in the whole of it, in the order of its values. */
  const positionsIn = (kernel: Entries): Region => {
    let found = placed.get(kernel);
    if (found === undefined) {
      const [ends, places] = [memory.integers(kernel.indptr), memory.integers(kernel.indices)];
      const order = kernel.permutation === undefined ? undefined : memory.integers(kernel.permutation);
      const positions = new Int32Array(places.length);
      for (let j = 0; j < kernel.columns; j++) {
        for (let e = ends[j]!; e < ends[j + 1]!; e++) positions[order?.[e] ?? e] = places[e]! * kernel.columns + j;
      }
      found = memory.allocate(positions.length);
      memory.integers(found).set(positions);
      placed.set(kernel, found);
    }
    return found;
  };

  const lacking = new WeakMap<Entries, boolean>();

  /** Whether nothing is stored of some filter. */
  const lacksFilters = (kernel: Entries): boolean => {
    let found = lacking.get(kernel);
    if (found === undefined) {
      found = memory.integers(kernel.indptr).some((start, f, starts) => start === starts[f + 1]);
      lacking.set(kernel, found);
    }
    return found;
  };

  /** How much the rows of a batch's words store. */
  const storedIn = (ids: Region, starts: Region): number => {
    const [rows, begins] = [memory.integers(ids), memory.integers(starts)];
    let entries = 0;
    for (let i = 0; i < rows.length; i++) entries += begins[rows[i]! + 1]! - begins[rows[i]!]!;
    return entries;
  };

  /** What the kernels store, if that is little of each of them. */
  const few = (stored: readonly (StoredKernel | undefined)[]): number | undefined => {
    let entries = 0;
    for (const kernel of stored) {
      if (kernel === undefined || densityOf(kernel.entries) > BREAK_EVEN.kernels) return undefined;
      entries += kernel.values.length;
    }
    return entries;
  };

  const whole = (kernels: readonly WindowKernel[]): Region[] => kernels.map((kernel) => kernel.whole() as Region);

  const mostFilters = ({ widths }: WindowSize): number => Math.max(...widths.map(({ filters }) => filters));

  return {
    maxOfWindows: (
      rows: Region,
      packed: Packed,
      kernels: readonly WindowKernel[],
      places: Region,
      ends: Region,
      y: Region,
      argmax: Region,
      size: WindowSize,
    ) => {
      const { values, table, ids } = packed;
      if (densityOf(table) > BREAK_EVEN.rows) {
        return dense.maxOfWindows(rows, whole(kernels), places, ends, y, argmax, size);
      }
      const { indptr: starts, indices: stored } = table as Entries;
      const { rows: count, batch, time, channels } = size;
      const { columns, widest, taps } = summary(size);
      const entries = storedIn(ids, starts);
      const most = mostFilters(size);
      const scratch = simd.maxOfPackedWindowsScratch(count, entries, channels, widest, most, batch);
      const work = (entries + batch * time) * taps;
      const little = few(kernels.map(({ stored }) => stored)) !== undefined;
      // all of a kernel, unless what is stored is little, or nothing for some filters
      const lineOf = (g: number): Line => {
        const { stored, whole } = kernels[g]!;
        const asStored = stored !== undefined && (little || lacksFilters(stored.entries as Entries));
        return asStored ? { stored } : { kernel: whole() as Region };
      };
      withLines(memory, size, lineOf, (lines) =>
        parallelFor("maxOfPackedWindows", { n: parts, work, scratch }, (begin, end, at) => [
          ...lines,
          widest,
          most,
          values.pointer,
          starts.pointer,
          stored.pointer,
          ids.pointer,
          places.pointer,
          ends.pointer,
          y.pointer,
          argmax.pointer,
          count,
          batch,
          time,
          channels,
          columns,
          begin,
          end,
          parts,
          at,
        ]),
      );
    },

    maxOfWindowsRows: (
      dy: Region,
      argmax: Region,
      kernels: readonly WindowKernel[],
      places: Region,
      drows: Region,
      size: WindowSize,
    ) => {
      const entries = few(kernels.map(({ stored }) => stored));
      if (entries === undefined) return dense.maxOfWindowsRows(dy, argmax, whole(kernels), places, drows, size);
      const { rows: count, batch, time, channels } = size;
      const { columns, widest } = summary(size);
      const filters = mostFilters(size);
      const scratch = (own: number) =>
        simd.maxOfWindowsRowsSparseScratch(count, own, channels, entries, widest, filters);
      const lineOf = (g: number): Line => ({ stored: kernels[g]!.stored });
      withLines(memory, size, lineOf, (lines) =>
        parallelFor(
          "maxOfWindowsRowsSparse",
          { n: channels, work: batch * entries, grain: 4, scratch },
          (begin, end, at) => [
            ...lines,
            dy.pointer,
            argmax.pointer,
            places.pointer,
            drows.pointer,
            count,
            batch,
            time,
            channels,
            columns,
            begin,
            end,
            at,
          ],
        ),
      );
    },

    maxOfWindowsKernels: (
      dy: Region,
      argmax: Region,
      rows: Region,
      stored: readonly (StoredKernel | undefined)[],
      places: Region,
      gradients: readonly (Region | undefined)[],
      size: WindowSize,
    ) => {
      const { batch, time, channels, widths } = size;
      const entries = few(stored);
      if (entries === undefined) {
        // of all elements, from which those that are stored are taken
        const whole = gradients.map((gradient, g) =>
          gradient === undefined || stored[g] === undefined
            ? gradient
            : memory.allocate(widths[g]!.width * channels * widths[g]!.filters),
        );
        try {
          dense.maxOfWindowsKernels(dy, argmax, rows, places, whole, size);
          for (const [g, from] of whole.entries()) {
            const [gradient, kernel] = [gradients[g], stored[g]];
            if (from === undefined || gradient === undefined || from === gradient) continue;
            const positions = positionsIn(kernel!.entries as Entries);
            simd.gatherRows(from.pointer, positions.pointer, gradient.pointer, gradient.length, 1);
          }
        } finally {
          for (const [g, region] of whole.entries()) if (region !== gradients[g]) memory.release(region!);
        }
        return;
      }
      const { columns, widest } = summary(size);
      const scratch = simd.maxOfWindowsKernelsSparseScratch(entries, widest, mostFilters(size), batch);
      withLines(
        memory,
        size,
        (g) => ({ gradient: gradients[g], stored: stored[g] }),
        (lines) =>
          parallelFor(
            "maxOfWindowsKernelsSparse",
            { n: parts, work: batch * entries * 4, scratch },
            (begin, end, at) => [
              ...lines,
              dy.pointer,
              argmax.pointer,
              rows.pointer,
              places.pointer,
              batch,
              time,
              channels,
              columns,
              begin,
              end,
              parts,
              at,
            ],
          ),
      );
    },
  };
}
