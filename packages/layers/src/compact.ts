import { type Shape, Sparse, storedPositions, storedValues, tensor, type Weight } from "@ltt/core";
import { buffer, isBuffer } from "./buffer.ts";
import { rebuild, snapshot, stateOf } from "./parameters.ts";
import {
  buffersMaking,
  eachPosition,
  makesOf,
  somePosition,
  type UnitGroup,
  type UnitModel,
  type UnitPart,
} from "./units.ts";
import { unitsFor } from "./units-of.ts";

/** A network without the units that do nothing. */
export interface Compacted<M> {
  readonly model: M;
  readonly groups: readonly CompactedGroup[];
  /**
   * Units that gave a constant other than 0, which is now in the biases of the layers behind them: these add in another order, so outputs
   * agree up to rounding. Of 0, every bit is the same.
   */
  readonly folded: number;
}

export interface CompactedGroup {
  readonly name: string;
  readonly kind: UnitGroup["kind"];
  readonly count: number;
  /** Those that are left, ascending. */
  readonly kept: readonly number[];
}

/**
 * The network without the units that do nothing: smaller tensors, the same outputs in evaluation. A unit does nothing if
 *
 * - no stored weight other than 0 reads it (of an LSTM's own only those of hidden units that are read themselves), or
 * - nothing reaches it: all weights into it are 0, so that it gives a constant: b, of a ReLU `max(0, b)`, behind a batch normalisation
 *   `max(0, (b − mean)·γ/√(variance + ε) + β)`; of an LSTM 0, if also the bias of its candidate, gate g, is 0. The constant goes into the
 *   biases of the layers that read it; where it cannot, because a convolution pads or has no bias, only 0 counts.
 *
 * What is removed may leave others with nothing to do, so this is repeated. One unit of each group stays, and the layers and directions of
 * an LSTM keep equally many, as it has one hidden size: as many as the one that needs most.
 *
 * What remains sparse is `Sparse`; a tensor all of whose elements are left becomes an ordinary one.
 *
 * @returns a new model; the old one is as it was.
 * @throws {TypeError} if the model does not say what its units are.
 */
export async function compact<M extends UnitModel>(model: M): Promise<Compacted<M>> {
  const groups = unitsFor("compact", model);
  const state = stateOf(model);
  const planes = await planesOf(state);
  const left = new Map(groups.map((group) => [group.name, new Array<boolean>(group.count).fill(true)]));
  let folded = 0;
  for (let changed = true; changed; ) {
    changed = false;
    for (const group of groups) {
      const own = left.get(group.name)!;
      const read = readUnits(group, planes);
      for (let unit = 0; unit < group.count; unit++) {
        if (own[unit] === false) continue;
        const constant = read[unit] === false ? 0 : constantOf(group, unit, planes);
        if (constant === undefined || (constant !== 0 && !canFold(group, unit, planes))) continue;
        if (constant !== 0) {
          fold(group, unit, constant, planes);
          folded++;
        }
        clear(group, unit, planes);
        own[unit] = false;
        changed = true;
      }
    }
  }
  keepAlike(groups, left);
  return {
    model: smaller(model, state, planes, groups, left),
    groups: groups.map(({ name, kind, count }) => {
      const kept = left.get(name)!.flatMap((isLeft, unit) => (isLeft ? [unit] : []));
      return { name, kind, count, kept };
    }),
    folded,
  };
}

/** A tensor on the host, whole. */
interface Plane {
  readonly shape: Shape;
  readonly values: Float32Array;
  /** 1 where an element is stored; of a tensor that stores all, none. */
  readonly stored: Uint8Array | undefined;
}

type Planes = ReadonlyMap<string, Plane>;

async function planesOf(state: ReadonlyMap<string, Weight>): Promise<Planes> {
  const read = await snapshot(state);
  return new Map(
    Array.from(state, ([name, weight]): [string, Plane] => {
      const [values, positions] = [read.get(name)!, storedPositions(weight)];
      if (positions === undefined) return [name, { shape: weight.shape, values, stored: undefined }];
      const [whole, stored] = [new Float32Array(weight.size), new Uint8Array(weight.size)];
      for (const [i, at] of positions.entries()) {
        whole[at] = values[i]!;
        stored[at] = 1;
      }
      return [name, { shape: weight.shape, values: whole, stored }];
    }),
  );
}

/** Which units are read: by another layer, or by a unit of their own layer, as in an LSTM, that is read itself. */
function readUnits(group: UnitGroup, planes: Planes): boolean[] {
  const isOwn = ({ tensor }: UnitPart) => group.weights.some((part) => part.tensor === tensor);
  const [recurrent, others] = [group.reads.filter(isOwn), group.reads.filter((part) => !isOwn(part))];
  const units = Array.from({ length: group.count }, (_, unit) => unit);
  const read = units.map((unit) => others.some((part) => !isZero(part, unit, planes)));
  for (let fresh = units.filter((unit) => read[unit]); fresh.length > 0 && recurrent.length > 0; ) {
    const by = new Set(fresh);
    const isRead = (unit: number) =>
      recurrent.some((part) => !isZero(part, unit, planes, (row) => !by.has(row % group.count)));
    fresh = units.filter((unit) => read[unit] === false && isRead(unit));
    for (const unit of fresh) read[unit] = true;
  }
  return read;
}

