import { type Matrix, noGrad, type Scalar, scope, type TokenVector } from "@ltt/core";
import { callable, check, checkOptions, checkTensor, count, describe, list } from "@ltt/core/arguments";
import { blameRead, DivergenceError } from "./divergence.ts";
import { classificationLoss } from "./losses.ts";
import { type TextClassifier, textClassifier } from "./text-classifier.ts";
import { type Batch, checkBatch } from "./training.ts";

/** How a class fared. Fractions in [0, 1]; 0 where nothing stands below the line, as scikit-learn's `zero_division=0`. */
export interface ClassScore {
  /** Of the texts said to be of this class, those that are. */
  readonly precision: number;
  /** Of the texts of this class, those said to be. */
  readonly recall: number;
  /** Texts of this class. */
  readonly texts: number;
}

export interface Evaluation {
  readonly texts: number;
  /** The mean over texts, not over batches. */
  readonly loss: number;
  /** The fraction of texts whose class is right, in [0, 1]. */
  readonly accuracy: number;
  readonly classes: readonly ClassScore[];
  /** Means over classes. */
  readonly macro: { readonly precision: number; readonly recall: number };
  /** `confusion[actual][predicted]` texts. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * What a model gets right. Without dropout, and nothing is recorded.
 *
 * The predicted class is that of the largest logit, the first of equals; with one output it is 1 where the logit is above 0.
 *
 * @param options.loss - Default `classificationLoss`.
 * @throws {TypeError} if there is no model, or a batch is none.
 * @throws {RangeError} if there are no texts, or a target is no class.
 * @throws {DivergenceError} if a loss is not finite: it names the batch, and the weights that are not finite or, if all are, the largest.
 */
export async function evaluate(
  model: TextClassifier,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: { loss?: (logits: Matrix, targets: TokenVector) => Scalar } = {},
): Promise<Evaluation> {
  check("evaluate", "model", model, textClassifier);
  const { loss: lossOf = classificationLoss } = checkOptions("evaluate", options, { loss: callable });
  if (
    typeof batches !== "object" ||
    batches === null ||
    !(Symbol.iterator in batches || Symbol.asyncIterator in batches)
  )
    throw new TypeError(`evaluate: batches is ${describe(batches)}; it is an array of batches, or iterable`);
  let [texts, totalLoss] = [0, 0];
  let confusion: number[][] | undefined;
  let index = 0;
  for await (const batch of batches) {
    checkBatch(`evaluate: batch ${index}`, batch);
    const { tokens, lengths, targets } = batch;
    const { outputs, reading } = scope(() =>
      noGrad(() => {
        const logits = model.forward(tokens, { lengths });
        checkTensor("evaluate", "what the model gave", logits, 2);
        const loss = lossOf(logits, targets);
        checkTensor("evaluate", "what loss gave", loss);
        return { outputs: logits.shape[1], reading: Promise.all([loss.item(), logits.read()]) };
      }),
    );
    const [loss, logits] = await reading;
    if (!Number.isFinite(loss)) {
      const where = await blameRead(model);
      throw new DivergenceError(
        `evaluate: batch ${index}: the loss is ${loss}${where === undefined ? "" : `: ${where}`}; ` +
          "train with a smaller learning rate, or with clipNorm",
      );
    }

    const classes = outputs === 1 ? 2 : outputs;
    confusion ??= Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
    for (const [text, actual] of targets.data.entries()) {
      if (actual < 0 || actual >= classes) {
        const which = `evaluate: batch ${index}: target ${text} is ${actual}`;
        throw new RangeError(`${which}; the model has classes 0–${classes - 1}`);
      }
      confusion[actual]![predicted(logits.subarray(text * outputs, (text + 1) * outputs))]!++;
    }
    texts += targets.size;
    totalLoss += loss * targets.size;
    index++;
  }
  if (confusion === undefined) throw new RangeError("evaluate: there are no texts");
  return { texts, loss: totalLoss / texts, ...scores(confusion) };
}

/** Accuracy, precision and recall from counts `confusion[actual][predicted]`. */
export function scores(confusion: readonly (readonly number[])[]): Omit<Evaluation, "texts" | "loss"> {
  check("scores", "confusion", confusion, list);
  for (const [i, row] of confusion.entries()) {
    check("scores", `confusion[${i}]`, row, list);
    if (row.length !== confusion.length)
      throw new RangeError(`scores: confusion[${i}] has ${row.length} classes, confusion ${confusion.length}`);
    for (const [j, texts] of row.entries()) check("scores", `confusion[${i}][${j}]`, texts, count);
  }
  const right = confusion.map((row, i) => row[i]!);
  const actual = confusion.map((row) => sum(row));
  const said = confusion.map((_, i) => sum(confusion.map((row) => row[i]!)));
  const classes = right.map((count, i) => ({
    precision: ratio(count, said[i]!),
    recall: ratio(count, actual[i]!),
    texts: actual[i]!,
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

function predicted(logits: Float32Array): number {
  return logits.length === 1 ? Number(logits[0]! > 0) : logits.indexOf(Math.max(...logits));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
