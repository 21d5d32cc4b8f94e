import { noGrad, type Rng, scope, type Tensor } from "@ltt/core";
import { type Batch, Conv2d, type Model, observed, type UnitModel, type UnitReader } from "@ltt/layers";
import type { Values } from "../pattern.ts";
import type { ContributionSamples, Contributions, LeftUnits } from "./unit-criterion.ts";

/**
 * What units give to the sums of the layers that read them, at sums drawn at random: see `Contributions`. Without dropout.
 *
 * @param weights - Whole tensors; what has been pruned is 0.
 */
export async function contributionsOf<Input>(
  model: Model<Input>,
  groups: readonly LeftUnits[],
  weights: Values,
  shapes: ReadonlyMap<string, readonly number[]>,
  batches: Iterable<Batch<Input>>,
  { examples, each, rng }: ContributionSamples,
): Promise<Contributions> {
  const found = new Map(groups.map(({ group }) => [group.name, [] as Float64Array[]]));
  let seen = 0;
  for (const { input, lengths, targets } of batches) {
    const count = Math.min(examples - seen, targets.shape[0]!);
    const given = new Map<string, Tensor>();
    const layers = new Map<string, unknown>();
    const reading = scope(() =>
      noGrad(() => {
        const see = (layer: string, x: Tensor, of: unknown) => {
          given.set(layer, x);
          layers.set(layer, of);
        };
        observed(model, see).forward(input, { lengths });
        const units = groups.map(({ group: { name, readBy } }) =>
          readBy === undefined
            ? (model as Model<Input> & UnitModel<Input>).unitValues?.(name, input, { lengths })
            : given.get(readBy),
        );
        return { values: Promise.all(units.map((tensor) => tensor?.read())), shapes: units.map((one) => one?.shape) };
      }),
    );
    const values = await reading.values;
    for (const [g, { group, left }] of groups.entries()) {
      const [x, shape] = [values[g], reading.shapes[g]];
      if (x === undefined || shape === undefined)
        throw new RangeError(
          `contributions: nothing tells what the units of ${group.name} give: no layer alone reads them`,
        );
      const isOwn = (name: string) => group.weights.some(({ tensor }) => tensor === name);
      const readers = group.reads.filter(({ tensor }) => !isOwn(tensor)); // recurrent sums do not count
      for (let example = 0; example < count; example++)
        for (let i = 0; i < each; i++) {
          const draw = rng.split(group.name, seen + example, i);
          const reader = readers[draw.below(readers.length)]!;
          const weight = { values: weights.get(reader.tensor)!, shape: shapes.get(reader.tensor)! };
          const of = layers.get(group.readBy ?? "");
          const sum =
            of instanceof Conv2d
              ? pixelSum(of, weight, x, shape, example, draw)
              : rowSum(weight, x, shape, example, draw);
          found.get(group.name)!.push(Float64Array.from(left, (unit) => sum(reader, unit)));
        }
    }
    seen += count;
    if (seen >= examples) break;
  }
  return new Map(groups.map(({ group: { name }, left }) => [name, transposed(found.get(name)!, left.length)]));
}

interface Weights {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** One output of a matrix, at one row of `[batch, inputs]` or one token of `[batch, time, inputs]`. */
function rowSum({ values, shape }: Weights, x: Float32Array, of: readonly number[], example: number, draw: Rng) {
  const [outputs, inputs] = shape as [number, number];
  const rows = of.length === 3 ? of[1]! : 1;
  const from = (example * rows + draw.below(rows)) * inputs;
  const row = draw.below(outputs) * inputs;
  return ({ offsets = [0], width = 1 }: UnitReader, unit: number) => {
    let sum = 0;
    for (let at = offsets[0]! + unit * width, end = at + width; at < end; at++)
      sum += values[row + at]! * x[from + at]!;
    return sum;
  };
}

/** One filter of a convolution, at one pixel of its result. */
function pixelSum(
  { stride, padding }: Conv2d,
  { values, shape }: Weights,
  x: Float32Array,
  of: readonly number[],
  example: number,
  draw: Rng,
) {
  const [filters, channels, size] = shape as [number, number, number, number];
  const [, , height, width] = of as [number, number, number, number];
  const places = (length: number) => Math.floor((length + 2 * padding - size) / stride) + 1;
  const [top, side] = [height, width].map((length) => draw.below(places(length)) * stride - padding) as [
    number,
    number,
  ];
  const kernel = draw.below(filters) * channels;
  return (_: UnitReader, unit: number) => {
    let sum = 0;
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        const [y, z] = [top + i, side + j];
        if (y < 0 || z < 0 || y >= height || z >= width) continue;
        sum +=
          values[((kernel + unit) * size + i) * size + j]! * x[((example * channels + unit) * height + y) * width + z]!;
      }
    return sum;
  };
}

function transposed(samples: readonly Float64Array[], units: number) {
  const values = new Float64Array(units * samples.length);
  for (const [s, sample] of samples.entries())
    for (let unit = 0; unit < units; unit++) values[unit * samples.length + s] = sample[unit]!;
  return { samples: samples.length, values };
}
