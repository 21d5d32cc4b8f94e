import type { Pattern, Values } from "../pattern.ts";

/** Values and the mask in whose order they are. */
export interface Masked {
  readonly pattern: Pattern;
  readonly values: Values;
}

/** The values at another mask, in its order: 0 where there is none, for what is not stored computes as 0. */
export function aligned({ pattern, values }: Masked, mask: Pattern): Values {
  return new Map(
    Array.from(mask, ([name, positions]) => {
      const [own, stored] = [pattern.get(name)!, values.get(name)!];
      const found = new Float32Array(positions.length);
      for (let i = 0, j = 0; i < found.length; i++) {
        while (own[j]! < positions[i]!) j++;
        if (own[j] === positions[i]) found[i] = stored[j]!;
      }
      return [name, found];
    }),
  );
}

/** What either of two masks has, of the tensors of the first. */
export function union(mask: Pattern, other: Pattern): Pattern {
  return new Map(Array.from(mask, ([name, positions]) => [name, merged(positions, other.get(name)!)]));
}

/** Two ascending lists as one, what both have once. */
function merged(a: Int32Array, b: Int32Array): Int32Array {
  const all = new Int32Array(a.length + b.length);
  let length = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length; length++) {
    const next = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    if (a[i] === next) i++;
    if (b[j] === next) j++;
    all[length] = next;
  }
  return all.subarray(0, length);
}
