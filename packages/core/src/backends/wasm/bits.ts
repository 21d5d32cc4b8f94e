import type { Entries } from "./entries.ts";
import type { LinearMemory, Region } from "./memory.ts";

/** Density of a table from which looking elements of a row up in a bit set is faster than going to their places. */
const ROWS = 0.4;

/**
 * Which elements are stored, as bit sets (`assembly/bits.ts`): made when first needed, and kept as long as the positions they are made of.
 */
export class Bits {
  readonly #memory: LinearMemory;
  /** By the table, or by positions and the number of elements. */
  readonly #made = new WeakMap<Entries | Region, Map<number, Region>>();

  /** Density of a weight from which one is made of its positions. */
  readonly #least: number;

  constructor(memory: LinearMemory, least: number) {
    this.#memory = memory;
    this.#least = least;
  }

  /** A bit set for each row of a table, in whole bytes; `undefined` where little is stored. */
  ofRows(table: Entries): Region | undefined {
    const { indptr, indices, columns, inner } = table;
    const rowBytes = Math.ceil(inner / 8);
    if (indices.length < ROWS * columns * inner) return undefined;
    return this.#of(table, columns * inner, columns * rowBytes, (set) => {
      const [begins, at] = [this.#memory.integers(indptr), this.#memory.integers(indices)];
      for (let row = 0; row < columns; row++) {
        for (let e = begins[row]!; e < begins[row + 1]!; e++) set(row * rowBytes * 8 + at[e]!);
      }
    });
  }

  /** A bit set of `size` elements, of which those at these positions are stored; `undefined` where that is little. */
  ofPositions(positions: Region, size: number): Region | undefined {
    if (positions.length < this.#least * size) return undefined;
    return this.#of(positions, size, Math.ceil(size / 8), (set) => {
      for (const position of this.#memory.integers(positions)) set(position);
    });
  }

  #of(of: Entries | Region, size: number, bytes: number, setAll: (set: (bit: number) => void) => void): Region {
    const bySize = this.#made.get(of) ?? new Map<number, Region>();
    this.#made.set(of, bySize);
    let found = bySize.get(size);
    if (found === undefined) {
      found = this.#memory.allocate(Math.ceil(bytes / 4));
      const words = this.#memory.integers(found).fill(0);
      setAll((bit) => {
        words[bit >> 5]! |= 1 << (bit & 31); // little-endian, as WebAssembly is
      });
      bySize.set(size, found);
    }
    return found;
  }
}
