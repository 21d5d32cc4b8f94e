import type { Rng } from "@ltt/core";
import { check, checkRng, map } from "@ltt/core/arguments";
import { checkPattern, type Pattern } from "./pattern.ts";

/**
 * As many positions of each tensor, drawn at random from all of its elements: `m′ = π(m)`, a permutation within the tensor.
 *
 * @param sizes - The elements of each tensor, by its name.
 * @throws {RangeError} if a tensor has no size, or a smaller one than its positions.
 */
export function shuffledPositions(mask: Pattern, sizes: ReadonlyMap<string, number>, rng: Rng): Pattern {
  checkPattern("shuffledPositions", "mask", mask);
  check("shuffledPositions", "sizes", sizes, map);
  checkRng("shuffledPositions", "rng", rng);
  return new Map(
    Array.from(mask, ([name, { length }]) => {
      const size = sizes.get(name);
      if (size === undefined || size < length) {
        throw new RangeError(`shuffledPositions: "${name}" has ${length} positions and ${size ?? "no"} elements`);
      }
      const chosen = rng.split(name).permutation(size).slice(0, length);
      return [name, Int32Array.from(chosen).sort()];
    }),
  );
}
