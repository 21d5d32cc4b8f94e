import { type Grid, remainder } from "./kernel.ts";

/** A walk's shape and the strides of its operands. */
interface Walked {
  readonly shape: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/**
 * The same walk over as few axes as possible, at least one: axes of one element go, and neighbours that every operand walks as one are one.
 */
export function collapse(shape: readonly number[], strides: readonly (readonly number[])[]): Walked {
  const kept: { size: number; strides: number[] }[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const mine = strides.map((operand) => operand[axis]!);
    const outer = kept.at(-1);
    if (outer?.strides.every((stride, operand) => stride === mine[operand]! * size)) {
      outer.size *= size;
      outer.strides = mine;
    } else kept.push({ size, strides: mine });
  });
  if (kept.length === 0) kept.push({ size: 1, strides: strides.map(() => 0) });
  return {
    shape: kept.map(({ size }) => size),
    strides: strides.map((_, operand) => kept.map((axis) => axis.strides[operand]!)),
  };
}

/** How a thread knows where it stands on each of `rank` axes: the last is x, the one before y, all others share z. */
export interface Coordinates {
  readonly rank: number;
  /** Names of arguments: the sizes of the axes that share z, where there are several. */
  readonly sizes: readonly string[];
  /** Names of arguments: an operand's strides. */
  strides(operand: string): string[];
  /** Σ coordinate · stride */
  index(operand: string): string;
}

export function coordinates(rank: number): Coordinates {
  const sizes = rank > 3 ? Array.from({ length: rank - 3 }, (_, axis) => `n${axis + 1}`) : [];
  const strides = (operand: string) => Array.from({ length: rank }, (_, axis) => `${operand}${axis}`);
  const coordinate = (axis: number): string => {
    if (axis === rank - 1) return "this.thread.x";
    if (axis === rank - 2) return "this.thread.y";
    const outer = sizes.slice(axis).reduceRight((rest, size) => `quotient(${rest}, ${size})`, "this.thread.z");
    return axis === 0 ? outer : remainder(outer, `n${axis}`);
  };
  return {
    rank,
    sizes,
    strides,
    index: (operand) =>
      strides(operand)
        .map((stride, axis) => `${coordinate(axis)} * ${stride}`)
        .join(" + "),
  };
}

/** The values of the arguments that `coordinates` names. */
export function scalarsOf(
  { rank, sizes }: Coordinates,
  shape: readonly number[],
  operands: Readonly<Record<string, readonly number[]>>,
): Record<string, number> {
  const scalars: Record<string, number> = {};
  sizes.forEach((name, i) => {
    scalars[name] = shape[i + 1]!;
  });
  for (const [operand, strides] of Object.entries(operands)) {
    for (let axis = 0; axis < rank; axis++) scalars[`${operand}${axis}`] = strides[axis]!;
  }
  return scalars;
}

export function gridOf(shape: readonly number[]): Grid {
  const outer = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  return [shape.at(-1)!, shape.at(-2) ?? 1, outer];
}
