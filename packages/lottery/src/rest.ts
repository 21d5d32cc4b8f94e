import { add, dense, type Sparse, tensor, type Weight } from "@ltt/core";
import { buffersOf, type Context, type Model, parametersOf, withParameters } from "@ltt/layers";
import type { Pattern, Values } from "./pattern.ts";

/** What becomes of weights that a mask leaves out: the “mask-0 actions” of Zhou et al. 2019 (arXiv 1905.01067), §3.3. */
export const RESTS = ["zero", "freeze", "freeze-unless-shrunk"] as const;
export type Rest = (typeof RESTS)[number];

/**
 * The weights that a mask leaves out, where they are not 0: whole tensors, 0 at the mask. They keep their initial
 * values, and are never trained.
 *
 * @param trained - Those that moved towards 0 until here, `|wT| < |w0|`, are 0. Default: none is.
 */
export function frozenRest(initial: Values, mask: Pattern, trained?: Values): Map<string, Float32Array> {
  return new Map(
    Array.from(mask, ([name, positions]) => {
      const [rest, after] = [initial.get(name)!.slice(), trained?.get(name)];
      for (const at of positions) rest[at] = 0;
      if (after !== undefined)
        for (const [i, value] of after.entries()) if (Math.abs(value) < Math.abs(rest[i]!)) rest[i] = 0;
      return [name, rest];
    }),
  );
}

/**
 * The same model, which computes with its sparse weights and a frozen rest in their places. The rest is no parameter of
 * it: it is neither trained, nor counted, nor decayed.
 */
export function withRest<Input>(model: Model<Input>, rest: Values): Model<Input> {
  const frozen = Array.from(
    rest,
    ([name, values]) => [name, tensor(values, parametersOf(model).get(name)!.shape)] as const,
  );
  const same = Object.assign(Object.create(Object.getPrototypeOf(model)) as Model<Input>, model);
  const forward = (input: Input, context?: Context) => {
    const weights = new Map<string, Weight>([...parametersOf(model), ...buffersOf(model)]);
    for (const [name, values] of frozen) weights.set(name, add(dense(weights.get(name) as Sparse), values));
    return withParameters(model, weights).forward(input, context);
  };
  // not among its fields, which are what has weights
  return Object.defineProperty(same, "forward", { value: forward, enumerable: false });
}
