import type { SafetensorsEntry } from "@ltt/core";
import {
  type BatchNorm2d,
  type ConvNet,
  compact,
  LeNet5,
  LeNet300,
  ResNet,
  stateDict,
  TextCnn,
  TextLstm,
  Vgg,
} from "@ltt/layers";
import { networkOf } from "../architecture.ts";
import type { TrainedNetwork } from "../trained-network.ts";
import { type HostTensor, range, readInputs, withInputs, withSharedRows } from "./host-tensor.ts";

/** A network of texts. */
interface PortableText {
  /** With PyTorch's names and layouts. */
  readonly weights: Map<string, HostTensor>;
  /** The row of the embedding for each id of the vocabulary: words of which nothing is stored share one. */
  readonly rows: HostTensor<Int32Array>;
}

/** A trained network as other frameworks take it: dense weights with PyTorch's names and layouts, and without what is dead. */
export type Portable =
  | ({ readonly kind: "text-cnn"; readonly widths: readonly number[] } & PortableText)
  | ({ readonly kind: "text-lstm"; readonly layers: number; readonly hidden: number } & PortableText)
  | PortableStack
  | PortableResNet;

/** Layers one after another, of images. */
export interface PortableStack {
  readonly kind: "dense" | "convolutional";
  readonly weights: Map<string, HostTensor>;
  /** Names of the layers, in their order; those that begin with `convs.` are convolutions. */
  readonly layers: readonly string[];
  /** Pixels of 0 around what a convolution reads. */
  readonly padding: number;
  /** Whether a ReLU is behind every convolution. */
  readonly isRectified: boolean;
  /** Convolutions behind which images are halved, by a maximum over 2×2. */
  readonly halvings: readonly number[];
  /** What the first dense layer reads of the last convolution: all pixels of each channel, or their mean. */
  readonly head: "flatten" | "mean";
  /** `[channels, height, width]` */
  readonly shape: readonly [number, number, number];
  /** Which pixels, of a dense network, or channels are read. */
  readonly inputs: readonly number[];
}

/** A residual network of images, its batch normalisations folded into the convolutions before them. */
export interface PortableResNet extends Pick<PortableStack, "weights" | "shape" | "inputs"> {
  readonly kind: "residual";
  /** `layer1.0`: `relu(conv2(relu(conv1(x))) + x')`, x' being `downsample.0(x)` where there is one. */
  readonly blocks: readonly { readonly name: string; readonly stride: number; readonly hasShortcut: boolean }[];
}

/** How many weights are stored, before and after what is dead was left out: values of tensors, zeros counted. */
export interface Sizes {
  readonly before: number;
  readonly after: number;
}

/** `compact` leaves out units that do nothing; words and inputs that nothing is read of go here. */
export async function portable(trained: TrainedNetwork): Promise<Portable & { readonly sizes: Sizes }> {
  const network = networkOf(trained.architecture, trained.weights, trained.place);
  const before = valuesIn(hostTensors(await stateDict(network.module)));
  const { model } = await compact(network.module);
  const weights = hostTensors(await stateDict(model));
  const made =
    model instanceof TextCnn || model instanceof TextLstm
      ? textNetwork(model, weights)
      : model instanceof Vgg || model instanceof ResNet
        ? deep(model, weights, network.shape!)
        : stack(model, weights, network.shape!);
  return { ...made, sizes: { before, after: valuesIn(made.weights) } };
}

function textNetwork(model: TextCnn | TextLstm, state: ReadonlyMap<string, HostTensor>): Portable {
  if (model instanceof TextCnn)
    return { kind: "text-cnn", ...textOf(state), widths: model.convs.map(({ weight }) => weight.shape[0]) };
  const layers = [...state.keys()].filter((name) => /^lstm\.weight_hh_l\d+$/.test(name)).length;
  return { kind: "text-lstm", ...textOf(state), layers, hidden: state.get("lstm.weight_hh_l0")!.shape[1]! };
}

