import { rmSync } from "node:fs";
import { refusedOtherwise } from "@ltt/core/testing";
import { afterAll, describe, expect, test } from "vitest";
import * as data from "../src/index.ts";
import { agNews, calls, close, folder, imdb, mnist, own, pictures, url } from "./calls.ts";

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await close();
});

/** What a person can put right is said of the data set, the file or its line. */
const OF_DATA = [
  "imdb",
  "ag-news",
  "glove",
  "mnist",
  "fashion-mnist",
  pictures,
  "cifar-10",
  "reuters",
  "2/reut2-000.sgm",
  "trec",
  ...Object.values(mnist),
  "data",
  "train",
  "test",
  "vocabulary.json",
  "toy",
  "2",
  imdb,
  `${imdb}:1`,
  agNews.train,
  agNews.test,
  own,
  `${own}:1`,
  url,
];

describe("any one thing wrong in a call is refused by name", () => {
  test.each(Object.entries(calls))("%s", async (name, makers) => {
    for (const make of makers) {
      const { call, args } = make();
      await call(...(args as never[])); // which is right
      expect(await refusedOtherwise(make, [name, ...OF_DATA])).toEqual([]);
    }
  });

  test("of every public function", () => {
    // constants, what is there to be caught, and what has no arguments
    const apart = [
      "CIFAR_10_CLASSES",
      "FASHION_MNIST_CLASSES",
      "PADDING",
      "SENTENCE_SETS",
      "UNKNOWN",
      "REUTERS_TOPICS",
      "sources",
      "DataError",
    ];
    // what createTokeniser and readOwnTexts give
    const made = Object.keys(calls).filter((name) => !["tokeniser", "OwnTexts"].includes(name));
    expect([...made, ...apart].sort()).toEqual(Object.keys(data).sort());
  });
});

const untyped = (value: unknown) => value as never;
const vocabulary = new data.Vocabulary(["good", "bad"]);
const tokenise = data.createTokeniser();
const encoded = data.encodeTokens([[2, 3], [3], [2]], [0, 1, 1]);
const example = { text: "good", label: 0 };
const corpus = (parts: object) => untyped({ name: "toy", classes: ["a", "b"], train: [example], ...parts });

