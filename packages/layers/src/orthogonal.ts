import { type Shape, ShapeError } from "@ltt/core";
import { checkOptions, finite } from "@ltt/core/arguments";
import type { Initialiser } from "./initialiser.ts";

/**
 * A random matrix whose rows, or columns if there are fewer of those, are orthogonal and of length `gain`. A kernel
 * `[width, channels, filters]` is the matrix `[width · channels, filters]`.
 *
 * The Q of a normal random matrix, the diagonal of R positive (Gram–Schmidt makes it so), hence uniform over all such matrices.
 * float64 inside.
 *
 * @throws {ShapeError} if the shape has fewer than two axes.
 * @see Saxe et al., “Exact solutions to the nonlinear dynamics of learning in deep linear neural networks”, ICLR 2014;
 *   `torch.nn.init.orthogonal_`; Mezzadri, “How to generate random matrices from the classical compact groups”, 2007.
 */
export function orthogonal(options: { gain?: number } = {}): Initialiser {
  const { gain = 1 } = checkOptions("orthogonal", options, { gain: finite });
  return (shape, rng) => {
    const [rows, columns] = matrixOf(shape);
    const [count, size] = [Math.min(rows, columns), Math.max(rows, columns)];
    const vectors = Array.from({ length: count }, () => Float64Array.from({ length: size }, () => rng.normal()));
    orthonormalise(vectors);
    return Float32Array.from({ length: rows * columns }, (_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      return gain * (rows < columns ? vectors[row]![column]! : vectors[column]![row]!);
    });
  };
}

function matrixOf(shape: Shape): [number, number] {
  if (shape.length < 2) throw new ShapeError(`orthogonal: [${shape.join(",")}] has fewer than two axes`);
  const [last, size] = [shape.at(-1)!, shape.reduce((product, axis) => product * axis, 1)];
  return last === 0 ? [0, 0] : [size / last, last];
}

/**
 * Gram–Schmidt. A vector that loses most of its length loses digits with it, so it goes through a second time, which is
 * enough (Giraud et al., “The loss of orthogonality in the Gram–Schmidt process”, 2005).
 */
function orthonormalise(vectors: readonly Float64Array[]): void {
  for (const [i, vector] of vectors.entries()) {
    const before = length(vector);
    removeShares(vector, vectors, i);
    if (length(vector) < 0.7 * before) removeShares(vector, vectors, i);
    const after = length(vector);
    for (let k = 0; k < vector.length; k++) vector[k]! /= after;
  }
}

/** Makes a vector orthogonal to the first `count`. */
function removeShares(vector: Float64Array, vectors: readonly Float64Array[], count: number): void {
  for (let j = 0; j < count; j++) {
    const other = vectors[j]!;
    const share = dot(vector, other);
    for (let k = 0; k < vector.length; k++) vector[k]! -= share * other[k]!;
  }
}

function length(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
