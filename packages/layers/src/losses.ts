import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  type Matrix,
  reshape,
  type Scalar,
  type TokenVector,
} from "@ltt/core";
import { checkTensor, checkTokens } from "@ltt/core/arguments";

/**
 * The mean loss of a batch of classified texts, `[batch, outputs] → []`: with one output it is the logit of class 1 of two
 * (binary cross-entropy), with more there is one a class (cross-entropy).
 *
 * @param targets - The right class of each text, `[batch]`.
 */
export function classificationLoss(logits: Matrix, targets: TokenVector): Scalar {
  checkTensor("classificationLoss", "logits", logits, 2);
  checkTokens("classificationLoss", "targets", targets, 1);
  const [batch, outputs] = logits.shape;
  return outputs === 1
    ? binaryCrossEntropyWithLogits(reshape(logits, [batch]), targets)
    : crossEntropy(logits, targets);
}
