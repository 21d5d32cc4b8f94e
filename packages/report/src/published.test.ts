import { expect, test } from "vitest";
import { publishedCurves } from "./published.ts";

const file = "curves.json";
const text = JSON.stringify({
  source: "a paper",
  sparsityPercent: [0, 20],
  pairs: {
    "imdb-cnn": {
      "winning-ticket": { testAccuracyPercent: [87, 86.5], validationLoss: [0.4, 0.5] },
      "rewind-epoch-1": { testAccuracyPercent: [88, 87] },
    },
  },
});
const read = (pair: string, of = text) =>
  publishedCurves(of, { pair, arms: new Map([["rewind-epoch-1", "late-rewinding"]]), file });

test("published percentages become fractions, under the names that arms have here", () => {
  expect(read("imdb-cnn")).toEqual({
    source: "a paper",
    curves: [
      {
        arm: "winning-ticket",
        label: "published: winning-ticket",
        points: [
          { sparsity: 0, testAccuracy: 0.87 },
          { sparsity: 0.2, testAccuracy: 0.865 },
        ],
      },
      {
        arm: "late-rewinding",
        label: "published: rewind-epoch-1",
        points: [
          { sparsity: 0, testAccuracy: 0.88 },
          { sparsity: 0.2, testAccuracy: 0.87 },
        ],
      },
    ],
  });
});

test("a pair of which nothing is published has no curves", () => {
  expect(read("spam-cnn").curves).toEqual([]);
});

test("what is not of this form is an error that says where", () => {
  expect(() => read("imdb-cnn", "{")).toThrow("curves.json: not JSON: ");
  expect(() => read("imdb-cnn", "[]")).toThrow("curves.json: the whole: ");
  expect(() => read("imdb-cnn", text.replace("86.5", "865"))).toThrow(
    "curves.json: pairs.imdb-cnn.winning-ticket.testAccuracyPercent.1: ",
  );
  expect(() => read("imdb-cnn", text.replace("87,86.5", "87"))).toThrow(
    "curves.json: imdb-cnn, winning-ticket has 1 accuracies for 2 sparsities",
  );
});
