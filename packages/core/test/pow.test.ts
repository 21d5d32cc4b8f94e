import { expect, test } from "vitest";
import { createReferenceBackend, createWasmBackend, pow, stream, tensor, useBackend } from "../src/index.ts";

const SPECIAL = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  3,
  -3,
  2.5,
  -2.5,
  1e-40,
  1e30,
  -1e30,
  2 ** 24 + 2,
  Infinity,
  -Infinity,
];
const random = [...stream(1, "pow").normals(60, 0, 4)];
const values = [...SPECIAL, Number.NaN, ...random];
const pairs = values.flatMap((a) => values.map((b) => [Math.fround(a), Math.fround(b)] as const));

async function powers(): Promise<Float32Array> {
  return pow(
    tensor(
      pairs.map(([a]) => a),
      [pairs.length],
    ),
    tensor(
      pairs.map(([, b]) => b),
      [pairs.length],
    ),
  ).read(); // prettier-ignore
}

test("pow is Math.pow but for roundings, and has the same bits on every engine", async () => {
  const before = useBackend(createReferenceBackend());
  try {
    const found = await powers();
    found.forEach((value, i) => {
      const [a, b] = pairs[i]!;
      // C's pow, which Math.pow is but for these: a power of NaN or ±∞ of ±1 is 1; denormal results are flushed
      const wanted = a === 1 || (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) ? 1 : Math.fround(a ** b);
      if (Math.abs(wanted) < 2 ** -125 || Math.abs(wanted) > 2 ** 127) {
        expect(Math.abs(value) < 2 ** -124 || Math.abs(value) > 2 ** 126, `${a} ** ${b} is ${value}`).toBe(true);
        expect(Math.sign(value) * Math.sign(wanted), `${a} ** ${b}`).toBeGreaterThanOrEqual(0);
      } else if (Number.isNaN(wanted)) expect(value, `${a} ** ${b}`).toBeNaN();
      else expect(Math.abs(value - wanted) / Math.abs(wanted), `${a} ** ${b} is ${value}`).toBeLessThan(2e-5);
    });
    useBackend(await createWasmBackend());
    expect(await powers()).toEqual(found);
  } finally {
    useBackend(before);
  }
});
