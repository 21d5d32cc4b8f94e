import { indices } from "../tensor/scope.ts";
import { ShapeError, show } from "../tensor/shape.ts";
import { type Cube, checkTensor, type Matrix } from "../tensor/tensor.ts";
import { checkTokens, type TokenVector } from "../tensor/tokens.ts";
import { largest } from "./max.ts";

/**
 * The largest value of every filter over time: `[batch, time, filters] → [batch, filters]`.
 *
 * Where several steps tie, the first wins and takes the whole gradient, so the gradient of a batch never depends on the
 * backend or on padding appended after the winner.
 *
 * @param lengths - `[batch]`, each from 1 to time: steps from there on are padding and never win. Default: all of them count.
 * @throws {ShapeError} if there are no time steps, or not one length a sequence.
 * @throws {RangeError} if a length is outside 1…time.
 * @see Collobert et al., “Natural language processing (almost) from scratch”, JMLR 12, 2011, §3.3.2.
 */
export function maxOverTime(x: Cube, lengths?: TokenVector): Matrix {
  checkTensor("maxOverTime", "x", x, 3);
  const [batch, time, filters] = x.shape;
  if (time === 0) throw new ShapeError(`maxOverTime: ${show(x)} has no time steps`);
  if (lengths !== undefined) checkLengths("maxOverTime", lengths, x.shape);

  const alive = lengths === undefined ? undefined : indices(lengths.data);
  return largest("maxOverTime", x, alive, [batch, filters], { outer: batch, axis: time, inner: filters }) as Matrix;
}

/** @throws unless there is one length for each sequence of `[batch, time, …]`, each from 1 to time. */
export function checkLengths(operation: string, lengths: TokenVector, [batch, time]: readonly number[]): void {
  checkTokens(operation, "lengths", lengths, 1);
  if (lengths.size !== batch) {
    throw new ShapeError(`${operation}: ${lengths.size} lengths for a batch of ${batch}`);
  }
  const wrong = lengths.data.findIndex((length) => length < 1 || length > time!);
  if (wrong >= 0) {
    throw new RangeError(`${operation}: length ${wrong} is ${lengths.data[wrong]}; sequences have 1–${time} steps`);
  }
}
