import { noGrad, type Rng, scope } from "@ltt/core";
import { check, checkRng, type Kind } from "@ltt/core/arguments";
import type { Batch } from "./batch.ts";
import { BatchNorm } from "./batch-norm.ts";
import { checkTree } from "./check-module.ts";
import { answer, type Model, modelKind } from "./model.ts";
import { modulesOf } from "./modules-of.ts";

/**
 * Computes the running statistics of every batch normalisation of a model anew, in place: means over the batches of each batch's mean and
 * variance, and how many batches there were. What weights that were not trained to it need, as those between two networks. `update_bn` of
 * PyTorch, except that no batches change nothing. The weights stay.
 *
 * @param rng - Of dropout, which is on, as in training.
 * @returns whether there was any batch normalisation.
 * @throws {TypeError} if the model contains itself.
 */
export function updateStatistics<Input>(model: Model<Input>, batches: Iterable<Batch<Input>>, rng: Rng): boolean {
  check("updateStatistics", "model", model, modelKind);
  check("updateStatistics", "batches", batches, iterable);
  checkRng("updateStatistics", "rng", rng);
  checkTree("updateStatistics", model);
  const norms = modulesOf(model, BatchNorm);
  if (norms.length === 0) return false;
  const momenta = norms.map(({ momentum }) => momentum);
  const set = (momentum: (i: number) => number) => {
    for (const [i, norm] of norms.entries()) Object.assign(norm, { momentum: momentum(i) });
  };
  let count = 0;
  try {
    for (const batch of batches) {
      if (count++ === 0) for (const norm of norms) reset(norm);
      set(() => 1 / count); // running ← (1 − 1/n) · running + batch / n: the mean so far
      scope(() => {
        noGrad(() => answer("updateStatistics", model, batch, { rng: rng.split(count) }));
      });
    }
  } finally {
    set((i) => momenta[i]!);
  }
  return true;
}

/** All to 0, from where a step of the whole way is exact: 0 − (0 − batch). */
function reset({ running_mean, running_var, num_batches_tracked }: BatchNorm): void {
  for (const buffer of [running_mean, running_var, num_batches_tracked]) buffer.write(new Float32Array(buffer.size));
}

const iterable: Kind = {
  words: "an array of batches, or iterable",
  accepts: (value) => typeof value === "object" && value !== null && Symbol.iterator in value,
};
