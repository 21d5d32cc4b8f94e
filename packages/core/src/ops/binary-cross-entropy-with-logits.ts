import { noGrad, record } from "../autograd/record.ts";
import { backend } from "../backends/backend.ts";
import { ShapeError, show } from "../tensor/shape.ts";
import { checkTensor, emptyLike, type Scalar, Tensor, tensor, type Vector } from "../tensor/tensor.ts";
import { checkTokens, type TokenVector } from "../tensor/tokens.ts";
import { abs } from "./abs.ts";
import { add } from "./add.ts";
import { exp } from "./exp.ts";
import { mean } from "./mean.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { relu } from "./relu.ts";
import { sigmoid } from "./sigmoid.ts";
import { sub } from "./sub.ts";

/**
 * The mean over the batch of `−t·ln σ(x) − (1 − t)·ln(1 − σ(x))`, computed as `max(x, 0) − x·t + ln(1 + e^−|x|)`, which
 * never overflows: `[batch] → []`.
 *
 * @param logits - One a text, `[batch]`.
 * @param targets - 0 or 1 for each, `[batch]`; or probabilities, a tensor `[batch]`, whose range is not checked.
 * @throws {ShapeError} if there is not one target a logit, or none at all.
 * @throws {RangeError} if a class is neither 0 nor 1.
 */
export function binaryCrossEntropyWithLogits(logits: Vector, targets: TokenVector | Vector): Scalar {
  checkTensor("binaryCrossEntropyWithLogits", "logits", logits, 1);
  if (targets instanceof Tensor) return ofProbabilities(logits, targets);
  checkTokens("binaryCrossEntropyWithLogits", "targets", targets, 1);
  checkCount(logits, targets);
  const n = logits.size;
  const wrong = targets.data.findIndex((target) => target !== 0 && target !== 1);
  if (wrong >= 0)
    throw new RangeError(`binaryCrossEntropyWithLogits: target ${wrong} is ${targets.data[wrong]}, neither 0 nor 1`);

  const t = tensor(targets.data, [n]);
  const sign = tensor(
    targets.data.map((target) => 1 - 2 * target),
    [n],
  );
  const y = noGrad(() => meanLoss(logits, t));
  // By hand, because the pieces above have kinks at 0 where their sum is smooth: dx = (σ(x) − t) / n, which for t = 1
  // is −σ(−x) / n, with all digits.
  return record("binaryCrossEntropyWithLogits", y, [logits], (dy) => [
    () => mul(dy, mul(mul(sign, sigmoid(mul(sign, logits))), 1 / n)),
  ]);
}

function ofProbabilities(logits: Vector, targets: Vector): Scalar {
  checkTensor("binaryCrossEntropyWithLogits", "targets", targets, 1);
  checkCount(logits, targets);
  const n = logits.size;
  const y = noGrad(() => meanLoss(logits, targets));
  return record("binaryCrossEntropyWithLogits", y, [logits, targets], (dy) => [
    () => mul(dy, mul(sub(sigmoid(logits), targets), 1 / n)),
    () => mul(dy, mul(logits, -1 / n)),
  ]);
}

function checkCount(logits: Vector, { size }: TokenVector | Vector): void {
  const n = logits.size;
  if (size === n && n > 0) return;
  throw new ShapeError(
    `binaryCrossEntropyWithLogits: logits ${show(logits)} want ${n === 0 ? "at least one" : n} targets; ${size} came`,
  );
}

function meanLoss(logits: Vector, targets: Vector): Scalar {
  const softplus = log1p(exp(neg(abs(logits))));
  return mean(add(sub(relu(logits), mul(logits, targets)), softplus));
}

/** `ln(1 + x)`: at a logit of −20 the 1 would swallow all digits of e⁻²⁰. Not recorded. */
function log1p(x: Vector): Vector {
  const y = emptyLike(x);
  backend().kernels.log1p(x.storage, y.storage);
  return y;
}
