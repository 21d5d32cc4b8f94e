import type { Indices } from "@ltt/core";
import type { Values } from "./kernels/issue.ts";

/** Indices are float32 on the device, which hold integers exactly up to here. */
const EXACT = 2 ** 24;

/** What a kernel computed, or a copy of what the host gave. */
export interface IndexValues extends Values {
  readonly host: Int32Array | undefined;
}

/** @throws {Error} if a kernel computed the indices: only those that the host gave can be sorted here. */
export function hostIndices(kernel: string, indices: Indices): Int32Array {
  const { host } = indices as IndexValues;
  if (host === undefined) throw new Error(`${kernel}: the ids were computed on the device; the host must know them`);
  return host;
}

/**
 * For a kernel that finds indices of `count` values.
 *
 * @throws {RangeError} if they are not all exact as a float32.
 */
export function checkIndexable(kernel: string, values: string, count: number, remedy: string): void {
  if (count <= EXACT) return;
  throw new RangeError(`gpu: ${kernel}: ${values}; the device holds indices exactly to ${EXACT} only: ${remedy}`);
}

/** @throws {RangeError} if one is not exact as a float32. */
export function asFloats(indices: Int32Array): Float32Array {
  const large = indices.findIndex((index) => Math.abs(index) > EXACT);
  if (large >= 0)
    throw new RangeError(`gpu: index ${large} is ${indices[large]}; the device holds indices exactly to ${EXACT} only`);
  return Float32Array.from(indices);
}
