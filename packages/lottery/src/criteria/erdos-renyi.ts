import type { Criterion } from "../criterion.ts";
import { sparingVectors } from "./sparing-vectors.ts";

/**
 * `(Σ_d s_d / Π_d s_d) · n / (i + ½)`, `s` the shape, `n` the number of weights left and `i` a random order of them: of weights that all
 * compete (`pool: "all"`) a tensor keeps a fraction proportional to the sum of its axes over their product, at most all, at random. The
 * Erdős–Rényi densities of SET (Mocanu et al. 2018, arXiv 1707.04780), eq. 3, and for kernels the Erdős–Rényi-Kernel ones of RigL (Evci et
 * al., ICML 2020, arXiv 1911.11134), §3. Vectors are spared.
 */
export const erdosRenyi: Criterion = {
  name: "erdos-renyi",
  version: 1,
  score: async ({ mask, shapes, rng }) => {
    const scores = Array.from(mask, ([name, { length }]): [string, Float32Array] => {
      const shape = shapes.get(name)!;
      const ratio = shape.reduce((sum, axis) => sum + axis, 0) / shape.reduce((product, axis) => product * axis, 1);
      const order = rng.split(name).permutation(length);
      return [name, Float32Array.from(order, (i) => (ratio * length) / (i + 0.5))];
    });
    return sparingVectors(new Map(scores), { shapes });
  },
};
