import {
  check,
  checkOptions,
  finite,
  floats,
  integers,
  type Kinds,
  list,
  count as natural,
  positive,
} from "@ltt/core/arguments";
import type { Predictions } from "@ltt/layers";
import type { Measures } from "./task.ts";

const PREDICTIONS: Kinds<Predictions> = { logits: floats, outputs: positive, targets: integers, loss: finite };

/** Counts of a class, or of all together: said and true, said and not true, true and not said. */
interface Counts {
  readonly right: number;
  readonly wrong: number;
  readonly missed: number;
}

/**
 * Of examples that may have several classes: a class is said where its logit is above 0, its probability above ½.
 *
 * The measure is **micro-F1**, `F = 2·TP / (2·TP + FP + FN)` over all examples and classes together. It is no mean over
 * examples but a ratio of two, so the score of example i is its linearisation, `sᵢ = F + (2·tpᵢ − F·dᵢ) / d̄`, where
 * `tpᵢ` is how many of its classes are said, `dᵢ` how many it has plus how many are said, and `d̄` the mean of these.
 * The mean of the scores is F, and the variance of their paired differences that of the difference of two networks' F
 * by the delta method (`multi-label-classification.test.ts` simulates its interval).
 *
 * Others: `micro precision`, `micro recall`; `macro precision`, `macro recall`, `macro f1`: means over classes, 0 where
 * nothing stands below the line; `exact match`: the share of examples with the right classes and no other.
 *
 * @throws {RangeError} if targets are not 0 or 1 for each output of each example.
 * @see Särndal, Swensson & Wretman, “Model Assisted Survey Sampling”, 1992, §5.5, on the linearisation of ratios.
 */
export function multiLabelClassification(predictions: Predictions): Measures {
  checkOptions("multiLabelClassification", predictions, PREDICTIONS, ["logits", "outputs", "targets"]);
  const { logits, outputs, targets } = predictions;
  checkTargets("multiLabelClassification", targets, outputs, logits.length / outputs);
  const examples = logits.length / outputs;
  const classes = Array.from({ length: outputs }, () => ({ right: 0, wrong: 0, missed: 0 }));
  const right = new Int32Array(examples);
  const named = new Int32Array(examples);
  let [exact, constant] = [0, true];
  for (let i = 0; i < examples; i++) {
    let isExact = true;
    for (let c = 0; c < outputs; c++) {
      const said = logits[i * outputs + c]! > 0;
      const isTrue = targets[i * outputs + c] === 1;
      right[i]! += Number(said && isTrue);
      named[i]! += Number(said) + Number(isTrue);
      classes[c]!.right += Number(said && isTrue);
      classes[c]!.wrong += Number(said && !isTrue);
      classes[c]!.missed += Number(isTrue && !said);
      isExact &&= said === isTrue;
      constant &&= said === logits[c]! > 0;
    }
    exact += Number(isExact);
  }
  const all: Counts = {
    right: sum(classes.map((count) => count.right)),
    wrong: sum(classes.map((count) => count.wrong)),
    missed: sum(classes.map((count) => count.missed)),
  };
  const macro = (of: (counts: Counts) => number) => sum(classes.map(of)) / outputs;
  return {
    scores: linearised(right, named, f1(all)),
    linearised: true,
    constant,
    others: {
      "micro precision": precision(all),
      "micro recall": recall(all),
      "macro precision": macro(precision),
      "macro recall": macro(recall),
      "macro f1": macro(f1),
      "exact match": exact / examples,
    },
  };
}

/**
 * The micro-F1 of the best constant answer to examples that may have several classes, in `[0,1]`: the k most frequent
 * classes, for the best k. With `nⱼ` examples of the j-th most frequent class, N in all,
 * `F = 2·Σ_{j≤k} nⱼ / (k·N + Σⱼ nⱼ)`.
 *
 * @param counts - How many examples have each class.
 * @param examples - How many there are, N.
 * @throws {RangeError} if a class has more examples than there are.
 */
export function constantF1(counts: readonly number[], examples: number): number {
  check("constantF1", "examples", examples, positive);
  check("constantF1", "counts", counts, list);
  for (const [i, count] of counts.entries()) {
    check("constantF1", `counts[${i}]`, count, natural);
    if (count > examples) throw new RangeError(`constantF1: counts[${i}] is ${count}; there are ${examples} examples`);
  }
  const all = sum(counts);
  let [best, covered] = [0, 0];
  for (const [j, count] of counts.toSorted((a, b) => b - a).entries()) {
    covered += count;
    best = Math.max(best, ratio(2 * covered, (j + 1) * examples + all));
  }
  return best;
}

function linearised(right: Int32Array, named: Int32Array, measure: number): Float32Array {
  const mean = sum(Array.from(named)) / named.length;
  return Float32Array.from(right, (count, i) => measure + ratio(2 * count - measure * named[i]!, mean));
}

function precision({ right, wrong }: Counts): number {
  return ratio(right, right + wrong);
}

function recall({ right, missed }: Counts): number {
  return ratio(right, right + missed);
}

function f1({ right, wrong, missed }: Counts): number {
  return ratio(2 * right, 2 * right + wrong + missed);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function checkTargets(where: string, targets: Int32Array, outputs: number, examples: number): void {
  if (targets.length !== examples * outputs || !Number.isInteger(examples) || examples === 0)
    throw new RangeError(
      `${where}: ${examples} examples have ${targets.length} targets; they have one for each of ${outputs} outputs`,
    );
  const at = targets.findIndex((target) => target !== 0 && target !== 1);
  if (at !== -1) throw new RangeError(`${where}: targets[${at}] is ${targets[at]}; it is 0 or 1`);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