/** What a unit gives that nothing reaches; `undefined` of any other. */
function constantOf(group: UnitGroup, unit: number, planes: Planes): number | undefined {
  const { kind, weights, biases, norm, isLinear } = group;
  if (kind === "hidden units") {
    const candidate = [...weights, ...biases].map((part) => ({ ...part, offsets: [part.offsets![2]!] }));
    return candidate.every((part) => isZero(part, unit, planes)) ? 0 : undefined;
  }
  const at = (name: string) => planes.get(name)!.values[unit]!;
  const active = (value: number) => (isLinear === true ? value : Math.max(0, value));
  const isEmpty = weights.every((part) => isZero(part, unit, planes));
  if (kind === "dimensions") return isEmpty ? 0 : undefined;
  if (norm !== undefined && at(norm.gamma) === 0) return active(at(norm.beta));
  if (!isEmpty) return undefined;
  const bias = biases.reduce((sum, { tensor }) => sum + at(tensor), 0);
  if (norm === undefined) return active(bias);
  const scale = at(norm.gamma) / Math.sqrt(at(norm.variance) + norm.epsilon);
  return active((bias - at(norm.mean)) * scale + at(norm.beta));
}

function isZero(part: UnitPart, unit: number, planes: Planes, skips = (_before: number) => false): boolean {
  const { shape, values } = planes.get(part.tensor)!;
  return !somePosition(part, shape, unit, (at, before) => values[at] !== 0 && !skips(before));
}

/** Whether every layer that reads a unit can add a constant instead. */
function canFold(group: UnitGroup, unit: number, planes: Planes): boolean {
  return group.reads.every((part) => part.bias !== undefined || isZero(part, unit, planes));
}

/** `b[o] += c · Σ w[o, …]` over the weights that read a unit. */
function fold({ reads }: UnitGroup, unit: number, constant: number, planes: Planes): void {
  for (const part of reads) {
    if (part.bias === undefined) continue;
    const { shape, values } = planes.get(part.tensor)!;
    const sums = new Float64Array(shape[0]!);
    eachPosition(part, shape, unit, (at, output) => {
      sums[output]! += values[at]!;
    });
    const bias = planes.get(part.bias)!;
    for (const [output, sum] of sums.entries()) {
      if (sum === 0) continue;
      bias.values[output]! += constant * sum;
      if (bias.stored !== undefined) bias.stored[output] = 1;
    }
  }
}

/** Removes what makes a unit and what reads it, which may leave other units with nothing to do. */
function clear(group: UnitGroup, unit: number, planes: Planes): void {
  for (const part of [...makesOf(group), ...group.reads]) {
    const { shape, values, stored } = planes.get(part.tensor)!;
    eachPosition(part, shape, unit, (at) => {
      values[at] = 0;
      if (stored !== undefined) stored[at] = 0;
    });
  }
}

/**
 * One unit of each group stays; groups of one count keep as many as the largest of them. Those that are put back give 0, or are not read.
 */
function keepAlike(groups: readonly UnitGroup[], left: ReadonlyMap<string, boolean[]>): void {
  const countOf = (group: UnitGroup) => left.get(group.name)!.filter((isLeft) => isLeft).length;
  for (const group of groups) {
    const alike = groups.filter(({ sameCount }) => sameCount !== undefined && sameCount === group.sameCount);
    const needed = Math.max(1, ...[group, ...alike].map(countOf));
    const own = left.get(group.name)!;
    for (let missing = needed - countOf(group); missing > 0; missing--) own[own.indexOf(false)] = true;
  }
}

function smaller<M extends UnitModel>(
  model: M,
  state: ReadonlyMap<string, Weight>,
  planes: Planes,
  groups: readonly UnitGroup[],
  left: ReadonlyMap<string, readonly boolean[]>,
): M {
  const gone = new Map<string, Set<number>[]>(
    Array.from(planes, ([name, { shape }]) => [name, shape.map(() => new Set())]),
  );
  for (const group of groups) {
    const units = left.get(group.name)!;
    for (const { tensor, axis, offsets = [0], width = 1 } of [
      ...makesOf(group),
      ...buffersMaking(group),
      ...group.reads,
    ])
      for (const [unit, isLeft] of units.entries()) {
        if (isLeft) continue;
        for (const offset of offsets)
          for (let i = 0; i < width; i++) gone.get(tensor)![axis]!.add(offset + unit * width + i);
      }
  }
  const replacements = new Map<Weight, Weight>();
  for (const [name, weight] of state) {
    const plane = planes.get(name)!;
    const kept = plane.shape.map((length, axis) =>
      Array.from({ length }, (_, i) => i).filter((i) => !gone.get(name)![axis]!.has(i)),
    );
    replacements.set(weight, cutOut(weight, plane, kept));
  }
  return rebuild(model, replacements) as M;
}

/** A tensor's elements at some indices of each axis. */
function cutOut(weight: Weight, { shape, values, stored }: Plane, kept: readonly (readonly number[])[]): Weight {
  const places = placesOf(shape, kept);
  const size = kept.map(({ length }) => length);
  const { requiresGrad } = storedValues(weight);
  const whole = Float32Array.from(places, (at) => values[at]!);
  if (isBuffer(weight)) return buffer(tensor(whole, size));
  const positions = Int32Array.from(places.keys()).filter((i) => stored === undefined || stored[places[i]!] === 1);
  if (positions.length === whole.length) return tensor(whole, size, { requiresGrad });
  const part = Float32Array.from(positions, (at) => whole[at]!);
  return new Sparse(size, positions, tensor(part, [part.length], { requiresGrad }));
}

/** Row-major positions of the elements at some indices of each axis, in their order. */
function placesOf(shape: Shape, kept: readonly (readonly number[])[]): Int32Array {
  let places = Int32Array.of(0);
  for (const [axis, indices] of kept.entries()) {
    const next = new Int32Array(places.length * indices.length);
    for (const [i, place] of places.entries())
      for (let k = 0; k < indices.length; k++) next[i * indices.length + k] = place * shape[axis]! + indices[k]!;
    places = next;
  }
  return places;
}
