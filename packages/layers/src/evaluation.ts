import { check, count, list } from "@ltt/core/arguments";
import type { Batch } from "./batch.ts";
import type { Loss } from "./losses.ts";
import type { Model } from "./model.ts";
import { classes, predictFor } from "./predictions.ts";

/** How a class fared. Fractions in [0, 1]; 0 where nothing stands below the line, as scikit-learn's `zero_division=0`. */
export interface ClassScore {
  /** Of the examples said to be of this class, those that are. */
  readonly precision: number;
  /** Of the examples of this class, those said to be. */
  readonly recall: number;
  /** Examples of this class. */
  readonly examples: number;
}

export interface Evaluation {
  readonly examples: number;
  /** The mean over examples, not over batches. */
  readonly loss: number;
  /** The fraction of examples whose class is right, in [0, 1]. */
  readonly accuracy: number;
  readonly classes: readonly ClassScore[];
  /** Means over classes. */
  readonly macro: { readonly precision: number; readonly recall: number };
  /** `confusion[actual][predicted]` examples. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * What a model gets right. Without dropout, and nothing is recorded.
 *
 * The predicted class is that of the largest logit, the first of equals; with one output it is 1 where the logit is above 0.
 *
 * @param options.loss - Default `classificationLoss`.
 * @throws {TypeError} if there is no model, or a batch is none.
 * @throws {RangeError} if there are no examples, a target is no class, or examples have several classes: see `predict`.
 * @throws {DivergenceError} if a loss is not finite: it names the batch, and what of it is not finite, or else the weights that are not
 *   or, if all are, the largest.
 */
export async function evaluate<Input>(
  model: Model<Input>,
  batches: Iterable<Batch<Input>> | AsyncIterable<Batch<Input>>,
  options: { loss?: Loss } = {},
): Promise<Evaluation> {
  const predictions = await predictFor("evaluate", model, batches, options);
  const { targets, loss, outputs } = predictions;
  const said = classes(predictions);
  const count = outputs === 1 ? 2 : outputs;
  const confusion = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (const [example, actual] of targets.entries()) {
    if (actual < 0 || actual >= count)
      throw new RangeError(`evaluate: target ${example} is ${actual}; the model has classes 0–${count - 1}`);
    confusion[actual]![said[example]!]!++;
  }
  return { examples: said.length, loss, ...scores(confusion) };
}

/** Accuracy, precision and recall from counts `confusion[actual][predicted]`. */
export function scores(confusion: readonly (readonly number[])[]): Omit<Evaluation, "examples" | "loss"> {
  check("scores", "confusion", confusion, list);
  for (const [i, row] of confusion.entries()) {
    check("scores", `confusion[${i}]`, row, list);
    if (row.length !== confusion.length)
      throw new RangeError(`scores: confusion[${i}] has ${row.length} classes, confusion ${confusion.length}`);
    for (const [j, examples] of row.entries()) check("scores", `confusion[${i}][${j}]`, examples, count);
  }
  const right = confusion.map((row, i) => row[i]!);
  const actual = confusion.map((row) => sum(row));
  const said = confusion.map((_, i) => sum(confusion.map((row) => row[i]!)));
  const classes = right.map((count, i) => ({
    precision: ratio(count, said[i]!),
    recall: ratio(count, actual[i]!),
    examples: actual[i]!,
  }));
  const mean = (values: readonly number[]) => ratio(sum(values), values.length);
  return {
    accuracy: ratio(sum(right), sum(actual)),
    classes,
    macro: {
      precision: mean(classes.map(({ precision }) => precision)),
      recall: mean(classes.map(({ recall }) => recall)),
    },
    confusion,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
