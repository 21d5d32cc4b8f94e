import { stream } from "@ltt/core";
import type { Encoded } from "@ltt/data";
import { parametersOf } from "@ltt/layers";
import type { Uses } from "@ltt/report";
import type { ImageTaskData } from "./image-task.ts";
import type { TextTaskData } from "./task-data.ts";
import { type TaskData, taskOf } from "./task-of.ts";

/**
 * How often each weight of a task's model is used for one test example, in the mean: a kernel's once a position, a recurrent one's once a token, of a dense layer once, of an
 * embedding never, for its rows are looked up; biases multiply nothing.
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

function ofImages({ images }: Pick<ImageTaskData, "images">): Each {
  const { shape } = images.test;
  const [height, width] = [shape.at(-2)!, shape.at(-1)!];
  return (tensor) => {
    const conv = /^convs\.(\d+)\.weight$/.exec(tensor);
    if (conv === null) return 1;
    const pools = Math.floor(Number(conv[1]) / 2); // one behind each pair
    return Math.floor(height / 2 ** pools) * Math.floor(width / 2 ** pools);
  };
}
