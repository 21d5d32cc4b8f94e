/** The two formats of 16 bits: binary16 of IEEE 754-2019, table 3.5, and bfloat16, the upper half of a float32. */
export type HalfDtype = "F16" | "BF16";

/** The numbers of 16-bit floats as float32, which holds each of them exactly; NaNs keep their sign and payload. */
export function widen(dtype: HalfDtype, halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length); // bits, never numbers: to read a signalling NaN as a number would change it
  const each = dtype === "F16" ? fromFloat16 : fromBfloat16;
  for (let i = 0; i < bits.length; i++) bits[i] = each(halves[i]!);
  return new Float32Array(bits.buffer);
}

/** float32 numbers as the nearest 16-bit floats, of two equally near the even one; what is too large is infinite, a NaN stays one. */
export function narrow(dtype: HalfDtype, values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, dtype === "F16" ? toFloat16 : toBfloat16);
}

const INFINITY = 0x7f80_0000;

/** 1 + 5 + 10 bits, exponent bias 15, to 1 + 8 + 23 bits, bias 127. */
function fromFloat16(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | INFINITY | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 127 - 15) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21; // a subnormal, fraction · 2⁻²⁴, is normal in float32: its first bit becomes the hidden one
  return sign | ((127 - 14 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

function toFloat16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fff_ffff;
  if (size > INFINITY) return sign | 0x7c00 | ((size >> 13) & 0x3ff || 0x200);
  if (size >= 0x477f_f000) return sign | 0x7c00; // from 65,520, half-way to 2¹⁶
  if (size >= 0x3880_0000) return sign | nearestEven(size - ((127 - 15) << 23), 13); // from 2⁻¹⁴, the least normal one
  const shift = 126 - (size >> 23); // a subnormal counts units of 2⁻²⁴
  return shift > 24 ? sign : sign | nearestEven((size & 0x7f_ffff) | 0x80_0000, shift);
}

function fromBfloat16(half: number): number {
  return half << 16;
}

function toBfloat16(bits: number): number {
  const size = bits & 0x7fff_ffff;
  if (size > INFINITY) return (bits >>> 16) | ((size >> 16) & 0x7f ? 0 : 0x40);
  return nearestEven(bits, 16);
}

/** `value / 2^shift`, rounded to the nearest integer, of two equally near to the even one. Both are unsigned. */
function nearestEven(value: number, shift: number): number {
  const below = 2 ** (shift - 1) - 1;
  const isOdd = (value >>> shift) & 1;
  return Math.floor(((value >>> 0) + below + isOdd) / 2 ** shift);
}
