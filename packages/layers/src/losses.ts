import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  type Matrix,
  reshape,
  type Scalar,
  ShapeError,
  type TokenMatrix,
  type TokenVector,
  tokens,
} from "@ltt/core";
import { checkTensor, checkTokens } from "@ltt/core/arguments";

/** The mean loss of a batch: logits `[batch, outputs]` and targets to a scalar. */
export type Loss = (logits: Matrix, targets: TokenVector | TokenMatrix) => Scalar;

/**
 * The mean loss of a batch of classified examples, `[batch, outputs] → []`: with one output it is the logit of class 1 of two (binary cross-entropy), with more
 * there is one a class (cross-entropy). Where several classes may hold, each output is one of them, and the mean is over all (binary cross-entropy).
 *
 * @param targets - The right class of each example, `[batch]`; or 1 for each class that holds and 0 for the others, `[batch, outputs]`.
 * @throws {ShapeError} if targets of several classes have another shape than the logits.
 */
export function classificationLoss(logits: Matrix, targets: TokenVector | TokenMatrix): Scalar {
  checkTensor("classificationLoss", "logits", logits, 2);
  checkTokens("classificationLoss", "targets", targets, targets?.shape?.length === 2 ? 2 : 1);
  const [batch, outputs] = logits.shape;
  if (isMatrix(targets)) {
    if (targets.shape[0] !== batch || targets.shape[1] !== outputs)
      throw new ShapeError(
        `classificationLoss: logits [${logits.shape}], targets [${targets.shape}]: the shapes differ`,
      );
    return binaryCrossEntropyWithLogits(reshape(logits, [batch * outputs]), tokens(targets.data, [batch * outputs]));
  }
  return outputs === 1
    ? binaryCrossEntropyWithLogits(reshape(logits, [batch]), targets)
    : crossEntropy(logits, targets);
}

function isMatrix(targets: TokenVector | TokenMatrix): targets is TokenMatrix {
  return targets.shape.length === 2;
}
