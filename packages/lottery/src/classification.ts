import { checkOptions, finite, floats, integers, type Kinds, positive } from "@ltt/core/arguments";
import { classes, type Predictions, scores } from "@ltt/layers";
import type { Measures } from "./task.ts";

const PREDICTIONS: Kinds<Predictions> = { logits: floats, outputs: positive, targets: integers, loss: finite };

/**
 * Of single classes: right or wrong, and the means over classes of precision and recall.
 *
 * @throws {RangeError} if a target is no class, or examples may have several.
 */
export function classification(predictions: Predictions): Measures {
  checkOptions("classification", predictions, PREDICTIONS, ["logits", "outputs", "targets"]);
  const said = classes(predictions);
  const { targets, outputs } = predictions;
  const count = outputs === 1 ? 2 : outputs;
  const confusion = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (const [i, actual] of targets.entries()) {
    if (actual < 0 || actual >= count)
      throw new RangeError(`classification: target ${i} is ${actual}; there are classes 0–${count - 1}`);
    confusion[actual]![said[i]!]!++;
  }
  return {
    scores: Float32Array.from(targets, (actual, i) => Number(actual === said[i])),
    constant: said.every((answer) => answer === said[0]),
    others: scores(confusion).macro,
  };
}
