import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  type Matrix,
  mean,
  reshape,
  type Scalar,
  ShapeError,
  square,
  sub,
  Tensor,
  type TokenMatrix,
  type TokenVector,
  tokens,
} from "@ltt/core";
import { checkTensor } from "@ltt/core/arguments";
import { checkClasses } from "./batch.ts";

/** The mean loss of a batch: what the model gave, `[batch, outputs]`, and targets to a scalar. */
export type Loss<Targets = TokenVector | TokenMatrix> = (outputs: Matrix, targets: Targets) => Scalar;

/**
 * The mean loss of a batch of classified examples, `[batch, outputs] → []`: with one output it is the logit of class 1 of two (binary
 * cross-entropy), with more there is one a class (cross-entropy). Where several classes may hold, each output is one of them, and the mean
 * is over all (binary cross-entropy).
 *
 * @param targets - The right class of each example, `[batch]`; or 1 for each class that holds and 0 for the others, `[batch, outputs]`.
 * @throws {ShapeError} if targets of several classes have another shape than the logits.
 */
export function classificationLoss(logits: Matrix, targets: TokenVector | TokenMatrix): Scalar {
  checkTensor("classificationLoss", "logits", logits, 2);
  assertClasses(targets);
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

/** @throws {TypeError | ShapeError} unless targets are classes, which `classificationLoss` is for. */
export function assertClasses(targets: unknown): asserts targets is TokenVector | TokenMatrix {
  if (targets instanceof Tensor)
    throw new TypeError(
      "classificationLoss: targets are numbers, not classes: name a loss for them, { loss: meanSquaredError } for a regression",
    );
  checkClasses("classificationLoss", targets);
}

/**
 * The mean of `(outputs − targets)²` over all elements, of one shape: `[…], […] → []`. `MSELoss` of PyTorch.
 *
 * @throws {ShapeError} if the shapes differ.
 */
export function meanSquaredError(outputs: Tensor, targets: Tensor): Scalar {
  checkTensor("meanSquaredError", "outputs", outputs);
  checkTensor("meanSquaredError", "targets", targets);
  if (`${outputs.shape}` !== `${targets.shape}`)
    throw new ShapeError(`meanSquaredError: outputs [${outputs.shape}], targets [${targets.shape}]: the shapes differ`);
  return mean(square(sub(outputs, targets)));
}

function isMatrix(targets: TokenVector | TokenMatrix): targets is TokenMatrix {
  return targets.shape.length === 2;
}
