import { checkOptions, finite, flag, floats, integers, type Kinds, positive } from "@ltt/core/arguments";
import { classes, type Predictions } from "@ltt/layers";
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
  // Counts a class, not pairs of classes: of 10,000 classes these would be 800 MB.
  const [right, actual, claimed] = Array.from({ length: 3 }, () => new Array<number>(count).fill(0));
  for (const [i, target] of targets.entries()) {
    if (target < 0 || target >= count)
      throw new RangeError(`classification: target ${i} is ${target}; there are classes 0–${count - 1}`);
    actual![target]!++;
    claimed![said[i]!]!++;
    if (target === said[i]) right![target]!++;
  }
  const precision = right!.map((n, i) => ratio(n, claimed![i]!));
  const recall = right!.map((n, i) => ratio(n, actual![i]!));
  const macro = { precision: mean(precision), recall: mean(recall) };
  const harmonic = precision.map((p, i) => ratio(2 * p * recall[i]!, p + recall[i]!));
  return {
    scores: Float32Array.from(targets, (actual, i) => Number(actual === said[i])),
    constant: said.every((answer) => answer === said[0]),
    others: f1 ? { ...macro, f1: mean(harmonic) } : macro,
  };
}

/** 0 where nothing stands below the line. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
