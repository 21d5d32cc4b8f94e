import { storedValues, type Tensor, Tokens, type Weight } from "@ltt/core";
import { check, checkTensor } from "@ltt/core/arguments";
import { checkTree } from "./check-module.ts";
import { type Context, checkContext } from "./context.ts";
import { Conv1d } from "./conv1d.ts";
import { Conv2d } from "./conv2d.ts";
import { Linear } from "./linear.ts";
import { directionsOf, Lstm } from "./lstm.ts";
import { type Model, modelKind } from "./model.ts";
import type { Module } from "./module.ts";
import { observed } from "./observed.ts";
import { TextCnn } from "./text-cnn.ts";
import { TextLstm } from "./text-lstm.ts";

/**
 * Multiplications of weights with inputs in one forward pass, "MACs": every stored weight times the places at which it is used; of a linear
 * layer its examples, of a convolution the pixels or windows of its result, of an LSTM all tokens. Looking up rows, adding, activations and
 * normalisation count nothing, and neither does what identities save (distinct words projected once, Winograd).
 *
 * @throws {TypeError} if it is no model.
 */
export function multiplications<Input>(model: Model<Input>, input: Input, context: Context = {}): number {
  check("multiplications", "model", model, modelKind);
  checkTree("multiplications", model);
  if (!(input instanceof Tokens)) checkTensor("multiplications", "input", input as Tensor);
  checkContext("multiplications", context);
  let count = 0;
  const see = (_: string, x: Tensor, layer: Module) => {
    count += ofLayer(layer, x.shape, context);
  };
  observed(model, see).forward(input, context);
  return count;
}

function ofLayer(layer: Module, shape: readonly number[], { lengths }: Context): number {
  const [batch, ...rest] = shape as [number, ...number[]];
  if (layer instanceof Linear) return stored(layer.weight) * batch;
  if (layer instanceof Conv1d) return stored(layer.weight) * batch * windowsOf(layer, rest[0]!);
  if (layer instanceof Conv2d) {
    const { weight, stride, padding } = layer;
    const places = rest.slice(1).map((size, i) => Math.floor((size + 2 * padding - weight.shape[2 + i]!) / stride) + 1);
    return stored(weight) * batch * places[0]! * places[1]!;
  }
  if (layer instanceof TextCnn) {
    const widest = Math.max(...layer.convs.map(({ weight }) => weight.shape[0]));
    const time = Math.max(rest[0]!, widest); // shorter texts are padded to it
    return layer.convs.reduce((sum, conv) => sum + stored(conv.weight) * batch * windowsOf(conv, time), 0);
  }
  const lstm = layer instanceof TextLstm ? layer.lstm : layer; // which it does not call, but computes with the table
  if (!(lstm instanceof Lstm)) return 0;
  const tokens = lengths === undefined ? batch * rest[0]! : lengths.data.reduce((sum, length) => sum + length, 0);
  return ofLstm(lstm) * tokens;
}

function ofLstm(lstm: Lstm): number {
  const endings = directionsOf(lstm).flat();
  return endings.reduce(
    (sum, { suffix }) => sum + stored(lstm[`weight_ih${suffix}`]!) + stored(lstm[`weight_hh${suffix}`]!),
    0,
  );
}

function windowsOf({ weight }: Conv1d, time: number): number {
  return time - weight.shape[0] + 1;
}

function stored(weight: Weight): number {
  return storedValues(weight).size;
}
