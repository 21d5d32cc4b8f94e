/** The axes that a kernel walks itself. */
const AXES = 4;

/**
 * Calls `visit` with a walk of exactly four axes, as few of them as possible longer than 1, and where it begins in each operand. A walk
 * that cannot be brought to four axes is cut along its first ones; one over nothing is no call.
 *
 * @param strides - Of each operand, in elements.
 * @param visit - Gets the strides and the offsets in bytes, `at` counting the elements before.
 */
export function eachWalk(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (
    shape: readonly number[],
    strides: readonly (readonly number[])[],
    offsets: readonly number[],
    at: number,
  ) => void,
): void {
  if (shape.includes(0)) return;
  const merged = merge(shape, strides);
  const extra = merged.shape.length - AXES;
  if (extra <= 0) {
    const ones = new Array<number>(-extra).fill(1);
    const bytes = merged.strides.map((of) => [...ones.map(() => 0), ...of.map((stride) => stride * 4)]);
    visit(
      [...ones, ...merged.shape],
      bytes,
      strides.map(() => 0),
      0,
    );
    return;
  }
  const rest = merged.shape.slice(extra);
  const bytes = merged.strides.map((of) => of.slice(extra).map((stride) => stride * 4));
  const size = rest.reduce((product, n) => product * n, 1);
  const cut = merged.shape.slice(0, extra);
  const count = cut.reduce((product, n) => product * n, 1);
  for (let i = 0; i < count; i++) {
    const offsets = strides.map(() => 0);
    for (let axis = extra - 1, left = i; axis >= 0; left = Math.floor(left / cut[axis]!), axis--) {
      for (let p = 0; p < offsets.length; p++) offsets[p]! += (left % cut[axis]!) * merged.strides[p]![axis]! * 4;
    }
    visit(rest, bytes, offsets, i * size);
  }
}

/** Axes of 1 are dropped, and neighbours that every operand walks as one become one. */
function merge(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): { shape: number[]; strides: number[][] } {
  const sizes: number[] = [];
  const steps: number[][] = strides.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    const n = shape[axis]!;
    if (n === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && strides.every((of, p) => steps[p]![last] === of[axis]! * n)) {
      sizes[last]! *= n;
      for (const [p, of] of strides.entries()) steps[p]![last] = of[axis]!;
    } else {
      sizes.push(n);
      for (const [p, of] of strides.entries()) steps[p]!.push(of[axis]!);
    }
  }
  return { shape: sizes, strides: steps };
}
