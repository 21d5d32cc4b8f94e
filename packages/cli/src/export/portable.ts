import type { SafetensorsEntry } from "@ltt/core";
import { compact, stateDict } from "@ltt/layers";
import { type Architecture, DEPTHS, networkOf } from "../architecture.ts";
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

/** `compact` leaves out units that do nothing; words and inputs that nothing is read of go here. */
export async function portable(trained: TrainedNetwork): Promise<Portable & { readonly sizes: Sizes }> {
  const network = networkOf(trained.architecture, trained.weights, trained.place);
  const before = valuesIn(hostTensors(await stateDict(network.module)));
  const { model } = await compact(network.module);
  const weights = hostTensors(await stateDict(model));
  const made = laidOut(trained.architecture, weights, network.takes === "images" ? network.shape : undefined);
  return { ...made, sizes: { before, after: valuesIn(made.weights) } };
}

function laidOut(
  architecture: Architecture,
  state: ReadonlyMap<string, HostTensor>,
  shape: PortableStack["shape"] | undefined,
): Portable {
  const axis = (name: string, at: number) => state.get(name)!.shape[at]!;
  const namesOf = (pattern: RegExp) => [...state.keys()].filter((name) => pattern.test(name));
  if (architecture.model === "text-cnn") {
    const widths = namesOf(/^convs\.\d+\.weight$/).map((name) => axis(name, 2));
    return { kind: "text-cnn", ...textOf(state), widths };
  }
  if (architecture.model === "text-lstm") {
    const layers = namesOf(/^lstm\.weight_hh_l\d+$/).length;
    return { kind: "text-lstm", ...textOf(state), layers, hidden: axis("lstm.weight_hh_l0", 1) };
  }
  const convs = architecture.model === "lenet-300-100" ? 0 : DEPTHS[architecture.model];
  const layers = [...range(convs).map((i) => `convs.${i}`), "fc1", "fc2", "output"];
  const first = `${layers[0]}.weight`;
  const inputs = readInputs(state.get(first)!);
  const weights = new Map(state).set(first, withInputs(state.get(first)!, inputs));
  return { kind: convs === 0 ? "dense" : "convolutional", weights, layers, shape: shape!, inputs };
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
