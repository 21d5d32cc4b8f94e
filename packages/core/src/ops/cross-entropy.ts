import { ShapeError, show } from "../shape.ts";
import type { Matrix, Scalar } from "../tensor.ts";
import { type TokenVector, tokens } from "../tokens.ts";
import { embedding } from "./embedding.ts";
import { logSoftmax } from "./log-softmax.ts";
import { mean } from "./mean.ts";
import { neg } from "./neg.ts";
import { reshape } from "./reshape.ts";

/**
 * The mean over the batch of `−ln softmax(logits[b])[targets[b]]`: `[batch, classes] → []`.
 *
 * @param targets - The right class of each row, `[batch]`.
 * @throws {ShapeError} if there is not one target a row, or no row.
 * @throws {RangeError} if a target is not a class.
 */
export function crossEntropy(logits: Matrix, targets: TokenVector): Scalar {
  const [batch, classes] = logits.shape;
  if (targets.size !== batch || batch === 0) {
    throw new ShapeError(
      `crossEntropy: logits ${show(logits)} want ${batch === 0 ? "at least one" : batch} targets; ${targets.size} came`,
    );
  }
  const wrong = targets.data.findIndex((target) => target < 0 || target >= classes);
  if (wrong >= 0) {
    throw new RangeError(
      `crossEntropy: target ${wrong} is ${targets.data[wrong]}; logits ${show(logits)} have classes 0–${classes - 1}`,
    );
  }

  // Picking one logarithm a row is looking rows up in a table of one column.
  const table = reshape(logSoftmax(logits), [batch * classes, 1]);
  const chosen = tokens(
    targets.data.map((target, b) => b * classes + target),
    [batch],
  );
  return neg(mean(embedding(table, chosen)));
}
