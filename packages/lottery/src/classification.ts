import { checkOptions, finite, flag, floats, integers, type Kinds, positive } from "@ltt/core/arguments";
import { classes, type Predictions, scores } from "@ltt/layers";
import { mean } from "./statistics.ts";
import type { Measures } from "./task.ts";

const PREDICTIONS: Kinds<Predictions> = { logits: floats, outputs: positive, targets: integers, loss: finite };

interface ClassificationOptions {
  /** Also the mean over classes of F1, `2·precision·recall / (precision + recall)`. Default: not. */
  readonly f1?: boolean | undefined;
}

/**
 * Of single classes: right or wrong, and the means over classes of precision and recall; 0 where nothing stands below the line.
 *
 * @throws {RangeError} if a target is no class, or examples may have several.
 */
export function classification(predictions: Predictions, options: ClassificationOptions = {}): Measures {
  const { f1 = false } = checkOptions("classification", options, { f1: flag });
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
  const { macro, classes: each } = scores(confusion);
  const harmonic = each.map(({ precision: p, recall: r }) => (p + r === 0 ? 0 : (2 * p * r) / (p + r)));
  return {
    scores: Float32Array.from(targets, (actual, i) => Number(actual === said[i])),
    constant: said.every((answer) => answer === said[0]),
    others: f1 ? { ...macro, f1: mean(harmonic) } : macro,
  };
}
