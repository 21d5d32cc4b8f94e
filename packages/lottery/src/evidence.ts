import { setImmediate } from "node:timers/promises";
import { gradients, mul, ones, scope, storedValues, sum, Tensor, tensor, type Weight } from "@ltt/core";
import {
  type Batch,
  buffersOf,
  classificationLoss,
  type Model,
  parametersOf,
  predict,
  restore,
  trainable,
  withParameters,
} from "@ltt/layers";
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
 * A copy of a model with these values at a mask.
 *
 * @param state - Values of its buffers, by name: those of the network that the values come from.
 */
export function modelAt<Input>(model: Model<Input>, mask: Pattern, values: Values, state: Values): Model<Input> {
  const all = parametersOf(model);
  const copy = withParameters(model, new Map([...all, ...weightsAt(all, mask, values)]));
  const buffers = buffersOf(copy);
  restore(buffers, new Map(Array.from(buffers.keys(), (name) => [name, state.get(name)!])));
  return copy;
}

/**
 * `g = Σ_b n_b · ∂L_b/∂w / Σ_b n_b`: the gradient of the mean loss over the examples of some batches, of what a model
 * trains, by name. Without dropout; added up in float64, batch after batch.
 *
 * @param options - `temperature`: what outputs are divided by. Default 1. `batchStatistics`: whether batch normalisation takes mean and
 *   variance of each batch, and leaves its running ones. Default false.
 */
export function meanGradient<Input>(
  model: Model<Input>,
  batches: Iterable<Batch<Input>>,
  options: MeanOptions = {},
): Promise<Values> {
  return meanOverBatches(model, batches, options, (gradient, count) => count * gradient);
}

/**
 * `h = Σ_b n_b² (∂L_b/∂w)² / Σ_b n_b`: the diagonal of the empirical Fisher information, from the gradients of batches;
 * else as `meanGradient`.
 */
export function diagonalFisher<Input>(
  model: Model<Input>,
  batches: Iterable<Batch<Input>>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Values> {
  return meanOverBatches(model, batches, options, (gradient, count) => (count * gradient) ** 2);
}

interface MeanOptions {
  readonly temperature?: number | undefined;
  readonly batchStatistics?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `Σ_b f(∂L_b/∂w, n_b) / Σ_b n_b` */
async function meanOverBatches<Input>(
  model: Model<Input>,
  batches: Iterable<Batch<Input>>,
  { temperature = 1, batchStatistics, signal }: MeanOptions,
  f: (gradient: number, count: number) => number,
): Promise<Values> {
  const weights = trainedOf(model);
  const tensors = Array.from(weights.values(), storedValues);
  const sums = tensors.map(({ size }) => new Float64Array(size));
  let examples = 0;
  for (const { input, lengths, targets } of batches) {
    const reading = scope(() => {
      const outputs = model.forward(input, { lengths, batchStatistics });
      const loss = classificationLoss(temperature === 1 ? outputs : mul(outputs, 1 / temperature), targets);
      return { values: Promise.all(gradients(loss, tensors).map((gradient) => gradient.read())) };
    });
    const [count] = targets.shape;
    examples += count!;
    for (const [t, gradient] of (await reading.values).entries()) {
      const sum = sums[t]!;
      for (let i = 0; i < gradient.length; i++) sum[i]! += f(gradient[i]!, count!);
    }
    await setImmediate(); // so that Node hears a signal
    signal?.throwIfAborted();
  }
  return new Map(Array.from(weights.keys(), (name, t) => [name, Float32Array.from(sums[t]!, (sum) => sum / examples)]));
}

/**
 * `∂R/∂w`, `R` the sum of what a model with these values at a mask gives for an input of ones of the shape of a batch,
 * without dropout. Of ids, which are no numbers, the tables that they look rows up in hold ones.
 *
 * @param embeddings - The names of these tables.
 * @throws {RangeError} if the input is of ids, and there are none.
 */
export async function flowGradient<Input>(
  model: Model<Input>,
  mask: Pattern,
  values: Values,
  { input, lengths }: Batch<Input>,
  embeddings: readonly string[],
): Promise<Values> {
  const isNumbers = input instanceof Tensor;
  if (!isNumbers && embeddings.length === 0) {
    throw new RangeError(
      "flow: the input is no tensor of numbers; name the tables that it looks up, as embeddings of the task",
    );
  }
  const all = parametersOf(model);
  // a hundred rounds of SynFlow leave nothing behind: the weights too are made in the scope
  const { names, reading } = scope(() => {
    const tables = embeddings.map((name) => [name, ones(all.get(name)!.shape)] as const);
    const flowing = withParameters(model, new Map([...all, ...weightsAt(all, mask, values), ...tables]));
    const weights = trainedOf(flowing);
    const outputs = flowing.forward(isNumbers ? (ones(input.shape) as Input) : input, { lengths });
    const found = gradients(sum(outputs), Array.from(weights.values(), storedValues));
    return { names: [...weights.keys()], reading: Promise.all(found.map((gradient) => gradient.read())) };
  });
  const read = await reading;
  return new Map(names.map((name, t) => [name, read[t]!]));
}

/** The weights that a model trains, by name. */
function trainedOf<Input>(model: Model<Input>): Map<string, Weight> {
  return new Map([...parametersOf(model)].filter(([, weight]) => trainable([weight]).length > 0));
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