function stack(
  model: LeNet300 | LeNet5 | ConvNet,
  state: ReadonlyMap<string, HostTensor>,
  shape: PortableStack["shape"],
): PortableStack {
  const convs = model instanceof LeNet300 ? [] : model.convs.map((_, i) => `convs.${i}`);
  const layers = [...convs, "fc1", ...(model instanceof LeNet5 ? [] : ["fc2"]), "output"];
  const how =
    model instanceof LeNet5
      ? { padding: 0, isRectified: false, halvings: [0, 1] }
      : { padding: 1, isRectified: true, halvings: range(convs.length).filter((i) => i % 2 === 1) };
  const kind = convs.length === 0 ? "dense" : "convolutional";
  return { kind, ...reading(state, layers[0]!), layers, ...how, head: "flatten", shape };
}

/** Without inputs that the first layer does not read. */
function reading(state: ReadonlyMap<string, HostTensor>, layer: string): Pick<PortableStack, "weights" | "inputs"> {
  const first = `${layer}.weight`;
  const inputs = readInputs(state.get(first)!);
  return { weights: new Map(state).set(first, withInputs(state.get(first)!, inputs)), inputs };
}

/** Networks with batch normalisation, which in evaluation is a part of the convolution before it. */
function deep(
  model: Vgg | ResNet,
  state: ReadonlyMap<string, HostTensor>,
  shape: PortableStack["shape"],
): PortableStack | PortableResNet {
  const weights = new Map<string, HostTensor>();
  const fold = (conv: string, norm: string, { epsilon }: BatchNorm2d) => {
    for (const [name, part] of foldedNorm(state, conv, norm, epsilon)) weights.set(name, part);
  };
  const take = (layer: string) => {
    for (const part of ["weight", "bias"]) weights.set(`${layer}.${part}`, state.get(`${layer}.${part}`)!);
  };
  if (model instanceof Vgg) {
    for (const [i, norm] of model.norms.entries()) fold(`convs.${i}`, `norms.${i}`, norm);
    take("output");
    const layers = [...model.convs.map((_, i) => `convs.${i}`), "output"];
    const how = { padding: 1, isRectified: true, halvings: model.halvings };
    return { kind: "convolutional", ...reading(weights, "convs.0"), layers, ...how, head: "mean", shape };
  }
  fold("conv1", "bn1", model.bn1);
  const blocks = (["layer1", "layer2", "layer3"] as const).flatMap((stage) =>
    model[stage].map(({ conv1, bn1, bn2, downsample }, i) => {
      const name = `${stage}.${i}`;
      fold(`${name}.conv1`, `${name}.bn1`, bn1);
      fold(`${name}.conv2`, `${name}.bn2`, bn2);
      if (downsample !== undefined) fold(`${name}.downsample.0`, `${name}.downsample.1`, bn2);
      return { name, stride: conv1.stride, hasShortcut: downsample !== undefined };
    }),
  );
  take("fc");
  return { kind: "residual", ...reading(weights, "conv1"), blocks, shape };
}

/** `w·s` and `β − mean·s`, `s = γ/√(variance + ε)`: a convolution without a bias and the batch normalisation behind it. */
function foldedNorm(
  state: ReadonlyMap<string, HostTensor>,
  conv: string,
  norm: string,
  epsilon: number,
): [string, HostTensor][] {
  const of = (part: string) => state.get(`${norm}.${part}`)!.data;
  const [gamma, beta, mean, variance] = [of("weight"), of("bias"), of("running_mean"), of("running_var")];
  const scale = Float64Array.from(gamma, (value, filter) => value / Math.sqrt(variance[filter]! + epsilon));
  const { shape, data } = state.get(`${conv}.weight`)!;
  const size = data.length / shape[0]!;
  return [
    [`${conv}.weight`, { shape, data: data.map((value, at) => value * scale[Math.floor(at / size)]!) }],
    [`${conv}.bias`, { shape: [shape[0]!], data: beta.map((value, i) => value - mean[i]! * scale[i]!) }],
  ];
}

function textOf(state: ReadonlyMap<string, HostTensor>): PortableText {
  const { table, rows } = withSharedRows(state.get("embedding.weight")!);
  return { weights: new Map(state).set("embedding.weight", table), rows };
}

/** A state dict holds float32. */
function hostTensors(state: ReadonlyMap<string, SafetensorsEntry>): ReadonlyMap<string, HostTensor> {
  return state as ReadonlyMap<string, HostTensor>;
}

function valuesIn(weights: ReadonlyMap<string, HostTensor>): number {
  return [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
}
