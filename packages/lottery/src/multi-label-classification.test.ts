import { stream } from "@ltt/core";
import { expect, test } from "vitest";
import { classification } from "./classification.ts";
import { constantF1, multiLabelClassification } from "./multi-label-classification.ts";
import { mean } from "./statistics.ts";

/** Rows of 1 and 0: what is said, and what is true. */
const predictionsOf = (said: readonly (readonly number[])[], truth: readonly (readonly number[])[]) => ({
  logits: Float32Array.from(said.flat(), (one) => one - 0.5),
  outputs: said[0]!.length,
  targets: Int32Array.from(truth.flat()),
  loss: 0,
});

// Four examples of three classes, by hand: class 0: 2 right, 1 wrong, 0 missed; class 1: 1, 0, 1; class 2: 0, 1, 0.
const said = [
  [1, 1, 0],
  [1, 0, 1],
  [1, 0, 0],
  [0, 0, 0],
];
const truth = [
  [1, 1, 0],
  [0, 1, 0],
  [1, 0, 0],
  [0, 0, 0],
];

test("micro-F1, its parts and the means over classes are those computed by hand", () => {
  const { scores, others, constant, linearised } = multiLabelClassification(predictionsOf(said, truth));
  expect(mean(Array.from(scores))).toBeCloseTo((2 * 3) / (2 * 3 + 2 + 1), 7);
  expect(others).toEqual({
    "micro precision": 3 / 5,
    "micro recall": 3 / 4,
    "macro precision": (2 / 3 + 1 + 0) / 3,
    "macro recall": (1 + 1 / 2 + 0) / 3,
    "macro f1": (4 / 5 + 2 / 3 + 0) / 3,
    "exact match": 3 / 4,
  });
  expect([constant, linearised]).toEqual([false, true]);
});

test("a score is the linearisation of the ratio: F + (2·tp − F·d) / d̄", () => {
  const { scores } = multiLabelClassification(predictionsOf(said, truth));
  const [f, d] = [2 / 3, 9 / 4];
  const expected = [f + (4 - f * 4) / d, f + (0 - f * 3) / d, f + (2 - f * 2) / d, f + (0 - 0) / d];
  for (const [i, score] of scores.entries()) expect(score).toBeCloseTo(expected[i]!, 6);
});

test("with one class a text, said and true, micro-F1 is the accuracy and each score 1 or 0", () => {
  const predictions = predictionsOf([[1, 0], [0, 1], [1, 0]], [[1, 0], [1, 0], [1, 0]]); // biome-ignore format: rows
  expect([...multiLabelClassification(predictions).scores]).toEqual([1, 0, 1]);
});

test("the same answer to all is constant, and so is none at all, which has an F1 of 0", () => {
  const same = multiLabelClassification(predictionsOf([[0, 1], [0, 1]], [[0, 1], [1, 1]])); // biome-ignore format: rows
  expect(same.constant).toBe(true);
  const none = multiLabelClassification(predictionsOf([[0, 0], [0, 0]], [[0, 1], [1, 1]])); // biome-ignore format: rows
  expect([none.constant, [...none.scores]]).toEqual([true, [0, 0]]);
  const empty = multiLabelClassification(predictionsOf([[0], [0]], [[0], [0]]));
  expect([[...empty.scores], empty.others["exact match"]]).toEqual([[0, 0], 1]);
});

test("the best constant answer has the micro-F1 of the best set of classes", () => {
  const rng = stream(3, "constant");
  for (let trial = 0; trial < 20; trial++) {
    const rows = Array.from({ length: 8 }, () => [0.7, 0.3, 0.1].map((share) => Number(rng.uniform() < share)));
    const sets = Array.from({ length: 7 }, (_, i) => [1, 2, 4].map((bit) => Number(((i + 1) & bit) > 0)));
    const best = Math.max(
      ...sets.map((set) =>
        mean(
          Array.from(
            multiLabelClassification(
              predictionsOf(
                rows.map(() => set),
                rows,
              ),
            ).scores,
          ),
        ),
      ),
    );
    expect(
      constantF1(
        [0, 1, 2].map((topic) => rows.filter((row) => row[topic] === 1).length),
        8,
      ),
    ).toBeCloseTo(best, 6);
  }
});

test("targets that are no rows of 0 and 1 are refused", () => {
  const predictions = predictionsOf(said, truth);
  expect(() => multiLabelClassification({ ...predictions, targets: Int32Array.of(0, 1, 2, 0) })).toThrow(
    "multiLabelClassification: 4 examples have 4 targets; they have one for each of 3 outputs",
  );
  expect(() =>
    multiLabelClassification({ ...predictions, targets: Int32Array.from(truth.flat(), (one) => 2 * one) }),
  ).toThrow("multiLabelClassification: targets[0] is 2; it is 0 or 1");
  expect(() => constantF1([3, 5], 4)).toThrow("constantF1: counts[1] is 5; there are 4 examples");
});

test("single classes have the mean of their F1 where it is asked for", () => {
  // class 0: said twice, once right, of one; class 1: said once, right, of two
  const predictions = { logits: Float32Array.of(-1, -1, 1), outputs: 1, targets: Int32Array.of(0, 1, 1), loss: 0 };
  expect(classification(predictions, { f1: true }).others).toEqual({ precision: 0.75, recall: 0.75, f1: 2 / 3 });
  expect(classification(predictions).others).toEqual({ precision: 0.75, recall: 0.75 });
});
