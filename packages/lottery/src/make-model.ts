import { stream } from "@ltt/core";
import { buffersOf, type Model, parametersOf, restore, snapshot, stateOf, withParameters } from "@ltt/layers";
import { restOf, startValues } from "./make-start.ts";
import type { Maker } from "./maker.ts";
import { initParams } from "./node-params.ts";
import { AT, INIT } from "./operations.ts";
import { sparseWeights } from "./pattern.ts";
import { withRest } from "./rest.ts";

/** A model with the weights of `init`, of a start, or of a training: new tensors each time. */
export async function makeModel<Input>(maker: Maker<Input>, hash: string): Promise<Model<Input>> {
  const node = maker.graph.node(hash);
  if (node.op === INIT.name) return maker.create("model", stream(initParams(node).seed, "init"));
  if (node.op === AT.name) {
    const trained = await makeModel(maker, maker.startOf(node.inputs.trained!));
    const values = await maker.weights(hash);
    const state = stateOf(trained);
    restore(state, new Map([...(await snapshot(state)), ...values])); // of the best weights there are no frozen ones
    return trained;
  }
  const pattern = await maker.mask(node.inputs.mask!);
  const values = await startValues(maker, hash, pattern);
  const { model } = await maker.init(maker.initOf(hash));
  const weights = parametersOf(model);
  // What is frozen is not in the pattern: every network has it whole.
  const started = withParameters(model, new Map([...weights, ...sparseWeights(weights, pattern, values)]));
  const buffers = buffersOf(started); // its own: the model in hand keeps those that it began with
  const { whole } = node.inputs;
  const source = whole === undefined ? (await maker.init(maker.initOf(hash))).values : await maker.weights(whole);
  restore(buffers, new Map(Array.from(buffers.keys(), (name) => [name, source.get(name)!])));
  const rest = await restOf(maker, hash, pattern);
  return rest === undefined ? started : withRest(started, rest);
}
