import { describe } from "../arguments/describe.ts";
import { anyNumber, text as aString, check } from "../arguments/kinds.ts";
import {
  ARRAYS,
  type Arrays,
  byteLength,
  DTYPES,
  isHalf,
  isTyped,
  type RawDtype,
  rank,
  show,
  swapWidth,
  type TypedDtype,
} from "./dtypes.ts";
import { narrow, widen } from "./half.ts";
import { METADATA, type TensorInfo } from "./header.ts";
import { fromLittleEndian } from "./little-endian.ts";
import { fail } from "./safetensors-error.ts";

/**
 * One tensor: row-major values and their shape.
 *
 * `F16` and `BF16` are read as float32, which holds their numbers exactly, and written as the nearest 16-bit floats; so
 * what was read is written to the same bytes. A dtype that JavaScript has no numbers for, such as `F8_E4M3`, is passed
 * through as its `bytes`: a file that holds one such tensor can then still be listed, copied and rewritten without
 * loss, and nobody mistakes the bytes for values, which would be in `data`.
 */
export type SafetensorsEntry =
  | {
      [D in TypedDtype]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: Arrays[D] };
    }[TypedDtype]
  | { readonly dtype: RawDtype; readonly shape: readonly number[]; readonly bytes: Uint8Array };

export function checkEntry(name: string, entry: SafetensorsEntry): void {
  check("encodeSafetensors", "a tensor's name", name, aString);
  if (typeof entry === "object" && entry !== null && Array.isArray(entry.shape)) {
    const where = `encodeSafetensors: entry ${JSON.stringify(name)}`;
    check(where, "dtype", entry.dtype, aString);
    for (const [axis, size] of entry.shape.entries()) check(where, `shape[${axis}]`, size, anyNumber);
    return;
  }
  const came =
    typeof entry === "object" && entry !== null ? `has the shape ${describe(entry.shape)}` : `is ${describe(entry)}`;
  throw new TypeError(
    `encodeSafetensors: entry ${JSON.stringify(name)} ${came}; it is { dtype, shape, data }, its shape an array of sizes`,
  );
}

/** The entry's bytes as they lie in this machine's memory, once they agree with its dtype and shape. */
export function bytesOf(tensor: string, entry: SafetensorsEntry): Uint8Array {
  const label = JSON.stringify(tensor);
  const refuse = (problem: string): never => fail("", problem);
  if (tensor === METADATA) refuse(`${label} is the name of the metadata and cannot name a tensor`);
  if (rank(entry.dtype) < 0)
    refuse(`${label} has dtype ${JSON.stringify(entry.dtype)}; the format knows ${DTYPES.join(", ")}`);
  for (const size of entry.shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      refuse(`${label} has shape ${show(entry.shape)}: ${size} is not a non-negative integer`);
    }
  }
  const array = "data" in entry ? entry.data : entry.bytes;
  const wanted = isTyped(entry.dtype) ? ARRAYS[entry.dtype] : Uint8Array;
  if (!(array instanceof wanted))
    refuse(`${label} is ${entry.dtype} and needs a ${wanted.name}, not ${describe(array)}`);

  const {
    buffer,
    byteOffset,
    byteLength: held,
  } = isHalf(entry.dtype) ? narrow(entry.dtype, array as Float32Array) : array;
  const needed = byteLength(label, entry, refuse);
  if (held !== needed) {
    refuse(`${label} holds ${held} bytes, its shape ${show(entry.shape)} × ${entry.dtype} needs ${needed}`);
  }
  return new Uint8Array(buffer, byteOffset, held);
}

export function entryOf({ dtype, shape }: TensorInfo, own: Uint8Array<ArrayBuffer>): SafetensorsEntry {
  fromLittleEndian(own, swapWidth(dtype));
  if (!isTyped(dtype)) return { dtype, shape, bytes: own };
  if (isHalf(dtype)) return { dtype, shape, data: widen(dtype, new Uint16Array(own.buffer)) };
  return { dtype, shape, data: new ARRAYS[dtype](own.buffer) } as SafetensorsEntry; // the array of that dtype
}
