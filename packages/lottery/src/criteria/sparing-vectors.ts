import type { Evidence } from "../criterion.ts";
import type { Values } from "../pattern.ts";

/**
 * Scores, of vectors the highest there is: biases start at 0, so that any score made of their initial values would let them go first. As
 * SNIP, GraSP and SynFlow were published.
 */
export function sparingVectors(scores: Values, { shapes }: Pick<Evidence, "shapes">): Values {
  return new Map(
    Array.from(scores, ([name, own]) => [name, shapes.get(name)!.length > 1 ? own : own.map(() => Infinity)]),
  );
}
