import type { HalfDtype } from "./half.ts";
import type { Refuse } from "./safetensors-error.ts";

/** The arrays that hold a dtype's numbers exactly: of 16-bit floats float32, of booleans 0 and 1. */
export interface Arrays {
  readonly F64: Float64Array;
  readonly F32: Float32Array;
  readonly F16: Float32Array;
  readonly BF16: Float32Array;
  readonly I64: BigInt64Array;
  readonly U64: BigUint64Array;
  readonly I32: Int32Array;
  readonly U32: Uint32Array;
  readonly I16: Int16Array;
  readonly U16: Uint16Array;
  readonly I8: Int8Array;
  readonly U8: Uint8Array;
  readonly BOOL: Uint8Array;
}

export type TypedDtype = keyof Arrays;

/** dtypes that JavaScript has no array for. */
export type RawDtype = "C64" | "F8_E5M2" | "F8_E4M3" | "F8_E8M0" | "F6_E2M3" | "F6_E3M2" | "F4";

/** A dtype of the format, by the name it has in a header. */
export type SafetensorsDtype = TypedDtype | RawDtype;

/**
 * Every dtype with its size in bits, in the reference's order: files are written from the last to the first, so a dtype with a
 * wider alignment comes before a narrower one and every tensor is aligned to its own elements.
 */
const BITS: ReadonlyMap<SafetensorsDtype, number> = new Map([
  ["BOOL", 8],
  ["F4", 4],
  ["F6_E2M3", 6],
  ["F6_E3M2", 6],
  ["U8", 8],
  ["I8", 8],
  ["F8_E5M2", 8],
  ["F8_E4M3", 8],
  ["F8_E8M0", 8],
  ["I16", 16],
  ["U16", 16],
  ["F16", 16],
  ["BF16", 16],
  ["I32", 32],
  ["U32", 32],
  ["F32", 32],
  ["C64", 64],
  ["F64", 64],
  ["I64", 64],
  ["U64", 64],
]);

export const DTYPES: readonly SafetensorsDtype[] = [...BITS.keys()];

interface ArrayClass<T> {
  new (buffer: ArrayBuffer): T;
  readonly name: string;
}

export const ARRAYS: { readonly [D in TypedDtype]: ArrayClass<Arrays[D]> } = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Float32Array,
  BF16: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

export function rank(dtype: SafetensorsDtype): number {
  return DTYPES.indexOf(dtype);
}

export function isTyped(dtype: SafetensorsDtype): dtype is TypedDtype {
  return Object.hasOwn(ARRAYS, dtype);
}

/** `Π shape × bits / 8`, or a refusal if that is no whole number of bytes, or the bits are more than 2⁵³ − 1. */
export function byteLength(
  label: string,
  { shape, dtype }: { readonly shape: readonly number[]; readonly dtype: SafetensorsDtype },
  refuse: Refuse,
): number {
  let bits = BITS.get(dtype)!;
  for (const size of shape) {
    bits *= size;
    if (bits > Number.MAX_SAFE_INTEGER) refuse(`${label}: shape ${show(shape)} × ${dtype} overflows`);
  }
  if (bits % 8 !== 0) refuse(`${label}: shape ${show(shape)} × ${dtype} is ${bits} bits, not a whole number of bytes`);
  return bits / 8;
}

export function isHalf(dtype: SafetensorsDtype): dtype is HalfDtype {
  return dtype === "F16" || dtype === "BF16";
}

/** Bytes of a number in the file. Raw bytes stay as they lie there: little-endian, on every machine. */
export function swapWidth(dtype: SafetensorsDtype): number {
  return isTyped(dtype) ? BITS.get(dtype)! / 8 : 1;
}

export function show(shape: readonly number[]): string {
  return shape.length > 16 ? `[${shape.slice(0, 16)},… ${shape.length} sizes]` : `[${shape}]`;
}
