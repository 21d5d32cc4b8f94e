import { expect, test } from "vitest";
import { batches, encodeExamples, encodeTokens, examplesAt, planEpoch, planEvaluation } from "./batches.ts";
import { corpusOf } from "./corpus.ts";
import { examplesOfSeveral, severalLabelsOf } from "./several-labels.ts";
import { splitCorpus } from "./split.ts";
import { createTokeniser } from "./tokenise.ts";
import { Vocabulary } from "./vocabulary.ts";

const texts = [
  { text: "a", labels: [2, 0] },
  { text: "b", labels: [] },
  { text: "c", labels: [0, 0] },
  { text: "d", labels: [1, 2] },
  { text: "e", labels: [2] },
];
// 0 and 2 twice and thrice, 1 once
const examples = examplesOfSeveral(texts, 3);

test("labels are ascending, each once, and parts are divided by the rarest", () => {
  expect(examples).toEqual([
    { text: "a", label: 0, labels: [0, 2] },
    { text: "b", label: 3, labels: [] },
    { text: "c", label: 0, labels: [0] },
    { text: "d", label: 1, labels: [1, 2] },
    { text: "e", label: 2, labels: [2] },
  ]);
});

test("a batch has a row of ones and zeros for each text, in the order of its plan", () => {
  const encoded = encodeTokens([[2, 2, 2], [3], [4, 4], [5], [6]], [0, 3, 0, 1, 2], severalLabelsOf(examples, 3));
  const rows = [...batches(encoded, planEvaluation(encoded, 2))].map(({ targets }) => [
    targets.shape,
    [...targets.data],
  ]);
  expect(rows).toEqual([
    [
      [2, 3],
      [0, 0, 0, 0, 1, 1],
    ],
    [
      [2, 3],
      [0, 0, 1, 1, 0, 0],
    ],
    [
      [1, 3],
      [1, 0, 1],
    ],
  ]);
  const part = examplesAt(encoded, Int32Array.of(3, 1, 3));
  const [batch] = batches(part, planEvaluation(part, 3));
  expect([...batch!.targets.data]).toEqual([0, 1, 1, 0, 0, 0, 0, 1, 1]);
});

test("the order of an epoch does not depend on them", () => {
  const ids = Array.from({ length: 40 }, (_, i) => new Array<number>(1 + (i % 7)).fill(2));
  const labels = ids.map(() => 0);
  const several = severalLabelsOf(
    examplesOfSeveral(
      ids.map((_, i) => ({ text: "", labels: [i % 2] })),
      2,
    ),
    2,
  );
  const options = { batchSize: 4, seed: 1, epoch: 2 };
  expect(planEpoch(encodeTokens(ids, labels, several), options)).toEqual(planEpoch(encodeTokens(ids, labels), options));
});

test("examples are encoded with all their labels", () => {
  const options = { tokenise: createTokeniser(), vocabulary: new Vocabulary(["a", "b"]) };
  expect(encodeExamples(examples, { ...options, classes: 3 }).several).toEqual({
    classes: 3,
    ids: Int32Array.of(0, 2, 0, 1, 2, 2),
    offsets: Int32Array.of(0, 2, 2, 3, 5, 6),
  });
  expect(() => encodeExamples(examples, options)).toThrow(
    "encodeExamples: examples have several labels; say how many classes there are, { classes }",
  );
});

test("a class that few texts have is in every part in proportion, beside frequent ones", () => {
  const rows = Array.from({ length: 500 }, (_, i) => ({ text: `text ${i}`, labels: i % 25 === 0 ? [0, 1] : [0] }));
  const corpus = corpusOf({ name: "toy", classes: ["often", "seldom"], train: examplesOfSeveral(rows, 2) });
  const { train, validation, test: held } = splitCorpus(corpus, { seed: 1 });
  const seldom = [train, validation, held].map((part) => part.filter(({ labels }) => labels!.includes(1)).length);
  expect([train.length, validation.length, held.length]).toEqual([280, 120, 100]);
  expect(seldom).toEqual([11, 5, 4]);
});

test("a corpus has several labels for all of its texts or for none, and its digest tells", () => {
  const parts = { name: "toy", classes: ["x", "y", "z"], train: examples };
  const [first, ...others] = examples;
  const other = corpusOf({ ...parts, train: [{ ...first!, labels: [0, 1] }, ...others] });
  expect(other.digest).not.toBe(corpusOf(parts).digest);
  expect(() => corpusOf({ ...parts, test: [{ text: "f", label: 0 }] })).toThrow(
    "corpusOf: parts.test[0].labels is undefined; it is an array",
  );
  expect(() => corpusOf({ ...parts, train: [{ text: "f", label: 0 }, first!] })).toThrow(
    "corpusOf: parts.train[1] has labels, parts.train[0] one label; all have several, or none",
  );
  expect(() => corpusOf({ ...parts, train: [{ ...first!, labels: [2, 0] }] })).toThrow(
    "corpusOf: parts.train[0].labels[1] is 0 after 2; labels are ascending, each once",
  );
});

test("a label that is no class is refused by the text that has it", () => {
  expect(() => examplesOfSeveral([{ text: "a", labels: [0, 3] }], 3)).toThrow(
    "examplesOfSeveral: texts[0].labels[1] is 3; it is one of the 3 classes, an integer from 0 to 2",
  );
  const several = severalLabelsOf(examples, 3)!;
  expect(() => encodeTokens([[2]], [0], several)).toThrow(
    "encodeTokens: several has 6 ids and 6 offsets; of 1 examples offsets are 2, from 0 to 6",
  );
});
