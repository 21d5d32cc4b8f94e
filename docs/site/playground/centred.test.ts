import fc from "fast-check";
import { expect, test } from "vitest";
import { centred } from "./centred.ts";

const SIDE = 56;

/** A square of ink with whole corners. */
function square(x: number, y: number, size: number): Float32Array {
  const ink = new Float32Array(SIDE * SIDE);
  for (let row = y; row < y + size; row++) ink.fill(1, row * SIDE + x, row * SIDE + x + size);
  return ink;
}

test("a square of any size and place fills the box of 20 pixels in the middle", () => {
  const place = fc.integer({ min: 10, max: 40 }).chain((size) => {
    const at = fc.integer({ min: 0, max: SIDE - size });
    return fc.tuple(at, at, fc.constant(size));
  });
  fc.assert(
    fc.property(place, ([x, y, size]) => {
      const digit = centred(square(x, y, size), SIDE);
      for (let row = 0; row < 28; row++)
        for (let column = 0; column < 28; column++) {
          const inside = row >= 4 && row < 24 && column >= 4 && column < 24;
          expect(digit[row * 28 + column]).toBeCloseTo(inside ? 1 : 0, 5);
        }
    }),
  );
});

test("the centre of mass goes to the middle, the box stays in the picture", () => {
  // a heavy square with a thin tail to the right
  const ink = square(10, 10, 10);
  for (let x = 20; x < 26; x++) ink[15 * SIDE + x] = 1;
  const digit = centred(ink, SIDE);
  let [sum, x] = [0, 0];
  for (const [i, amount] of digit.entries()) {
    sum += amount;
    x += amount * ((i % 28) + 0.5);
  }
  expect(x / sum).toBeCloseTo(14, 1);
  expect(sum).toBeCloseTo((106 * 20 * 20) / 16 ** 2, 3); // no ink is lost
});

test("no ink gives a blank picture, and another length is refused", () => {
  expect(centred(new Float32Array(SIDE * SIDE), SIDE)).toEqual(new Float32Array(784));
  expect(() => centred(new Float32Array(10), SIDE)).toThrow("centred: 10 numbers are no square of 56");
});
