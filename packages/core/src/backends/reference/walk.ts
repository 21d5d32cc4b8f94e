/**
 * Calls `visit(i, atA, atB)` for every element `i` of `shape` in row-major order, with the places of that element in two
 * operands of the given strides.
 */
export function eachOffset(
  shape: readonly number[],
  stridesA: readonly number[],
  stridesB: readonly number[],
  visit: (i: number, atA: number, atB: number) => void,
): void {
  const rank = shape.length;
  const inner = rank === 0 ? 1 : shape[rank - 1]!;
  const stepA = rank === 0 ? 0 : stridesA[rank - 1]!;
  const stepB = rank === 0 ? 0 : stridesB[rank - 1]!;
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const index = new Array<number>(Math.max(rank - 1, 0)).fill(0);

  let i = 0;
  for (let row = 0, baseA = 0, baseB = 0; row < rows; row++) {
    for (let j = 0, a = baseA, b = baseB; j < inner; j++, a += stepA, b += stepB) visit(i++, a, b);
    for (let axis = rank - 2; axis >= 0; axis--) {
      baseA += stridesA[axis]!;
      baseB += stridesB[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      baseA -= stridesA[axis]! * shape[axis]!;
      baseB -= stridesB[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}
