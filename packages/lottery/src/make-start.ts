import { stream } from "@ltt/core";
import { type Batch, parametersOf, snapshot, stateOf, withParameters } from "@ltt/layers";
import { ACTIONS } from "./actions.ts";
import { meanGradient, weightsAt } from "./evidence.ts";
import type { Maker } from "./maker.ts";
import { startParams } from "./node-params.ts";
import { batchesOf } from "./node-training.ts";
import { INIT, START } from "./operations.ts";
import { type Pattern, type Values, valuesAt } from "./pattern.ts";
import { frozenRest } from "./rest.ts";
import type { Batches } from "./task.ts";

/** The values of a start, at its mask. */
export async function startValues<Input>(maker: Maker<Input>, hash: string, mask: Pattern): Promise<Values> {
  const node = maker.graph.node(hash);
  const { action, seed = 0, signs, value, gains, learns } = startParams(node);
  return ACTIONS.get(action)!(mask, {
    whole: (input) => maker.whole(node.inputs[input]!),
    mask: (input) => maker.mask(node.inputs[input]!),
    given: (input) => maker.given(node.inputs[input]!),
    fresh: () => freshValues(maker, seed, hash),
    rng: (purpose) => stream(seed, purpose, hash),
    signs,
    value,
    gains,
    learns,
    gradientOf: gradients(maker, hash, mask),
  });
}

/** Gradients of weights at a mask, of a training batch after another. */
function gradients<Input>(maker: Maker<Input>, hash: string, mask: Pattern): (values: Values) => Promise<Values> {
  const { seed = 0, learns } = startParams(maker.graph.node(hash));
  let batches: Iterator<Batch<Input>> | undefined;
  return async (values) => {
    if (learns === null) throw new RangeError(`execute: node ${hash} learns nothing, and names no data`);
    batches ??= endless(batchesOf(maker.caller, maker.task, learns, seed, hash));
    const { model } = await maker.init(maker.initOf(hash));
    const weights = parametersOf(model);
    const network = withParameters(model, new Map([...weights, ...weightsAt(weights, mask, values)]));
    return meanGradient(network, [batches.next().value!], { signal: maker.signal });
  };
}

/** The training batches of an epoch after another. */
function* endless<Input>({ train }: Batches<Input>): Generator<Batch<Input>, never> {
  for (let epoch = 1; ; epoch++) yield* train(epoch);
}

async function freshValues<Input>(maker: Maker<Input>, seed: number, own: string): Promise<Values> {
  const by = maker.task.randomModel === undefined ? "model" : "randomModel";
  return snapshot(stateOf(maker.create(by, stream(seed, "reinit", own))));
}

/** What a start has beside its mask; nothing where that is 0. */
export async function restOf<Input>(maker: Maker<Input>, hash: string, mask: Pattern): Promise<Values | undefined> {
  const node = maker.graph.node(hash);
  if (node.op !== START.name) return undefined;
  const { rest } = startParams(node);
  if (rest === "zero") return undefined;
  const { trained, whole } = node.inputs;
  return frozenRest(await maker.whole(whole!), mask, trained === undefined ? undefined : await maker.whole(trained));
}

/** The weights at step 0 of the training that begins with `init` or a start, or that led to it, at the mask that it begins with. */
export async function initialValues<Input>(maker: Maker<Input>, hash: string, mask: Pattern): Promise<Values> {
  const node = maker.graph.node(hash);
  if (node.op === INIT.name) return valuesAt((await maker.init(hash)).values, mask);
  const { action } = startParams(node);
  if (action !== "rewind") {
    const own = await maker.mask(node.inputs.mask!); // which the order of shuffled values depends on
    const { values: like } = await maker.init(maker.initOf(hash));
    return valuesAt(spread(like, own, await startValues(maker, hash, own)), mask);
  }
  const whole = maker.graph.node(node.inputs.whole!);
  return initialValues(maker, whole.op === INIT.name ? node.inputs.whole! : maker.startOf(whole.inputs.trained!), mask);
}

/** Whole tensors of weights; what has been pruned is 0. */
export async function wholeValues<Input>(maker: Maker<Input>, hash: string): Promise<Values> {
  const node = maker.graph.node(hash);
  const values = await maker.weights(hash);
  if (node.op === INIT.name) return values;
  const start = maker.graph.node(maker.graph.node(node.inputs.trained!).inputs.start!);
  if (start.op === INIT.name) return values; // nothing has been pruned
  const { values: like } = await maker.init(maker.initOf(hash));
  return spread(like, await maker.mask(start.inputs.mask!), values);
}

/** The values of a pattern in whole tensors, 0 elsewhere. */
function spread(like: Values, pattern: Pattern, values: Values): Values {
  return new Map(
    Array.from(pattern, ([name, positions]) => {
      const whole = new Float32Array(like.get(name)!.length);
      positions.forEach((at, i) => {
        whole[at] = values.get(name)![i]!;
      });
      return [name, whole];
    }),
  );
}
