import type { WindowSize } from "../../kernels/kernels.ts";
import type { Context } from "./kernels/context.ts";
import type { Region } from "./memory.ts";
import { summary, withLines } from "./window-lines.ts";

/** Kernels of windows. */
export type Windows = "maxOfWindows" | "maxOfWindowsRows" | "maxOfWindowsKernels";

/** Those of whole rows and whole kernels. */
export interface DenseWindows {
  maxOfWindows(
    rows: Region,
    kernels: readonly Region[],
    places: Region,
    ends: Region,
    y: Region,
    argmax: Region,
    size: WindowSize,
  ): void;
  maxOfWindowsRows(
    dy: Region,
    argmax: Region,
    kernels: readonly Region[],
    places: Region,
    drows: Region,
    size: WindowSize,
  ): void;
  maxOfWindowsKernels(
    dy: Region,
    argmax: Region,
    rows: Region,
    places: Region,
    dkernels: readonly (Region | undefined)[],
    size: WindowSize,
  ): void;
}

/** Of windows of whole rows by whole kernels; each thread does a part of the filters, or of the channels. */
export function windows({ exports, memory, parallelFor, threads: parts }: Context): DenseWindows {
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
      const scratch = exports.maxOfWindowsScratch(count, channels, widest);
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
      const scratch = (own: number) => exports.maxOfWindowsRowsScratch(count, own, channels, most);
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
      const scratch = exports.maxOfWindowsKernelsScratch(batch, channels, widest, most);
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
