import type { Values } from "../pattern.ts";

/**
 * `α|wT|` and `|w0|`, with the α of each tensor for which the medians agree: `α = median |w0| / median |wT|`. Where one of them is 0, α is
 * 1.
 *
 * Zhou et al. 2019, §3, equalise the percentile at the rate of the cut; the median serves cuts of any rate.
 */
export function balanced(trained: Values, initial: Values): { readonly final: Values; readonly init: Values } {
  const sizes = (values: Values) => new Map(Array.from(values, ([name, each]) => [name, each.map(Math.abs)]));
  const [final, init] = [sizes(trained), sizes(initial)];
  for (const [name, each] of final) {
    const alpha = median(init.get(name)!) / median(each);
    if (alpha > 0 && alpha < Infinity)
      final.set(
        name,
        each.map((value) => alpha * value),
      );
  }
  return { final, init };
}

/** The lower one of the two in the middle of an even number. */
function median(values: Float32Array): number {
  return values.toSorted()[Math.floor((values.length - 1) / 2)] ?? 0;
}
