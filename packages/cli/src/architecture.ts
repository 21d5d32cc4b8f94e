import { type Matrix, reshape, stream, type TokenMatrix, type TokenVector, type Weight } from "@ltt/core";
import { PADDING } from "@ltt/data";
import { ConvNet, decodeCheckpoint, LeNet300, TextCnn, TextLstm, type UnitModel, withParameters } from "@ltt/layers";

/** What a network is made as; the sizes of images and hidden layers are in its weights. */
export type Architecture =
  | { readonly model: "text-cnn"; readonly rows: number; readonly outputs: number }
  | { readonly model: "text-lstm"; readonly rows: number; readonly outputs: number; readonly hidden?: number }
  | { readonly model: "lenet-300-100" | "conv-2" | "conv-4" | "conv-6"; readonly outputs: number };

const TEXT_MODELS: readonly unknown[] = ["text-cnn", "text-lstm"];
const IMAGE_MODELS: readonly unknown[] = ["lenet-300-100", "conv-2", "conv-4", "conv-6"];

/** An architecture as files tell of it; `undefined` if it is none of these. */
export function architectureIn(told: unknown): Architecture | undefined {
  const { model, rows, outputs, hidden } = (told ?? {}) as Readonly<Record<string, unknown>>;
  if (!isSize(outputs)) return undefined;
  if (IMAGE_MODELS.includes(model)) return { model, outputs } as Architecture;
  if (!TEXT_MODELS.includes(model) || !isSize(rows) || (hidden !== undefined && !isSize(hidden))) return undefined;
  return { model, rows, outputs, ...(hidden === undefined ? {} : { hidden }) } as Architecture;
}

/** A network as it is asked: `[batch, outputs]` logits of texts as ids, or of images, a row of brightness from 0 to 1 each. */
export type Network = { readonly module: UnitModel } & (
  | { readonly takes: "texts"; readonly logits: (ids: TokenMatrix, lengths?: TokenVector) => Matrix }
  | { readonly takes: "images"; readonly shape: ImageShape; readonly logits: (images: Matrix) => Matrix }
);

export type ImageShape = readonly [channels: number, height: number, width: number];

/**
 * The network of a weights file.
 *
 * @param file - What to call it in messages.
 * @throws {RangeError | ShapeError} if the weights are another network's.
 */
export function networkOf(architecture: Architecture, checkpoint: Uint8Array, file: string): Network {
  const { weights, buffers } = decodeCheckpoint(checkpoint, file);
  const all = new Map([...weights, ...buffers]);
  const rng = stream(0); // all that is drawn is replaced
  switch (architecture.model) {
    case "text-cnn":
    case "text-lstm": {
      const { rows, outputs } = architecture;
      const options = { rows, outputs, paddingId: PADDING };
      const { hidden } = { hidden: undefined, ...architecture };
      const made =
        architecture.model === "text-cnn"
          ? new TextCnn(options, rng)
          : new TextLstm({ ...options, ...(hidden === undefined ? {} : { hidden }) }, rng);
      const module = withParameters(made, all);
      return { module, takes: "texts", logits: (ids, lengths) => module.forward(ids, { lengths }) };
    }
    case "lenet-300-100": {
      const inputs = axisOf(weights, "fc1.weight", 1);
      const module = withParameters(new LeNet300({ inputs, outputs: architecture.outputs }, rng), all);
      const side = Math.sqrt(inputs);
      const shape = Number.isInteger(side) ? ([1, side, side] as const) : ([1, 1, inputs] as const);
      return { module, takes: "images", shape, logits: (images) => module.forward(images) };
    }
    default: {
      const depth = DEPTHS[architecture.model];
      const channels = axisOf(weights, "convs.0.weight", 1);
      const pooled = axisOf(weights, "fc1.weight", 1) / axisOf(weights, `convs.${depth - 1}.weight`, 0);
      const size = Math.sqrt(pooled) * 2 ** (depth / 2);
      const module = withParameters(new ConvNet({ depth, size, channels, outputs: architecture.outputs }, rng), all);
      const shape = [channels, size, size] as const;
      const logits = (images: Matrix) => module.forward(reshape(images, [images.shape[0], ...shape]));
      return { module, takes: "images", shape, logits };
    }
  }
}

/** The length of a weight's axis; 1 where there is none, which `withParameters` then refuses by its name. */
function axisOf(weights: ReadonlyMap<string, Weight>, name: string, axis: number): number {
  return weights.get(name)?.shape[axis] ?? 1;
}

export const DEPTHS = { "conv-2": 2, "conv-4": 4, "conv-6": 6 } as const;

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
