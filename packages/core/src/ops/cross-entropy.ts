import { isRecorded, record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import { allocate, indices } from "../tensor/scope.ts";
import { ShapeError, sameShape, show } from "../tensor/shape.ts";
import { checkTensor, empty, emptyLike, type Matrix, type Scalar, Tensor, tensor } from "../tensor/tensor.ts";
import { checkTokens, type TokenVector, tokens } from "../tensor/tokens.ts";
import { div } from "./div.ts";
import { embedding } from "./embedding.ts";
import { logSoftmax } from "./log-softmax.ts";
import { mean } from "./mean.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { reshape } from "./reshape.ts";
import { softmax } from "./softmax.ts";
import { sub } from "./sub.ts";
import { sum } from "./sum.ts";

/**
 * The mean over the batch of `−ln softmax(logits[b])[targets[b]]`: `[batch, classes] → []`; of soft targets,
 * `−Σ_c targets[b,c] · ln softmax(logits[b])[c]`.
 *
 * @param targets - The right class of each row, `[batch]`; or a probability for each class, `[batch, classes]`, whose sum is not checked.
 * @throws {ShapeError} if there is not one target a row, or soft targets have another shape than the logits, or there is no row.
 * @throws {RangeError} if a target is not a class.
 */
export function crossEntropy(logits: Matrix, targets: TokenVector | Matrix): Scalar {
  checkTensor("crossEntropy", "logits", logits, 2);
  if (targets instanceof Tensor) return ofProbabilities(logits, targets);
  checkTokens("crossEntropy", "targets", targets, 1);
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

  const { kernels } = backend();
  const size = { batch, classes };
  if (kernels.crossEntropy === undefined) return composed(logits, targets);
  const classOf = targets.data.slice(); // the rule runs later, when targets may have been filled anew
  const right = indices(classOf);
  const [exponentials, sums] = [allocate(batch * classes), allocate(batch)];
  const loss = empty([]);
  kernels.crossEntropy(logits.storage, right, exponentials, sums, loss.storage, size);
  return record("crossEntropy", loss, [logits], (dloss) => [
    () => {
      if (isRecorded([dloss, logits])) return mul(div(dloss, batch), sub(softmax(logits), oneHot(classOf, classes)));
      const dlogits = emptyLike(logits);
      kernels.crossEntropyGradient!(dloss.storage, exponentials, sums, right, dlogits.storage, size);
      return dlogits;
    },
  ]);
}

function ofProbabilities(logits: Matrix, targets: Matrix): Scalar {
  const [batch, classes] = logits.shape;
  if (!sameShape(logits.shape, targets.shape))
    throw new ShapeError(`crossEntropy: soft targets are ${show(targets)}; logits are ${show(logits)}`);
  if (batch * classes === 0) throw new ShapeError(`crossEntropy: logits ${show(logits)} are empty`);
  return mul(sum(mul(targets, logSoftmax(logits))), -1 / batch);
}

/** The same in operations. */
function composed(logits: Matrix, targets: TokenVector): Scalar {
  const [batch, classes] = logits.shape;
  // Picking one logarithm a row is looking rows up in a table of one column.
  const table = reshape(logSoftmax(logits), [batch * classes, 1]);
  const chosen = tokens(
    targets.data.map((target, b) => b * classes + target),
    [batch],
  );
  return neg(mean(embedding(table, chosen)));
}

function oneHot(data: Int32Array, classes: number): Matrix {
  const values = new Float32Array(data.length * classes);
  for (const [b, target] of data.entries()) values[b * classes + target] = 1;
  return tensor(values, [data.length, classes]);
}
