import type { StoredWeight, WindowSize } from "../../kernels/kernels.ts";
import { columnsOf, pointersOf, valuesOf } from "./entries.ts";
import type { LinearMemory, Region } from "./memory.ts";

/** What of a width a compiled kernel needs; see `window-widths.ts`. */
export interface Line {
  readonly kernel?: Region | undefined;
  readonly gradient?: Region | undefined;
  readonly stored?: StoredWeight | undefined;
}
/** Four-byte words of a line. */
const LINE = 8;

/** What all widths amount to. */
export function summary({ widths }: WindowSize): { columns: number; widest: number; taps: number; most: number } {
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
export function withLines(
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
      words.push(valuesOf(stored).pointer, ...pointersOf(columnsOf(stored.pattern)));
    }
  }
  memory.borrow(words.length * 4, (pointer) => {
    memory.put(pointer, words);
    body([pointer, words.length / LINE]);
  });
}
