import { check, count, map } from "@ltt/core/arguments";
import { checkPattern, type Pattern } from "../pattern.ts";

export interface MaskOverlap {
  /** `|A ∩ B| / |A ∪ B|` */
  readonly jaccard: number;
  /**
   * What random masks of as many weights of each tensor have on average: `Σ E / (Σ |A| + |B| − E)` with
   * `E = |A|·|B| / n`, the mean of the hypergeometric distribution, summed over tensors of n elements.
   */
  readonly byChance: number;
}

/**
 * How alike the masks of two tickets are, and how alike they would be by chance. Tensors of which both have everything do not count.
 *
 * @param sizes - The number of elements of each tensor.
 * @throws {RangeError} if the masks have not the same tensors.
 */
export function maskOverlap(a: Pattern, b: Pattern, sizes: ReadonlyMap<string, number>): MaskOverlap {
  checkPattern("maskOverlap", "a", a);
  checkPattern("maskOverlap", "b", b);
  check("maskOverlap", "sizes", sizes, map);
  let [common, expected, either] = [0, 0, 0];
  for (const [name, positions] of a) {
    const [others, size] = [b.get(name), sizes.get(name)];
    if (others === undefined || size === undefined) throw new RangeError(`maskOverlap: "${name}" is in one mask only`);
    check("maskOverlap", `sizes of "${name}"`, size, count);
    if (positions.length === size && others.length === size) continue;
    common += commonOf(positions, others);
    expected += (positions.length * others.length) / size;
    either += positions.length + others.length;
  }
  const jaccard = (shared: number) => (either - shared === 0 ? 1 : shared / (either - shared));
  return { jaccard: jaccard(common), byChance: jaccard(expected) };
}

/** How many ascending positions two lists have in common. */
function commonOf(a: Int32Array, b: Int32Array): number {
  let common = 0;
  for (let i = 0, k = 0; i < a.length && k < b.length; )
    if (a[i] === b[k]) {
      common++;
      i++;
      k++;
    } else if (a[i]! < b[k]!) i++;
    else k++;
  return common;
}
