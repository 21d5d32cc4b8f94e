/** A `Float32Array` that nobody writes to: what `Tensor.data` gives. */
export interface ReadonlyFloat32Array
  extends Readonly<
    Omit<Float32Array, "buffer" | "copyWithin" | "fill" | "reverse" | "set" | "sort" | "subarray" | "valueOf">
  > {
  subarray(begin?: number, end?: number): ReadonlyFloat32Array;
}
