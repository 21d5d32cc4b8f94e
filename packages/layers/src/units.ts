import type { Tensor } from "@ltt/core";
import type { Context } from "./context.ts";
import type { Module } from "./module.ts";

/**
 * Where the units of a group lie in a tensor: along an axis, unit u at the indices `offset + u·width … offset + (u + 1)·width − 1` of every
 * offset. The four gates of an LSTM are four offsets; a filter whose image was flattened has as many columns of the next layer as the image
 * has pixels, its width.
 */
export interface UnitPart {
  readonly tensor: string;
  readonly axis: number;
  /** Default 0 alone. */
  readonly offsets?: readonly number[];
  /** Default 1. */
  readonly width?: number;
}

/** The reading side: the layer that multiplies what units give. */
export interface UnitReader extends UnitPart {
  /**
   * Where a constant input can be added instead: the bias of the layer, unless padding makes the constant end at an image's border.
   * Default: nowhere.
   */
  readonly bias?: string | undefined;
}

/**
 * What can be removed from a network as a whole: filters of a convolution, neurons of a linear layer, hidden units of an LSTM, dimensions
 * of an embedding.
 */
export interface UnitGroup {
  /** Of the layer: `convs.0`, `fc1`, `lstm.l0_reverse`. */
  readonly name: string;
  readonly kind: "filters" | "neurons" | "hidden units" | "dimensions";
  readonly count: number;
  /** What multiplies inputs. */
  readonly weights: readonly UnitPart[];
  /** What is added. */
  readonly biases: readonly UnitPart[];
  /** Whether what is computed is read as it is. Default: of filters and neurons, behind a ReLU. */
  readonly isLinear?: boolean | undefined;
  /** The batch normalisation behind it: the names of γ, β and the running statistics. */
  readonly norm?: UnitNorm | undefined;
  readonly reads: readonly UnitReader[];
  /** The layer that is given the units, by its name in the model; where there is no such layer, as between those of an LSTM, none. */
  readonly readBy?: string | undefined;
  /** Groups of one name keep equally many units: the layers of an LSTM have one hidden size. */
  readonly sameCount?: string | undefined;
}

export interface UnitNorm {
  readonly gamma: string;
  readonly beta: string;
  readonly mean: string;
  readonly variance: string;
  readonly epsilon: number;
}

/** A model that says what can be removed from it. */
export interface UnitModel<Input = never> extends Module {
  /** Of the sizes that its tensors have now. Outputs, and channels that shortcuts add, are no units: they belong to several layers. */
  units(): readonly UnitGroup[];
  /**
   * What the units of a group give, `[…, units]`, where no layer alone is given them: between the layers of an LSTM, those of all tokens,
   * in all directions.
   */
  unitValues?(group: string, input: Input, context?: Context): Tensor | undefined;
}

/** The names of the parameters that a unit is computed by: those that go with it, besides its buffers and what reads it. */
export function makesOf({ weights, biases, norm }: UnitGroup): readonly UnitPart[] {
  return [...weights, ...biases, ...(norm === undefined ? [] : [norm.gamma, norm.beta].map(alongFirst))];
}

export function buffersMaking({ norm }: UnitGroup): readonly UnitPart[] {
  return norm === undefined ? [] : [norm.mean, norm.variance].map(alongFirst);
}

/** Calls `each` for every position of a unit in a tensor, with the index along the axes before. */
export function eachPosition(
  part: UnitPart,
  shape: readonly number[],
  unit: number,
  each: (position: number, before: number) => void,
): void {
  somePosition(part, shape, unit, (position, before) => {
    each(position, before);
    return false;
  });
}

/** Whether `accepts` holds for one of the positions of a unit in a tensor. */
export function somePosition(
  { axis, offsets = [0], width = 1 }: UnitPart,
  shape: readonly number[],
  unit: number,
  accepts: (position: number, before: number) => boolean,
): boolean {
  const outer = product(shape.slice(0, axis));
  const inner = product(shape.slice(axis + 1));
  const length = shape[axis]!;
  for (let before = 0; before < outer; before++)
    for (const offset of offsets) {
      const start = (before * length + offset + unit * width) * inner;
      for (let at = start, end = start + width * inner; at < end; at++) if (accepts(at, before)) return true;
    }
  return false;
}

/** A part along the first axis. */
export function alongFirst(tensor: string): UnitPart {
  return { tensor, axis: 0 };
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
