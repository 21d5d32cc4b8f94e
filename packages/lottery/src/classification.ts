import { classes, type Predictions, scores } from "@ltt/layers";
import type { Measures } from "./task.ts";

/** Of single classes: right or wrong, and the means over classes of precision and recall. */
export function classification(predictions: Predictions): Measures {
  const said = classes(predictions);
  const { targets, outputs } = predictions;
  const count = outputs === 1 ? 2 : outputs;
  const confusion = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (const [i, actual] of targets.entries()) confusion[actual]![said[i]!]!++;
  return {
    scores: Float32Array.from(targets, (actual, i) => Number(actual === said[i])),
    constant: said.every((answer) => answer === said[0]),
    others: scores(confusion).macro,
  };
}
