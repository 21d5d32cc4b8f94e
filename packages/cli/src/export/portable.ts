import type { SafetensorsEntry } from "@ltt/core";
import { stateDict } from "@ltt/layers";
import { type Architecture, DEPTHS, networkOf } from "../architecture.ts";
import type { TrainedNetwork } from "../trained-network.ts";
import { compactStack, type StackLayer } from "./compact-stack.ts";
import { type CompactText, compactTextCnn, compactTextLstm } from "./compact-text.ts";
import { type HostTensor, range } from "./host-tensor.ts";

/** A trained network as other frameworks take it: dense weights with PyTorch's names and layouts, and without what is dead. */
export type Portable =
  | ({ readonly kind: "text-cnn"; readonly widths: readonly number[] } & CompactText)
  | ({ readonly kind: "text-lstm"; readonly layers: number; readonly hidden: number } & CompactText)
  | PortableStack;

/** Layers one after another, of images. */
export interface PortableStack {
  readonly kind: "dense" | "convolutional";
  readonly weights: Map<string, HostTensor>;
  /** Names of the layers, in their order; those that begin with `convs.` are convolutions. */
  readonly layers: readonly string[];
  /** `[channels, height, width]` */
  readonly shape: readonly [number, number, number];
  /** Which pixels, of a dense network, or channels are read. */
  readonly inputs: readonly number[];
}

/** How many weights are stored, before and after what is dead was left out: values of tensors, zeros counted. */
export interface Sizes {
  readonly before: number;
  readonly after: number;
}

export async function portable(trained: TrainedNetwork): Promise<Portable & { readonly sizes: Sizes }> {
  const network = networkOf(trained.architecture, trained.weights, trained.place);
  const state = new Map([...(await stateDict(network.module))].map(([name, entry]) => [name, floats(entry)]));
  const made = compacted(trained.architecture, state, network.takes === "images" ? network.shape : undefined);
  return { ...made, sizes: { before: valuesIn(state), after: valuesIn(made.weights) } };
}

function compacted(
  architecture: Architecture,
  state: ReadonlyMap<string, HostTensor>,
  shape: PortableStack["shape"] | undefined,
): Portable {
  const axis = (weights: ReadonlyMap<string, HostTensor>, name: string, at: number) => weights.get(name)!.shape[at]!;
  if (architecture.model === "text-cnn") {
    const text = compactTextCnn(state);
    const names = [...state.keys()].filter((name) => /^convs\.\d+\.weight$/.test(name));
    return { kind: "text-cnn", ...text, widths: names.map((name) => axis(state, name, 2)) };
  }
  if (architecture.model === "text-lstm") {
    const text = compactTextLstm(state);
    const layers = [...state.keys()].filter((name) => /^lstm\.weight_hh_l\d+$/.test(name)).length;
    return { kind: "text-lstm", ...text, layers, hidden: axis(text.weights, "lstm.weight_hh_l0", 1) };
  }
  const convs = architecture.model === "lenet-300-100" ? 0 : DEPTHS[architecture.model];
  const layers = [...range(convs).map((i) => `convs.${i}`), "fc1", "fc2", "output"];
  const stack = layers.map(
    (name, i): StackLayer => ({
      name,
      weight: state.get(`${name}.weight`)!,
      bias: state.get(`${name}.bias`)!,
      padded: i < convs,
    }),
  );
  const { weights, inputs } = compactStack(stack);
  return { kind: convs === 0 ? "dense" : "convolutional", weights, layers, shape: shape!, inputs };
}

function floats(entry: SafetensorsEntry): HostTensor {
  return entry as HostTensor; // a state dict holds float32
}

function valuesIn(weights: ReadonlyMap<string, HostTensor>): number {
  return [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
}
