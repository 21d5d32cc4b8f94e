/** Pixels of the box that MNIST's digits fit in, in the middle of 28. */
const [SIDE, BOX] = [28, 20];

/**
 * A drawing as MNIST has its digits: scaled, by the mean over what each pixel covers, so that its longer side is 20 pixels, with its centre of mass in the
 * middle of 28 × 28.
 *
 * @param ink - From 0 to 1, a square of `side` × `side`, row by row.
 * @returns 784 numbers from 0 to 1; all 0 where there is no ink.
 * @see LeCun, Cortes & Burges, “The MNIST database”: how NIST's digits were normalised.
 */
export function centred(ink: Float32Array, side: number): Float32Array {
  if (ink.length !== side * side) throw new RangeError(`centred: ${ink.length} numbers are no square of ${side}`);
  let [top, left, bottom, right] = [side, side, -1, -1];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (ink[y * side + x]! <= 0) continue;
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
    }
  }
  const digit = new Float32Array(SIDE * SIDE);
  if (bottom < 0) return digit;

  const scale = Math.max(bottom - top + 1, right - left + 1) / BOX;
  const [height, width] = [(bottom - top + 1) / scale, (right - left + 1) / scale];
  const mass = centreOfMass(ink, side);
  // So that the centre of mass lies between the middle pixels, but the box within the picture.
  const offset = (centre: number, from: number, size: number) =>
    Math.min(SIDE - size, Math.max(0, SIDE / 2 - (centre - from) / scale));
  const [dy, dx] = [offset(mass.y, top, height), offset(mass.x, left, width)];
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const [y0, x0] = [top + (y - dy) * scale, left + (x - dx) * scale];
      digit[y * SIDE + x] = meanOver(ink, side, y0, x0, scale);
    }
  }
  return digit;
}

function centreOfMass(ink: Float32Array, side: number): { y: number; x: number } {
  let [sum, y, x] = [0, 0, 0];
  for (const [i, amount] of ink.entries()) {
    sum += amount;
    y += amount * (Math.floor(i / side) + 0.5);
    x += amount * ((i % side) + 0.5);
  }
  return { y: y / sum, x: x / sum };
}

/** The mean of a square whose corners may lie inside pixels. */
function meanOver(ink: Float32Array, side: number, y0: number, x0: number, size: number): number {
  const covered = (from: number, at: number) => Math.max(0, Math.min(from + size, at + 1) - Math.max(from, at));
  let sum = 0;
  for (let y = Math.max(0, Math.floor(y0)); y < Math.min(side, y0 + size); y++) {
    for (let x = Math.max(0, Math.floor(x0)); x < Math.min(side, x0 + size); x++) {
      sum += ink[y * side + x]! * covered(y0, y) * covered(x0, x);
    }
  }
  return sum / size ** 2;
}
