/** The axes that a kernel walks itself. */
const AXES = 4;
/** A number for each of them. */
export type Four = [number, number, number, number];

/**
 * Calls `visit` with a walk of exactly four axes, as few of them as possible longer than 1, and where it begins in each operand. A walk
 * that cannot be brought to four axes is cut along its first ones; one over nothing is no call.
 *
 * @param strides - Of each operand, in elements.
 * @param visit - Gets the strides and the offsets in bytes, `at` counting the elements before.
 */
export function forEachStrided(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (shape: Four, strides: readonly Four[], offsets: readonly number[], at: number) => void,
): void {
  const merged = merge(shape, strides);
  if (merged === undefined) return;
  const extra = merged.shape.length - AXES;
  const offsets = strides.map(() => 0);
  if (extra === 0) {
    visit(merged.shape as Four, merged.strides as Four[], offsets, 0);
    return;
  }
  const rest = merged.shape.slice(extra) as Four;
  const bytes = merged.strides.map((of) => of.slice(extra) as Four);
  const size = rest.reduce((product, n) => product * n, 1);
  const cut = merged.shape.slice(0, extra);
  const count = cut.reduce((product, n) => product * n, 1);
  for (let i = 0; i < count; i++) {
    offsets.fill(0);
    for (let axis = extra - 1, left = i; axis >= 0; left = Math.floor(left / cut[axis]!), axis--) {
      for (let p = 0; p < offsets.length; p++) offsets[p]! += (left % cut[axis]!) * merged.strides[p]![axis]!;
    }
    visit(rest, bytes, offsets, i * size);
  }
}

/** How threads split a walk: along its first axis that is longer than 1. */
export function partsOf(shape: Readonly<Four>): {
  readonly axis: number;
  /** How long that axis is. */
  readonly n: number;
  /** Elements of the axes behind it. */
  readonly inner: number;
  /** Where parts may begin: of the last two axes on whole cache lines, so that rows are copied and turned as without threads. */
  readonly grain: number;
  shapeOf(begin: number, end: number): Four;
} {
  const first = shape.findIndex((n) => n > 1);
  const axis = first < 0 ? AXES - 1 : first;
  const inner = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  const shapeOf = (begin: number, end: number): Four => {
    const part: Four = [...shape];
    part[axis] = end - begin;
    return part;
  };
  return { axis, n: shape[axis]!, inner, grain: axis < AXES - 2 ? 1 : 16, shapeOf };
}

/**
 * Merges neighbouring axes that are contiguous in every operand, drops axes of length 1, pads to four axes in front, and turns strides into
 * bytes; `undefined` if an axis has length 0. Every elementwise kernel begins here, so it is written in plain loops with few arrays.
 */
function merge(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): { shape: number[]; strides: number[][] } | undefined {
  const sizes = [1, 1, 1, 1];
  const steps = strides.map(() => [0, 0, 0, 0]);
  let first = AXES; // of those in use
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis]!;
    if (n === 0) return undefined;
    if (n === 1) continue;
    if (first < AXES && continues(strides, axis, steps, first, sizes[first]!)) {
      sizes[first]! *= n;
      continue;
    }
    if (first > 0) first--;
    else {
      sizes.unshift(1);
      for (const of of steps) of.unshift(0);
    }
    sizes[first] = n;
    for (let p = 0; p < steps.length; p++) steps[p]![first] = strides[p]![axis]! * 4;
  }
  return { shape: sizes, strides: steps };
}

/** Whether in every operand a step on this axis equals `n` steps on the merged axis, so that the two are one. */
function continues(
  strides: readonly (readonly number[])[],
  axis: number,
  merged: readonly (readonly number[])[],
  at: number,
  n: number,
): boolean {
  for (let p = 0; p < strides.length; p++) if (strides[p]![axis]! * 4 !== merged[p]![at]! * n) return false;
  return true;
}
