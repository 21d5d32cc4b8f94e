import {
  gradients,
  type ReadonlyFloat32Array,
  scope,
  storedPositions,
  storedValues,
  Tokens,
  type Weight,
} from "@ltt/core";
import { type Batch, classificationLoss, type Model, parametersOf, withParameters } from "@ltt/layers";
import { weightsAt } from "./evidence.ts";
import type { Growth } from "./exchange.ts";

/** Elements that one pass may store besides what the network does: 4 MB, and as much for their gradients. */
const BLOCK = 2 ** 20;

/** Ascending positions of a tensor, from the first up to the second. */
type Range = readonly [from: number, to: number];

/**
 * `|∂L/∂w|` of the sparse weights of a model where they store nothing, on one batch, without dropout: of a pass in
 * which they store zeros there. Of tables that ids look rows up in only rows of the batch, since others have no
 * gradient. What is more than a block is taken one part after another, to the same bits.
 *
 * @param tables - The names of these tables.
 * @param block - The most elements that a pass stores besides.
 */
export async function growthOf<Input>(
  model: Model<Input>,
  batch: Batch<Input>,
  tables: readonly string[],
  block: number = BLOCK,
): Promise<Map<string, Growth>> {
  const weights = parametersOf(model);
  const found = new Map<string, Growth>();
  for (const part of partsOf(rangesOf(weights, batch.input, tables), block)) {
    const stored = new Map<string, Int32Array>();
    const values = new Map<string, Float32Array>();
    for (const [name, ranges] of part) {
      const weight = weights.get(name)!;
      const own = storedPositions(weight)!;
      const union = joined(own, ranges);
      stored.set(name, union);
      values.set(name, placed(await storedValues(weight).read(), own, union));
    }
    const reading = scope(() => {
      const growing = weightsAt(weights, stored, values);
      const outputs = withParameters(model, new Map([...weights, ...growing])).forward(batch.input, {
        lengths: batch.lengths,
      });
      const asked = Array.from(growing.values(), storedValues);
      const slopes = gradients(classificationLoss(outputs, batch.targets), asked);
      return { slopes: Promise.all(slopes.map((one) => one.read())) };
    });
    const slopes = await reading.slopes;
    for (const [i, [name, ranges]] of [...part].entries()) {
      const own = within(stored.get(name)!, slopes[i]!, ranges);
      const before = found.get(name);
      found.set(name, before === undefined ? own : both(before, own));
    }
  }
  return found;
}

/** Where weights of each sparse tensor may have a gradient. */
function rangesOf(
  weights: ReadonlyMap<string, Weight>,
  input: unknown,
  tables: readonly string[],
): Map<string, Range[]> {
  const sparse = [...weights].filter(([, weight]) => storedPositions(weight) !== undefined);
  return new Map(
    sparse.map(([name, { shape, size }]) => {
      if (!(input instanceof Tokens) || !tables.includes(name)) return [name, [[0, size]]];
      const width = size / shape[0]!;
      return [name, [...new Set(input.data)].sort((a, b) => a - b).map((id) => [id * width, (id + 1) * width])];
    }),
  );
}

/** The same in parts of at most so many elements. */
function* partsOf(ranges: ReadonlyMap<string, readonly Range[]>, block: number): Generator<Map<string, Range[]>> {
  let part = new Map<string, Range[]>();
  let left = block;
  for (const [name, all] of ranges) {
    for (let [from, to] of all) {
      for (; from < to; ) {
        const end = Math.min(to, from + left);
        const own = part.get(name) ?? [];
        own.push([from, end]);
        part.set(name, own);
        left -= end - from;
        from = end;
        if (left > 0) continue;
        yield part;
        [part, left] = [new Map(), block];
      }
    }
  }
  if (part.size > 0) yield part;
}

/** Ascending positions and ranges as one ascending list. */
function joined(positions: Int32Array, ranges: readonly Range[]): Int32Array {
  const length = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  const all = new Int32Array(positions.length + length);
  let [n, next] = [0, 0];
  for (const [from, to] of ranges) {
    while (next < positions.length && positions[next]! < from) all[n++] = positions[next++]!;
    for (let at = from; at < to; at++) all[n++] = at;
    while (next < positions.length && positions[next]! < to) next++;
  }
  while (next < positions.length) all[n++] = positions[next++]!;
  return all.slice(0, n);
}

/** Values at positions among others, 0 at these. */
function placed(values: ReadonlyFloat32Array, positions: Int32Array, among: Int32Array): Float32Array {
  const all = new Float32Array(among.length);
  for (let i = 0, next = 0; next < positions.length; i++) if (among[i] === positions[next]) all[i] = values[next++]!;
  return all;
}

/** What of positions, which hold all of some ranges, lies in these. */
function within(positions: Int32Array, slopes: ReadonlyFloat32Array, ranges: readonly Range[]): Growth {
  const length = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  const found = { positions: new Int32Array(length), slopes: new Float32Array(length) };
  let [n, place] = [0, 0];
  for (const [from, to] of ranges) {
    while (positions[place]! < from) place++;
    for (let at = from; at < to; at++, n++, place++) {
      found.positions[n] = at;
      found.slopes[n] = Math.abs(slopes[place]!);
    }
  }
  return found;
}

function both(a: Growth, b: Growth): Growth {
  const positions = new Int32Array(a.positions.length + b.positions.length);
  positions.set(a.positions);
  positions.set(b.positions, a.positions.length);
  const slopes = new Float32Array(positions.length);
  slopes.set(a.slopes);
  slopes.set(b.slopes, a.slopes.length);
  return { positions, slopes };
}
