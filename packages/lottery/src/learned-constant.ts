import { exp, log, type Rng, tensor } from "@ltt/core";
import { Adam } from "@ltt/layers";
import { constant, varies } from "./constant.ts";
import type { Pattern, Values } from "./pattern.ts";

/** How α is learned: stands in the node of a start. */
export interface ConstantLearning {
  readonly steps: number;
  /** Of `log α`, by Adam. */
  readonly learningRate: number;
}

export const CONSTANT_LEARNING: ConstantLearning = { steps: 100, learningRate: 0.05 };

/**
 * `α · sign(w)` at a mask, with one α for all tensors that makes the training loss small: the “tuned shared weight” of Gaier & Ha (NeurIPS
 * 2019, arXiv 1906.04358), table 1, found by gradient where they search. No weight is trained: `log α` is, by Adam, from the root mean
 * square of the weights, with `dL/d(log α) = α · Σ s·∂L/∂w`, s the signs, a batch a step.
 *
 * @param gradientOf - `∂L/∂w` at the mask of the next training batch, for some weights there.
 * @param rng - Draws signs. Without it they are those of the weights.
 */
export async function learnedConstant(
  whole: Values,
  mask: Pattern,
  {
    gradientOf,
    rng,
    steps,
    learningRate,
  }: ConstantLearning & { readonly gradientOf: (values: Values) => Promise<Values>; readonly rng?: Rng | undefined },
): Promise<Values> {
  const at = (alpha: number) => constant(whole, mask, { value: alpha, rng });
  const signs = new Map([...at(1)].filter(([name]) => varies(whole.get(name)!)));
  let [squares, count] = [0, 0];
  for (const [name, own] of signs)
    for (const [i, sign] of own.entries()) {
      if (sign === 0) continue;
      squares += whole.get(name)![mask.get(name)![i]!]! ** 2;
      count++;
    }
  if (count === 0) return at(1); // nothing has a size
  const logAlpha = tensor(await log(tensor([Math.sqrt(squares / count)])).read(), [1], { requiresGrad: true });
  const adam = new Adam([logAlpha], { learningRate });
  const alpha = async () => (await exp(logAlpha).read())[0]!;
  for (let step = 0; step < steps; step++) {
    const now = await alpha();
    const gradient = await gradientOf(at(now));
    let slope = 0;
    for (const [name, own] of signs)
      for (const [i, slopeOfWeight] of gradient.get(name)!.entries()) slope += own[i]! * slopeOfWeight;
    adam.step([tensor([now * slope])]);
  }
  return at(await alpha());
}
