import { noGrad, scope, stream, zeros } from "@ltt/core";
import type { Encoded } from "@ltt/data";
import { Conv2d, observed, parametersOf } from "@ltt/layers";
import type { Uses } from "@ltt/report";
import { takesRows } from "./image-models.ts";
import { type ImageTaskData, imageShapeOf, imageTaskOf } from "./image-task.ts";
import type { TextTaskData } from "./task-data.ts";
import { type TaskData, taskOf } from "./task-of.ts";

/**
 * How often each weight of a task's model is used for one test example, in the mean: a kernel's once a position, a recurrent one's once a
 * token, of a dense layer once, of an embedding never, for its rows are looked up; biases multiply nothing.
 */
export function usesOf(data: TaskData): Uses {
  const each = "images" in data ? ofImages(data) : ofTexts(data);
  const shapes = Array.from(parametersOf(taskOf(data).model(stream(0))), ([name, { shape }]) => [name, shape] as const);
  return Object.fromEntries(
    shapes.map(([name, shape]) => [name, shape.length < 2 || /bias/.test(name) ? 0 : each(name, shape)]),
  );
}

type Each = (tensor: string, shape: readonly number[]) => number;

function ofTexts({ encoded, model }: Pick<TextTaskData, "encoded" | "model">): Each {
  const lengths = lengthsOf(encoded.test);
  const mean = (of: (length: number) => number) =>
    lengths.length === 0 ? 0 : lengths.reduce((sum, length) => sum + of(length), 0) / lengths.length;
  return (tensor, [width = 1]) => {
    if (tensor.startsWith("embedding.")) return 0;
    if (model === "text-cnn" && tensor.startsWith("convs.")) return mean((length) => Math.max(1, length - width + 1));
    return tensor.startsWith("lstm.") ? mean((length) => length) : 1;
  };
}

function lengthsOf({ offsets, labels }: Encoded): number[] {
  return Array.from(labels, (_, i) => Math.max(1, offsets[i + 1]! - offsets[i]!));
}

/** A convolution's kernel is used once for each pixel of its result, which a forward pass of one image tells. */
function ofImages(data: ImageTaskData): Each {
  const places = new Map<string, number>();
  const model = imageTaskOf(data).model(stream(0));
  const told = observed(model, (name, { shape }, layer) => {
    if (!(layer instanceof Conv2d)) return;
    const { weight, stride, padding } = layer;
    const along = (axis: number) => Math.floor((shape[axis]! + 2 * padding - weight.shape[axis]!) / stride) + 1;
    places.set(`${name}.weight`, along(2) * along(3));
  });
  const [, ...sizes] = imageShapeOf(data.images.test);
  const pixels = sizes.reduce((product, size) => product * size, 1);
  scope(() => {
    noGrad(() => told.forward(zeros(takesRows(data.model) ? [1, pixels] : [1, ...sizes])));
  });
  return (tensor) => places.get(tensor) ?? 1;
}
