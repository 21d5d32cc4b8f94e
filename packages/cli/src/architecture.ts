import { type Matrix, reshape, stream, type TokenMatrix, type TokenVector } from "@ltt/core";
import { PADDING } from "@ltt/data";
import {
  ConvNet,
  decodeCheckpoint,
  LeNet5,
  LeNet300,
  ResNet,
  TextCnn,
  TextLstm,
  Vgg,
  withParameters,
} from "@ltt/layers";

/** `[channels, height, width]` */
export type ImageShape = readonly [channels: number, height: number, width: number];

/** What a network is made as; sizes of hidden layers are in its weights. */
export type Architecture =
  | { readonly model: "text-cnn"; readonly rows: number; readonly outputs: number }
  | { readonly model: "text-lstm"; readonly rows: number; readonly outputs: number; readonly hidden?: number }
  | ImageArchitecture;

interface ImageArchitecture {
  readonly model:
    | "lenet-300-100"
    | "lenet-5"
    | "conv-2"
    | "conv-4"
    | "conv-6"
    | `resnet-${number}`
    | "vgg-11"
    | "vgg-16"
    | "vgg-19";
  readonly outputs: number;
  /** Of the images that it was trained on, where that is known. */
  readonly shape?: ImageShape;
  /** In place of the shape, in older files: the side of an image. */
  readonly size?: number;
}

/** Models whose weights tell the size of their images; a mean over all pixels takes any. */
const TELLING: readonly unknown[] = ["lenet-300-100", "conv-2", "conv-4", "conv-6"];

/**
 * An architecture as files tell of it; `undefined` if it is none of these, or the size of its images is not known.
 *
 * @param known - The images that it was trained on, where the architecture does not tell.
 */
export function architectureIn(told: unknown, known?: ImageShape): Architecture | undefined {
  const { model, rows, outputs, hidden, shape = known, size } = (told ?? {}) as Readonly<Record<string, unknown>>;
  if (!isSize(outputs)) return undefined;
  if (model === "text-cnn" || model === "text-lstm") {
    if (!isSize(rows) || (hidden !== undefined && !isSize(hidden))) return undefined;
    return { model, rows, outputs, ...(hidden === undefined ? {} : { hidden }) };
  }
  const isTelling = TELLING.includes(model);
  if (!isTelling && model !== "lenet-5" && !isDeep(model)) return undefined;
  const of = { model, outputs } as ImageArchitecture;
  if (isShape(shape)) return { ...of, shape };
  if (isSize(size)) return { ...of, size };
  return isTelling ? of : undefined;
}

/** ResNets of 6n + 2 layers, and VGG. */
function isDeep(model: unknown): boolean {
  const [, kind, depth] = /^(resnet|vgg)-(\d+)$/.exec(String(model)) ?? [];
  return kind === "resnet" ? Number(depth) >= 8 && Number(depth) % 6 === 2 : [11, 16, 19].includes(Number(depth));
}

/** Models of texts, and of images. */
export type NetworkModule = TextCnn | TextLstm | LeNet300 | LeNet5 | ConvNet | ResNet | Vgg;

/** A network as it is asked: `[batch, outputs]` logits of texts as ids, or of images, a row of brightness from 0 to 1 each. */
export type Network =
  | {
      readonly takes: "texts";
      readonly module: TextCnn | TextLstm;
      readonly shape?: undefined;
      readonly logits: (ids: TokenMatrix, lengths?: TokenVector) => Matrix;
    }
  | {
      readonly takes: "images";
      readonly module: Exclude<NetworkModule, TextCnn | TextLstm>;
      readonly shape: ImageShape;
      readonly logits: (images: Matrix) => Matrix;
    };

/**
 * The network of a weights file.
 *
 * @param file - What to call it in messages.
 * @throws {RangeError | ShapeError} if the weights are another network's.
 */
export function networkOf(architecture: Architecture, checkpoint: Uint8Array, file: string): Network {
  const { weights, buffers } = decodeCheckpoint(checkpoint, file);
  // 1 where there is no such axis: `withParameters` then refuses the weight by its name.
  const axis: AxisOf = (name, at) => weights.get(name)?.shape[at] ?? 1;
  const shape = "rows" in architecture ? undefined : imagesOf(architecture, axis);
  const module: NetworkModule = withParameters(fresh(architecture, shape, axis), new Map([...weights, ...buffers]));
  return networkWith(module, shape);
}

/**
 * A module with what it is asked about.
 *
 * @param shape - Of images.
 * @throws {TypeError} if a module of images comes without their shape.
 */
export function networkWith(module: NetworkModule, shape: ImageShape | undefined): Network {
  if (module instanceof TextCnn || module instanceof TextLstm)
    return { takes: "texts", module, logits: (ids, lengths) => module.forward(ids, { lengths }) };
  if (shape === undefined) throw new TypeError("networkWith: a network of images comes with their shape");
  const logits =
    module instanceof LeNet300
      ? (images: Matrix) => module.forward(images)
      : (images: Matrix) => module.forward(reshape(images, [images.shape[0], ...shape]));
  return { takes: "images", module, shape, logits };
}

type AxisOf = (weight: string, axis: number) => number;

function imagesOf({ model, shape, size }: ImageArchitecture, axis: AxisOf): ImageShape {
  if (shape !== undefined) return shape;
  if (model === "lenet-300-100") {
    const inputs = axis("fc1.weight", 1);
    const side = Math.sqrt(inputs);
    return Number.isInteger(side) ? [1, side, side] : [1, 1, inputs];
  }
  const channels = axis(model.startsWith("resnet") ? "conv1.weight" : "convs.0.weight", 1);
  const depth = depthOf(model);
  const pooled = axis("fc1.weight", 1) / axis(`convs.${depth - 1}.weight`, 0);
  const side = size ?? Math.sqrt(pooled) * 2 ** (depth / 2);
  return [channels, side, side];
}

/** The model as it was made, with weights that are to be replaced. */
function fresh(architecture: Architecture, shape: ImageShape | undefined, axis: AxisOf): NetworkModule {
  const rng = stream(0);
  if ("rows" in architecture) {
    const { rows, outputs } = architecture;
    const options = { rows, outputs, paddingId: PADDING };
    if (architecture.model === "text-cnn") return new TextCnn(options, rng);
    const { hidden } = architecture;
    return new TextLstm(hidden === undefined ? options : { ...options, hidden }, rng);
  }
  const { model, outputs } = architecture;
  const [channels, size] = shape!;
  switch (model) {
    case "lenet-300-100":
      return new LeNet300({ inputs: axis("fc1.weight", 1), outputs }, rng);
    case "lenet-5":
      return new LeNet5({ size, channels, outputs }, rng);
    case "conv-2":
    case "conv-4":
    case "conv-6":
      return new ConvNet({ depth: DEPTHS[model], size, channels, outputs }, rng);
    case "vgg-11":
    case "vgg-16":
    case "vgg-19":
      return new Vgg({ depth: DEPTHS[model], channels, outputs }, rng);
    default:
      return new ResNet({ depth: depthOf(model), channels, outputs }, rng);
  }
}

const DEPTHS = { "conv-2": 2, "conv-4": 4, "conv-6": 6, "vgg-11": 11, "vgg-16": 16, "vgg-19": 19 } as const;

/** `20` of `resnet-20` */
function depthOf(model: string): number {
  return Number(model.slice(model.lastIndexOf("-") + 1));
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

export function isShape(value: unknown): value is ImageShape {
  return Array.isArray(value) && value.length === 3 && value.every(isSize);
}
