import type { BatchNorm2d } from "./batch-norm.ts";
import type { Conv1d } from "./conv1d.ts";
import type { Conv2d } from "./conv2d.ts";
import type { Embedding } from "./embedding.ts";
import type { Linear } from "./linear.ts";
import { directionsOf, type Lstm } from "./lstm.ts";
import { alongFirst, type UnitGroup, type UnitNorm, type UnitReader } from "./units.ts";

/* The units of single layers, for `units` of models: each is named, and told what reads it. */

/** The neurons of a linear layer. */
export function neurons(name: string, { weight, bias }: Linear, reads: readonly UnitReader[]): UnitGroup {
  return {
    name,
    kind: "neurons",
    count: weight.shape[0],
    weights: [alongFirst(`${name}.weight`)],
    biases: bias === undefined ? [] : [alongFirst(`${name}.bias`)],
    reads,
    readBy: layerOf(reads),
  };
}

/**
 * The filters of a convolution over images.
 *
 * @param norm - The name of the batch normalisation behind it, and itself.
 */
export function filters(
  name: string,
  { weight, bias }: Conv2d,
  reads: readonly UnitReader[],
  norm?: readonly [name: string, layer: BatchNorm2d],
): UnitGroup {
  return {
    name,
    kind: "filters",
    count: weight.shape[0],
    weights: [alongFirst(`${name}.weight`)],
    biases: bias === undefined ? [] : [alongFirst(`${name}.bias`)],
    norm: norm && normOf(...norm),
    reads,
    readBy: layerOf(reads),
  };
}

/** The filters of a convolution over time, whose kernel has them last. */
export function filters1d(name: string, { weight, bias }: Conv1d, reads: readonly UnitReader[]): UnitGroup {
  return {
    name,
    kind: "filters",
    count: weight.shape[2],
    weights: [{ tensor: `${name}.weight`, axis: 2 }],
    biases: bias === undefined ? [] : [alongFirst(`${name}.bias`)],
    reads,
    readBy: layerOf(reads),
  };
}

/** The dimensions of an embedding. */
export function dimensions(name: string, { weight }: Embedding, reads: readonly UnitReader[]): UnitGroup {
  return {
    name,
    kind: "dimensions",
    count: weight.shape[1],
    weights: [{ tensor: `${name}.weight`, axis: 1 }],
    biases: [],
    reads,
  };
}

/** The hidden units of every layer and direction of an LSTM; the last layer's are read by `last`, forward first. */
export function hiddenUnits(name: string, lstm: Lstm, last: string): UnitGroup[] {
  const stack = directionsOf(lstm);
  return stack.flatMap((directions, layer) =>
    directions.map(({ suffix }, d): UnitGroup => {
      const count = lstm[`weight_hh${suffix}`]!.shape[1]!;
      const gates = [0, 1, 2, 3].map((gate) => gate * count);
      const own = (part: string, axis: number) => ({ tensor: `${name}.${part}${suffix}`, axis });
      const offsets = [d * count];
      const above = stack[layer + 1]?.map((next) => ({ tensor: `${name}.weight_ih${next.suffix}`, axis: 1, offsets }));
      return {
        name: `${name}.${suffix.slice(1)}`,
        kind: "hidden units",
        count,
        weights: [own("weight_ih", 0), own("weight_hh", 0)].map((part) => ({ ...part, offsets: gates })),
        biases: [own("bias_ih", 0), own("bias_hh", 0)].map((part) => ({ ...part, offsets: gates })),
        reads: [own("weight_hh", 1), ...(above ?? [{ tensor: `${last}.weight`, axis: 1, offsets }])],
        readBy: above === undefined ? last : undefined,
        sameCount: name,
      };
    }),
  );
}

/** What a linear layer reads: columns from `offset` on, `width` a unit. */
export function readByLinear(name: string, { bias }: Linear, offset = 0, width = 1): UnitReader {
  return { tensor: `${name}.weight`, axis: 1, offsets: [offset], width, bias: bias && `${name}.bias` };
}

/** What a convolution over images reads, a channel a unit. Where it pads, a constant channel is no constant to it. */
export function readByConv(name: string, { bias, padding }: Conv2d): UnitReader {
  return { tensor: `${name}.weight`, axis: 1, bias: padding === 0 && bias !== undefined ? `${name}.bias` : undefined };
}

function normOf(name: string, { epsilon }: BatchNorm2d): UnitNorm {
  const of = (part: string) => `${name}.${part}`;
  return {
    gamma: of("weight"),
    beta: of("bias"),
    mean: of("running_mean"),
    variance: of("running_var"),
    epsilon,
  };
}

/** `fc1` of `fc1.weight` */
function layerOf([first]: readonly UnitReader[]): string | undefined {
  return first?.tensor.replace(/\.weight$/, "");
}
