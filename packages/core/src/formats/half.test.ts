import { describe, expect, test } from "vitest";
import { type HalfDtype, narrow, widen } from "./half.ts";

const all = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);

/** What 16 bits mean, by IEEE 754's formula in doubles: `(−1)^s · 2^(e − bias) · 1.f`, of the smallest exponent `2^(1 − bias) · 0.f`. */
function meaning(bits: number, exponentBits: number): number {
  const fractionBits = 15 - exponentBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = Math.floor(bits / 2 ** fractionBits) % 2 ** exponentBits;
  const fraction = (bits % 2 ** fractionBits) / 2 ** fractionBits;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * 2 ** (1 - bias) * fraction : sign * 2 ** (exponent - bias) * (1 + fraction);
}

describe.each<{ dtype: HalfDtype; exponentBits: number; infinity: number; byHand: readonly [number, number][] }>([
  {
    dtype: "F16",
    exponentBits: 5,
    infinity: 0x7c00,
    byHand: [
      [0x0000, 0],
      [0x8000, -0],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65_504],
      [0x7c00, Infinity],
      [0xfc00, -Infinity],
      [0x7e00, NaN],
    ],
  },
  {
    dtype: "BF16",
    exponentBits: 8,
    infinity: 0x7f80,
    byHand: [
      [0x0000, 0],
      [0x8000, -0],
      [0x0001, 2 ** -133],
      [0x0080, 2 ** -126],
      [0x3f80, 1],
      [0x3fc0, 1.5],
      [0xc049, -3.140625],
      [0x7f7f, 255 * 2 ** 120],
      [0x7f80, Infinity],
      [0xff80, -Infinity],
      [0x7fc0, NaN],
    ],
  },
])("$dtype", ({ dtype, exponentBits, infinity, byHand }) => {
  test.each(byHand)("%i is %d", (bits, value) => {
    expect(widen(dtype, Uint16Array.of(bits))).toEqual(Float32Array.of(value));
    if (!Number.isNaN(value)) expect(narrow(dtype, Float32Array.of(value))).toEqual(Uint16Array.of(bits));
  });

  test("each of the 65,536 is what the formula says, and is written as it was read, NaNs with their payload too", () => {
    const values = widen(dtype, all);
    const wrong = all.filter((bits) => !Object.is(values[bits], meaning(bits, exponentBits)));
    expect(wrong).toEqual(new Uint16Array());
    expect(narrow(dtype, values)).toEqual(all);
  });

  test("between two neighbours the nearer one is written, half-way the even one, of either sign", () => {
    for (let bits = 0; bits < infinity; bits++) {
      const low = meaning(bits, exponentBits);
      const high = bits + 1 < infinity ? meaning(bits + 1, exponentBits) : 2 * low - meaning(bits - 1, exponentBits);
      const middle = (low + high) / 2;
      const near = Math.max((high - low) / 64, 2 ** -149); // a float32 on either side of the middle
      const even = bits % 2 === 0 ? bits : bits + 1;
      const given = [middle - near, middle, middle + near, -middle];
      const written = [...narrow(dtype, Float32Array.from(given))];
      if (Math.fround(middle) !== middle) continue; // bfloat16's largest: beyond float32
      expect([bits, ...written]).toEqual([bits, bits, even, bits + 1, even + 0x8000]);
    }
  });

  test("what is beyond is infinite, what is below half of the least is 0, and every NaN stays one", () => {
    const least = meaning(1, exponentBits);
    const beyond = dtype === "F16" ? [65_519.996, 65_520, 1e30] : [3.39e38, 3.4e38, Infinity];
    expect([...narrow(dtype, Float32Array.from(beyond))]).toEqual([infinity - 1, infinity, infinity]);
    expect([...narrow(dtype, Float32Array.of(least / 4, -least / 4, 2 ** -149))]).toEqual([0, 0x8000, 0]);
    const nans = new Float32Array(Uint32Array.of(0x7f80_0001, 0xff80_0001, 0x7fc0_0000).buffer);
    expect([...widen(dtype, narrow(dtype, nans))]).toEqual([NaN, NaN, NaN]);
  });
});
