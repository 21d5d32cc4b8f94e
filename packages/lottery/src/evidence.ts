import { setImmediate } from "node:timers/promises";
import { gradients, scope, storedValues, tensor, type Weight } from "@ltt/core";
import { type Batch, classificationLoss, type Model, parametersOf, predict, trainable } from "@ltt/layers";
import { type Pattern, sparseWeights, type Values } from "./pattern.ts";

/** Trainable weights of a mask: a tensor that has all of its elements is one, of others a `Sparse`. */
export function weightsAt(like: ReadonlyMap<string, Weight>, mask: Pattern, values: Values): Map<string, Weight> {
  const isWhole = (name: string) => mask.get(name)!.length === like.get(name)!.size;
  const pruned = new Map([...mask].filter(([name]) => !isWhole(name)));
  const sparse = sparseWeights(like, pruned, values);
  return new Map(
    Array.from(mask.keys(), (name) => [
      name,
      sparse.get(name) ?? tensor(values.get(name)!, like.get(name)!.shape, { requiresGrad: true }),
    ]),
  );
}

/**
 * `g = Σ_b n_b · ∂L_b/∂w / Σ_b n_b`: the gradient of the mean loss over the examples of some batches, of what a model trains, by name. Without dropout; added up in
 * float64, batch after batch.
 */
export async function meanGradient<Input>(
  model: Model<Input>,
  batches: Iterable<Batch<Input>>,
  signal?: AbortSignal,
): Promise<Values> {
  const weights = new Map([...parametersOf(model)].filter(([, weight]) => trainable([weight]).length > 0));
  const tensors = Array.from(weights.values(), storedValues);
  const sums = tensors.map(({ size }) => new Float64Array(size));
  let examples = 0;
  for (const { input, lengths, targets } of batches) {
    const reading = scope(() => {
      const loss = classificationLoss(model.forward(input, { lengths }), targets);
      return { values: Promise.all(gradients(loss, tensors).map((gradient) => gradient.read())) };
    });
    const [count] = targets.shape;
    examples += count!;
    for (const [t, gradient] of (await reading.values).entries()) {
      const sum = sums[t]!;
      for (let i = 0; i < gradient.length; i++) sum[i]! += count! * gradient[i]!;
    }
    await setImmediate(); // so that Node hears a signal
    signal?.throwIfAborted();
  }
  return new Map(Array.from(weights.keys(), (name, t) => [name, Float32Array.from(sums[t]!, (sum) => sum / examples)]));
}

/** The mean loss over the examples of some batches, without dropout. */
export async function meanLoss<Input>(model: Model<Input>, batches: Iterable<Batch<Input>>): Promise<number> {
  const { loss } = await predict(model, batches);
  return loss;
}

/** The first so many of an epoch's batches. */
export function* firstOf<T>(batches: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const batch of batches) {
    if (left-- === 0) return;
    yield batch;
  }
}