test.each<[() => unknown, string]>([
  [
    () => data.encodeExamples(untyped([example, { text: null, label: 0 }]), { tokenise, vocabulary }),
    "encodeExamples: examples[1].text is null; it is a string",
  ],
  [
    () => data.encodeExamples(untyped([{ text: "good", label: "1" }]), { tokenise, vocabulary }),
    'encodeExamples: examples[0].label is "1" (string); it is an integer from 0 to 2²⁴ − 1',
  ],
  [
    () => data.encodeExamples([example], untyped({ tokenise, vocabulary, max_length: 3 })),
    'encodeExamples: unknown option "max_length"; did you mean "maxLength"?',
  ],
  [
    () => data.encodeExamples([example], untyped({ tokenise, vocabulary: ["good"] })),
    "encodeExamples: vocabulary is an array of 1; it is a Vocabulary: buildVocabulary(texts) makes one",
  ],
  [
    () => data.encodeExamples([example], untyped({ tokenise: async () => ["a"], vocabulary })),
    "encodeExamples: tokenise(examples[0].text) is a Promise; it is an array",
  ],
  [
    () => data.encodeTokens([[2, 3], untyped([4, "5"])], [0, 1]),
    'encodeTokens: texts[1][1] is "5" (string); it is an integer from 0 to 2³¹ − 1',
  ],
  [() => data.encodeTokens([[2, -1]], [0]), "encodeTokens: texts[0][1] is -1; it is an integer from 0 to 2³¹ − 1"],
  [() => data.encodeTokens([[2]], [1.5]), "encodeTokens: labels[0] is 1.5; it is an integer from 0 to 2²⁴ − 1"],
  [() => data.encodeTokens(untyped(["23"]), [0]), 'encodeTokens: texts[0] is "23" (string); it is an array of ids'],
  [() => data.buildVocabulary(untyped([["a"], "b c"])), 'buildVocabulary: texts[1] is "b c" (string); it is an array'],
  [() => data.buildVocabulary(untyped("a b")), 'buildVocabulary: texts is "a b" (string); it is an array of tokenised'],
  [
    () => data.buildVocabulary([], untyped({ min_freq: 2 })),
    'buildVocabulary: unknown option "min_freq"; did you mean "minFrequency"?',
  ],
  [
    () => data.vocabularyOf(untyped(new Map([["a", "1"]]))),
    'vocabularyOf: counts.get("a") is "1" (string); it is an integer from 1',
  ],
  [() => vocabulary.idOf(untyped(3)), "Vocabulary: word is 3; it is a string"],
  [
    () => data.splitCorpus(corpus({ train: [example, { text: "b", label: 2 }] }), { seed: 1 }),
    "splitCorpus: corpus.train[1].label is 2; it is one of the 2 classes, an integer from 0 to 1",
  ],
  [
    () => data.splitCorpus(corpus({ test: "test.csv" }), { seed: 1 }),
    'splitCorpus: corpus.test is "test.csv" (string); it is an array',
  ],
  [() => data.splitCorpus(corpus({}), untyped({})), "splitCorpus: seed is undefined; it is an integer from 0"],
  [
    () => data.splitCorpus(corpus({}), untyped({ seed: 1, test_fraction: 0.1 })),
    'splitCorpus: unknown option "test_fraction"; did you mean "testFraction"?',
  ],
  [
    () => data.subset("train", [{ text: "a", label: 2 ** 40 }], 1, untyped(1)),
    "subset: examples[0].label is 1099511627776; it is an integer from 0 to 2²⁴ − 1",
  ],
  [() => data.subset("train", [example], 1, untyped(1)), "subset: rng is 1; it is an Rng: stream(seed"],
  [
    () => data.planEpoch(encoded, untyped({ batch_size: 2, seed: 1, epoch: 1 })),
    'planEpoch: unknown option "batch_size"; did you mean "batchSize"?',
  ],
  [
    () => data.planEpoch(encoded, untyped({ batchSize: 2, seed: 1, epoch: 1, by: "length" })),
    'planEpoch: by is "length" (string); it is "bucketed" or "shuffled"',
  ],
  [
    () => data.batchAt(data.encodeTokens([[2]], [0]), data.planEvaluation(encoded, 3), 0),
    "batchAt: the plan has example 1; encoded has 1",
  ],
  [() => data.examplesAt(encoded, Int32Array.of(0, 3)), "examplesAt: places[1] is 3; encoded has 3 examples"],
  [
    () => data.splitCorpus(corpus({}), { seed: 1, keys: new Map() }),
    "splitCorpus: keys.get(corpus.train[0]) is undefined; it is a string",
  ],
  [
    () => data.planEpoch(encoded, { batchSize: 2, seed: 1, epoch: -1 }),
    "planEpoch: epoch is -1; it is an integer from 1",
  ],
  [
    () => data.batches({ ...encoded, labels: Int32Array.of(1) }, data.planEvaluation(encoded, 3)),
    "batches: encoded has 1 labels and 4 ids; its offsets are 2, from 0 to 4",
  ],
  [
    () => data.batchCount({ order: Int32Array.of(0), starts: Int32Array.of(0, 2) }),
    "batchCount: plan.starts ends at 2; it is where batches start and the last ends, of 1 examples",
  ],
  [() => data.tokenise(untyped(["a"])), "tokenise: text is an array of 1; it is a string"],
  [
    () => data.createTokeniser(untyped({ lowerCase: true })),
    'createTokeniser: unknown option "lowerCase"; did you mean "lowercase"?',
  ],
  [() => tokenise(untyped(undefined)), "tokeniser: text is undefined; it is a string"],
])("message %#", (wrong, message) => {
  expect(wrong).toThrow(message);
});

test.each<[() => Promise<unknown>, string]>([
  [() => data.locateImdb({ data: "" }), 'locateImdb: data is "" (string); it is a path'],
  [() => data.locateImdb(untyped("imdb")), 'locateImdb: options is "imdb" (string); it is an object of data, cache'],
  [() => data.locateGlove({}, untyped("100")), 'locateGlove: dimensions is "100" (string); it is an integer'],
  [() => data.readImdb(untyped(imdb)), `readImdb: place is "${imdb.slice(0, 40)}…" (string); it is an object`],
  [
    () => data.readImdb(untyped({ form: "tar", path: imdb })),
    'readImdb: place.form is "tar" (string); it is "csv" or "folder" or "archive"',
  ],
  [
    () => data.readGlove({ form: "text", path: imdb }, vocabulary, untyped({ dim: 100 })),
    'readGlove: unknown option "dim"; did you mean "dimensions"?',
  ],
  [() => data.readCsv(untyped(undefined)).next(), "readCsv: path is undefined; it is a path"],
  [
    () => data.download(untyped({ url: "file:///a", checksum: {} }), "a"),
    'download: remote.url is "file:///a" (string); it is an http or https URL',
  ],
  [
    () => data.download({ url, checksum: { algorithm: "md5", hex: "ABC" } }, "a"),
    'download: remote.checksum.hex is "ABC" (string); it is a string of 32 small hexadecimal digits',
  ],
  [
    () => data.getSource(data.sourceNamed("imdb"), folder, untyped({ retry: 1 })),
    'getSource: unknown option "retry"; did you mean "retries"?',
  ],
])("message of what waits %#", async (wrong, message) => {
  await expect(wrong()).rejects.toThrow(message);
});
