/** Values on the host, row-major. */
export interface HostTensor<Data extends Float32Array | Int32Array = Float32Array> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/**
 * The inputs, along the second axis of a weight, that some output reads; the first where none does: frameworks know no layer without
 * inputs.
 */
export function readInputs({ shape: [outputs = 1, inputs = 1, ...taps], data }: HostTensor): number[] {
  const size = sizeOf(taps);
  const isRead = (input: number) =>
    range(outputs).some((output) => {
      const at = (output * inputs + input) * size;
      return data.subarray(at, at + size).some((value) => value !== 0);
    });
  const read = range(inputs).filter(isRead);
  return read.length > 0 ? read : [0];
}

/** A weight with some of its inputs only, in this order. */
export function withInputs({ shape, data }: HostTensor, kept: readonly number[]): HostTensor {
  const [outputs = 1, inputs = 1, ...taps] = shape;
  const size = sizeOf(taps);
  const values = new Float32Array(outputs * kept.length * size);
  let to = 0;
  for (let output = 0; output < outputs; output++)
    for (const input of kept) {
      const at = (output * inputs + input) * size;
      values.set(data.subarray(at, at + size), to);
      to += size;
    }
  return { shape: [outputs, kept.length, ...taps], data: values };
}

/** A table whose rows of zeros are one, and the row of each of those that there were. */
export function withSharedRows({ shape, data }: HostTensor): { table: HostTensor; rows: HostTensor<Int32Array> } {
  const [count, width] = shape as readonly [number, number];
  const kept: number[] = [];
  let zero: number | undefined;
  const rowOf = (row: number) => data.subarray(row * width, (row + 1) * width);
  const rows = Int32Array.from(range(count), (row) => {
    const isZero = rowOf(row).every((value) => value === 0);
    if (isZero && zero !== undefined) return zero;
    if (isZero) zero = kept.length;
    return kept.push(row) - 1;
  });
  const values = new Float32Array(kept.length * width);
  for (const [to, row] of kept.entries()) values.set(rowOf(row), to * width);
  return { table: { shape: [kept.length, width], data: values }, rows: { shape: [count], data: rows } };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, axis) => size * axis, 1);
}

/** `0, 1, … count − 1` */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
