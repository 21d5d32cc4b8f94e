import type { Criterion } from "../criterion.ts";
import { sparingVectors } from "./sparing-vectors.ts";

/**
 * `(k² + k) / u`, `u` uniform in (0, 1) and k the number of the layer, counted from the last one: of weights that all compete
 * (`pool: "all"`) a layer keeps a fraction proportional to `k² + k`, at random. “Smart ratios” of Su et al. (NeurIPS 2020, arXiv
 * 2009.11094), §4.2; their last dense layer keeps 30 % whatever the rate, which is left out here. A control: a criterion at step 0 should
 * be better than this one.
 *
 * Layers are those that have matrices or filters to prune, and the last one though it stay whole; what names share before their last dot
 * tells them apart. Vectors are spared. Of a tensor of n weights u takes the values `(i + ½) / n` in random order, so that the fractions hold but for rounding.
 */
export const smartRatios: Criterion = {
  name: "smart-ratios",
  version: 2,
  score: async (evidence) => {
    const { mask, shapes, pools, rng } = evidence;
    const layerOf = (name: string) => name.slice(0, Math.max(0, name.lastIndexOf(".")));
    const weights = [...mask.keys()].filter((name) => shapes.get(name)!.length > 1);
    const competing = new Set([...pools.flatMap(({ tensors }) => tensors), weights.at(-1)]);
    const layers = [...new Set(weights.filter((name) => competing.has(name)).map(layerOf))].reverse();
    const scores = new Map(
      Array.from(mask, ([name, { length }]) => {
        const k = layers.indexOf(layerOf(name)) + 1;
        const order = rng.split(name).permutation(length);
        return [name, Float32Array.from(order, (i) => ((k * k + k) * length) / (i + 0.5))];
      }),
    );
    return sparingVectors(scores, evidence);
  },
};
