import { stream } from "@ltt/core";
import { above0, check, checkOptions, flag, type Kinds, map, positive } from "@ltt/core/arguments";
import type { Evidence, GradientOptions } from "./criterion.ts";
import { diagonalFisher, firstOf, flowGradient, meanGradient, meanLoss, modelAt } from "./evidence.ts";
import { initialValues } from "./make-start.ts";
import type { Maker } from "./maker.ts";
import type { Values } from "./pattern.ts";

const GRADIENT: Kinds<GradientOptions> = { at: map, temperature: above0, batchStatistics: flag };

/** What a criterion may ask of the network that it scores. */
export function evidenceOf<Input>(
  maker: Maker<Input>,
  scored: string,
  parent: string,
  seed: number,
  competing: Pick<Evidence, "mask" | "shapes" | "pools">,
): Evidence {
  const { mask } = competing;
  const trained = async () => {
    const weights = await maker.weights(scored); // which may hold frozen ones too
    return new Map(Array.from(mask.keys(), (name) => [name, weights.get(name)!]));
  };
  const model = async (values: Values) => {
    const { model } = await maker.init(maker.initOf(scored));
    return modelAt(model, mask, values, await maker.weights(scored));
  };
  const firstEpoch = () => maker.training(parent).batches.train(1);
  const { signal } = maker;
  const batchesOf = (where: string, over: "epoch" | number) => {
    if (over === "epoch") return firstEpoch();
    check(where, "over", over, positive);
    return firstOf(firstEpoch(), over);
  };
  const { embeddings = [] } = maker.task;
  return {
    ...competing,
    rng: stream(seed, "criterion", scored),
    initial: () => initialValues(maker, maker.startOf(parent), mask),
    trained,
    gradient: async (over, options = {}) => {
      const { at = await trained(), ...how } = checkOptions("gradient", options, GRADIENT);
      return meanGradient(await model(at), batchesOf("gradient", over), { ...how, signal });
    },
    fisher: async (over) => diagonalFisher(await model(await trained()), batchesOf("fisher", over), { signal }),
    flow: async (values) => {
      const { model } = await maker.init(maker.initOf(scored));
      const [batch] = firstOf(firstEpoch(), 1);
      const found = await flowGradient(model, mask, values, batch!, embeddings);
      return new Map(Array.from(mask, ([name, { length }]) => [name, found.get(name) ?? new Float32Array(length)]));
    },
    lossOf: async (values) => meanLoss(await model(values), firstEpoch()),
  };
}
