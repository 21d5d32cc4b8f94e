import type { Kernels, PackedRows, StoredWeight, WindowSize } from "../../kernels/kernels.ts";
import { isStored } from "../../kernels/stored-weight.ts";
import { columnsOf, densityOf, type Entries, rowsOf, valuesOf, type Weight } from "./entries.ts";
import type { Context, WasmKernels } from "./kernels/context.ts";
import type { Region } from "./memory.ts";
import { type Line, summary, withLines } from "./window-lines.ts";
import type { DenseWindows, Windows } from "./windows.ts";

/** Windows of rows and kernels of which a part may be stored, beside the `dense` ones. */
export function sparseWindows(
  { exports, memory, parallelFor, threads: parts, breakEvens }: Context,
  dense: DenseWindows & WasmKernels<"compress">,
): Pick<Kernels, Windows> {
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

  /** How many elements are stored of those kernels that are asked for, if that is few of each of them. */
  const few = (kernels: readonly (Weight | undefined)[]): number | undefined => {
    let entries = 0;
    for (const kernel of kernels) {
      if (kernel === undefined) continue;
      if (!isStored(kernel) || densityOf(columnsOf(kernel.pattern)) > breakEvens.kernels) return undefined;
      entries += kernel.values.length;
    }
    return entries;
  };

  const whole = (kernel: Weight): Region => (isStored(kernel) ? (kernel.whole() as Region) : kernel);

  const storedOf = (kernel: Weight | undefined): StoredWeight | undefined =>
    kernel !== undefined && isStored(kernel) ? kernel : undefined;

  const mostFilters = ({ widths }: WindowSize): number => Math.max(...widths.map(({ filters }) => filters));

  /** The gradients of all elements, from which those that are stored are taken. */
  const wholeGradients = (
    dy: Region,
    argmax: Region,
    rows: Region,
    places: Region,
    dkernels: readonly (Weight | undefined)[],
    size: WindowSize,
  ): void => {
    const lent: Region[] = [];
    const lend = ({ width, filters }: WindowSize["widths"][number]) => {
      lent.push(memory.allocate(width * size.channels * filters));
      return lent.at(-1)!;
    };
    try {
      const gradients = dkernels.map((dkernel, g) =>
        dkernel !== undefined && isStored(dkernel) ? lend(size.widths[g]!) : dkernel,
      );
      dense.maxOfWindowsKernels(dy, argmax, rows, places, gradients, size);
      for (const [g, dkernel] of dkernels.entries()) {
        if (dkernel === undefined || !isStored(dkernel)) continue;
        dense.compress(gradients[g]!, dkernel.pattern.positionIndices() as Region, valuesOf(dkernel));
      }
    } finally {
      for (const region of lent) memory.release(region);
    }
  };

  return {
    maxOfWindows: (
      rows: Region,
      packed: PackedRows | undefined,
      kernels: readonly Weight[],
      places: Region,
      ends: Region,
      y: Region,
      argmax: Region,
      size: WindowSize,
    ) => {
      const table = packed && rowsOf(packed.table.pattern);
      if (packed === undefined || table === undefined || densityOf(table) > breakEvens.rows) {
        return dense.maxOfWindows(rows, kernels.map(whole), places, ends, y, argmax, size);
      }
      const [values, ids] = [valuesOf(packed.table), packed.ids as Region];
      const { indptr: starts, indices: stored } = table;
      const { rows: count, batch, time, channels } = size;
      const { columns, widest, taps } = summary(size);
      const entries = storedIn(ids, starts);
      const most = mostFilters(size);
      const scratch = exports.maxOfPackedWindowsScratch(count, entries, channels, widest, most, batch);
      const work = (entries + batch * time) * taps;
      const little = few(kernels) !== undefined;
      // all of a kernel, unless what is stored is little, or nothing for some filters
      const lineOf = (g: number): Line => {
        const kernel = kernels[g]!;
        const asStored = isStored(kernel) && (little || lacksFilters(columnsOf(kernel.pattern)));
        return asStored ? { stored: kernel } : { kernel: whole(kernel) };
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
      kernels: readonly Weight[],
      places: Region,
      drows: Region,
      size: WindowSize,
    ) => {
      const entries = few(kernels);
      if (entries === undefined) return dense.maxOfWindowsRows(dy, argmax, kernels.map(whole), places, drows, size);
      const { rows: count, batch, time, channels } = size;
      const { columns, widest } = summary(size);
      const filters = mostFilters(size);
      const scratch = (own: number) =>
        exports.maxOfWindowsRowsSparseScratch(count, own, channels, entries, widest, filters);
      const lineOf = (g: number): Line => ({ stored: storedOf(kernels[g]) });
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
      places: Region,
      dkernels: readonly (Weight | undefined)[],
      size: WindowSize,
    ) => {
      const { batch, time, channels } = size;
      const entries = few(dkernels);
      if (entries === undefined) return wholeGradients(dy, argmax, rows, places, dkernels, size);
      const { columns, widest } = summary(size);
      const scratch = exports.maxOfWindowsKernelsSparseScratch(entries, widest, mostFilters(size), batch);
      withLines(
        memory,
        size,
        (g) => {
          const stored = storedOf(dkernels[g]);
          return { gradient: stored && valuesOf(stored), stored };
        },
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
