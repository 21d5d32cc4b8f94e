import { stream, type Tensor, type TokenMatrix, tensor, tokens, type Weight } from "@ltt/core";
import { PADDING } from "@ltt/data";
import {
  ConvNet,
  decodeCheckpoint,
  LeNet300,
  type Model,
  ResNet,
  resized,
  TextCnn,
  TextLstm,
  type UnitModel,
  Vgg,
} from "@ltt/layers";
import { INIT, RunFolderError, type StoredFiles } from "@ltt/lottery";
import { lineageOf } from "./node-files.ts";

/** A trained network of a run folder, with an input of its kind. */
export interface StoredModel {
  readonly model: Model<never> & UnitModel;
  readonly architecture: unknown;
  /** Examples of random content: texts of so many tokens, or images. What is measured on them is time and work, never accuracy. */
  readonly examples: (count: number) => Tensor | TokenMatrix;
}

const TOKENS = 64;

/**
 * The network of a node, with its best weights. Needs no data set: what its first node says of the architecture, and sizes from the tensors.
 *
 * @throws {RunFolderError} if its model is of another kind.
 */
export function storedModel(stored: StoredFiles): StoredModel {
  const { place, files } = stored;
  const architecture = lineageOf(stored).find(({ op }) => op === INIT.name)?.params?.architecture;
  const path = `${place}/weights.safetensors`;
  const { weights, buffers = new Map() } = decodeCheckpoint(files.get("weights.safetensors")!, path);
  const made = unsized(weights, architecture);
  if (made === undefined)
    throw new RunFolderError(`${place}: its model is ${JSON.stringify(architecture)}, which is none of ours`);
  const model = resized(made.model, new Map<string, Weight>([...weights, ...buffers]));
  return { model, architecture, examples: made.examples };
}

function unsized(
  weights: ReadonlyMap<string, Weight>,
  architecture: unknown,
): Omit<StoredModel, "architecture"> | undefined {
  const { model: kind, outputs = 1 } = (architecture ?? {}) as { model?: unknown; outputs?: number };
  const rng = stream(0); // all that is drawn is replaced
  const shapeOf = (name: string) => weights.get(name)?.shape ?? [];
  const rows = shapeOf("embedding.weight")[0] ?? 1;
  const texts = (count: number) =>
    tokens(
      Int32Array.from({ length: count * TOKENS }, (_, i) => i % rows),
      [count, TOKENS],
    );
  const images =
    (...shape: number[]) =>
    (count: number) => {
      const size = shape.reduce((product, length) => product * length, count);
      return tensor(stream(0, "examples").uniforms(size), [count, ...shape]);
    };
  if (kind === "text-cnn") {
    const widths = [...weights].flatMap(([name, { shape }]) => (/^convs\.\d+\.weight$/.test(name) ? [shape[0]!] : []));
    const options = { rows: 2, dim: 1, filters: 1, widths, outputs, paddingId: PADDING };
    return { model: new TextCnn(options, rng), examples: texts };
  }
  if (kind === "text-lstm") {
    const layers = [...weights.keys()].filter((name) => /weight_ih_l\d+$/.test(name)).length;
    const bidirectional = weights.has("lstm.weight_ih_l0_reverse");
    const options = { rows: 2, dim: 1, hidden: 1, layers, bidirectional, outputs, paddingId: PADDING };
    return { model: new TextLstm(options, rng), examples: texts };
  }
  if (kind === "lenet-300-100") {
    const inputs = shapeOf("fc1.weight")[1]!;
    return { model: new LeNet300({ inputs: 1, outputs }, rng), examples: images(inputs) };
  }
  const [, name, number] = /^(conv|resnet|vgg)-(\d+)$/.exec(String(kind)) ?? [];
  const depth = Number(number);
  if (name === "conv") {
    const last = shapeOf(`convs.${depth - 1}.weight`)[0]!;
    const side = Math.sqrt(shapeOf("fc1.weight")[1]! / last) * 2 ** (depth / 2);
    const channels = shapeOf("convs.0.weight")[1]!;
    return { model: new ConvNet({ depth: depth as 2, size: 8 }, rng), examples: images(channels, side, side) };
  }
  if (name === "resnet")
    return { model: new ResNet({ depth }, rng), examples: images(shapeOf("conv1.weight")[1]!, 32, 32) };
  if (name === "vgg")
    return { model: new Vgg({ depth: depth as 11 }, rng), examples: images(shapeOf("convs.0.weight")[1]!, 32, 32) };
  return undefined;
}
