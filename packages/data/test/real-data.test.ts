import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  buildVocabulary,
  cleanText,
  createTokeniser,
  encodeExamples,
  locateAgNews,
  locateGlove,
  locateImdb,
  locateMnist,
  locateReuters,
  locateSentences,
  publishedSentences,
  readAgNews,
  readGlove,
  readImdb,
  readMnist,
  readReuters,
  readSentences,
  sourceNamed,
  splitCorpus,
  verifySource,
} from "../src/index.ts";
import { REUTERS_FILES } from "../src/reuters.ts";
import { reutersDocuments } from "../src/reuters-sgml.ts";
import { findRealData } from "./real-data.ts";

const data = findRealData(
  "imdb/IMDB Dataset.csv",
  "ag-news/train.csv",
  "ag-news/test.csv",
  "glove/glove.6B.100d.subset.txt",
);

describe.skipIf(data === undefined)("IMDb", () => {
  test("has 50,000 reviews, half positive, 418 repeats; splits as published; every text makes tokens", async () => {
    const started = performance.now();
    const corpus = await readImdb(await locateImdb({ data: data! }));
    expect(performance.now() - started).toBeLessThan(30_000);
    expect(corpus.train.length).toBe(50_000);
    expect(corpus.train.filter(({ label }) => label === 1).length).toBe(25_000);
    expect(new Set(corpus.train.map(({ text }) => text)).size).toBe(50_000 - 418);
    expect(corpus.digest).toBe("3c682619f88b415db5f69800d7e52e85e43e00f76379c437958e5b9e1aeada20");

    const split = splitCorpus(corpus, { seed: 1 });
    expect([split.train.length, split.validation.length, split.test.length]).toEqual([28_000, 12_000, 10_000]);
    expect(split.train.filter(({ label }) => label === 1).length).toBe(14_000);
    expect(split.repeatsInTest).toBe(0);

    const tokenise = createTokeniser();
    const some = corpus.train.filter((_, i) => i % 10 === 0); // all take 15 to 30 s on two busy cores
    const tokenised = some.map(({ text }) => tokenise(text));
    expect(tokenised.every((tokens) => tokens.length > 0)).toBe(true);
    for (const [i, tokens] of tokenised.entries()) {
      expect(tokens.join("")).toBe(cleanText(some[i]!.text).replace(/[\s\u200b]+/g, ""));
    }
    const vocabulary = buildVocabulary(tokenised, { maxSize: 20_000 });
    expect(vocabulary.size).toBe(20_002);
    expect(vocabulary.words.slice(0, 6)).toEqual(["<unk>", "<pad>", "the", ",", ".", "and"]);
    expect(vocabulary.has("n't") && !vocabulary.has("br") && !vocabulary.has("<br")).toBe(true);

    const encoded = encodeExamples(some, { tokenise, vocabulary, maxLength: 400 });
    expect(encoded.labels.length).toBe(5000);
    expect(encoded.offsets.every((offset, i) => i === 0 || offset - encoded.offsets[i - 1]! <= 400)).toBe(true);

    const place = await locateGlove({ data: data! }, 100);
    const glove = await readGlove(place, vocabulary, { dimensions: 100, lowercase: true });
    expect(glove.coverage).toBeGreaterThan(0.3);
    const the = vocabulary.idOf("the") * 100;
    expect([...glove.vectors.subarray(the, the + 2)]).toEqual([Math.fround(-0.038194), Math.fround(-0.24487)]);
  });
});

describe.skipIf(data === undefined)("AG News", () => {
  test("test.csv is the published file: 7,600 rows, 1,900 a class", async () => {
    const statuses = await verifySource(sourceNamed("ag-news"), data!);
    expect(statuses.map(({ state }) => state)).toEqual([expect.stringMatching(/^(right|other)$/), "right"]);
    const corpus = await readAgNews(await locateAgNews({ data: data! }));
    for (const label of [0, 1, 2, 3])
      expect(corpus.test!.filter((example) => example.label === label).length).toBe(1900);
    expect([57_129, 120_000]).toContain(corpus.train.length); // ours is an incomplete copy

    const split = splitCorpus(corpus, { seed: 1 });
    expect(split.test).toBe(corpus.test);
    expect(split.repeatsInTest).toBeGreaterThanOrEqual(85); // of the incomplete copy, seed 1
    expect(split.validation.length).toBe(Math.round(0.3 * corpus.train.length));

    const tokenise = createTokeniser();
    const words = new Set(corpus.test!.flatMap(({ text }) => tokenise(text)));
    expect(["'s", "$", "company"].every((word) => words.has(word))).toBe(true);
    const residue = [...words].filter((word) => /^(?:#\d+|&?lt|&?gt|quot|nbsp|amp);?$|\\/.test(word));
    expect(residue).toEqual([]);
  });
});

const mnistFolder = findRealData("mnist/train-images-idx3-ubyte.gz");
test.skipIf(mnistFolder === undefined)("MNIST is 60,000 and 10,000 digits, as published", async () => {
  const { train, test: tested } = await readMnist(await locateMnist({ data: mnistFolder! }));
  expect([train.shape, tested.shape]).toEqual([
    [60_000, 28, 28],
    [10_000, 28, 28],
  ]);
  const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");
  const header = Buffer.from("000008030000ea600000001c0000001c", "hex");
  expect(md5(Buffer.concat([header, train.pixels]))).toBe("6bbc9ace898e44ae57da46a324031adb"); // of the published file, unpacked
  expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
  const counts = Array.from({ length: 10 }, (_, label) => tested.labels.filter((one) => one === label).length);
  expect(counts).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
});

/** SHA-256 of the tokens of a corpus, the same on Node 20, 22 and 24, whose Unicode tables differ. */
function digestOf(tokenised: readonly (readonly string[])[]): string {
  const hash = createHash("sha256");
  for (const tokens of tokenised) hash.update(`${JSON.stringify(tokens)}\n`);
  return hash.digest("hex");
}

const corpora = [
  {
    name: "AG News",
    files: ["ag-news/train.csv", "ag-news/test.csv"],
    read: async (folder: string) => readAgNews(await locateAgNews({ data: folder })),
    maxLength: 40,
    digests: new Map([[57_129, "9b281fbb56a145c1c611637543ff6a87520b37138ba1ad33aa357233b764dd32"]]),
  },
  {
    name: "IMDb",
    files: ["imdb/IMDB Dataset.csv"],
    read: async (folder: string) => readImdb(await locateImdb({ data: folder })),
    maxLength: 400,
    digests: new Map([[50_000, "651e6173eafebc5b43957bd64ff388a8d669f823a0a452280ea785cb693741ce"]]),
  },
] as const;

describe.each(corpora)("$name", ({ files, read, maxLength, digests }) => {
  const folder = findRealData(...files);
  test.skipIf(folder === undefined)(
    "no validation or test text made here is trained on, and every row of the vocabulary is",
    { timeout: 180_000 },
    async () => {
      const corpus = await read(folder!);
      const { train, validation, test: tested } = splitCorpus(corpus, { seed: 1 });
      const tokenise = createTokeniser();
      const texts = train.map(({ text }) => tokenise(text));

      const trained = new Set(texts.map((tokens) => tokens.join(" ").toLowerCase()));
      const others = corpus.test === undefined ? [...validation, ...tested] : validation;
      const again = others.filter(({ text }) => trained.has(tokenise(text).join(" ").toLowerCase()));
      expect(again).toEqual([]);

      const vocabulary = buildVocabulary(texts, { maxSize: 20_000, maxLength });
      expect(vocabulary.size).toBe(20_002);
      const seen = new Set(texts.flatMap((tokens) => tokens.slice(0, maxLength)));
      expect(vocabulary.words.slice(2).filter((word) => !seen.has(word))).toEqual([]);

      const digest = digests.get(corpus.train.length);
      if (digest !== undefined) expect(digestOf(texts)).toBe(digest);
    },
  );
});

const kim = findRealData("mr/rt-polarity.pos", "sst2/stsa.binary.train", "sst2/train.tsv");

describe.skipIf(kim === undefined)("Kim's sets", () => {
  test("MR has 5,331 sentences of each class", async () => {
    const { train } = await readSentences(await locateSentences("mr", { data: kim! }));
    expect([0, 1].map((label) => train.filter((example) => example.label === label).length)).toEqual([5331, 5331]);
    expect(train.length).toBe(publishedSentences("mr"));
  });

  test("SST-2 has 9,613 sentences, and 67,349 phrases to train on beside the same sentences to validate and test on", async () => {
    const { train, validation, test: tested } = await readSentences(await locateSentences("sst2", { data: kim! }));
    expect([train.length, validation?.length, tested?.length]).toEqual([6920, 872, 1821]);
    const phrases = await readSentences(await locateSentences("sst2", { data: kim! }, { phrases: true }));
    expect([phrases.train.length, phrases.validation, phrases.test]).toEqual([67_349, validation, tested]);
    expect((await verifySource(sourceNamed("sst2"), kim!)).map(({ state }) => state)).toEqual(
      new Array(4).fill("right"),
    );
  });
});

const newswire = findRealData("reuters-21578/reuters21578/reut2-021.sgm");

describe.skipIf(newswire === undefined)("Reuters-21578", () => {
  test("has 9,603 documents to train and 3,299 to test (ModApté)", async () => {
    const { path } = await locateReuters({ data: newswire! });
    const files = await Promise.all(REUTERS_FILES.map((name) => readFile(join(path, name))));
    const documents = files.flatMap((bytes, i) => [...reutersDocuments(bytes, REUTERS_FILES[i]!)]);
    const used = documents.filter(({ hasTopics }) => hasTopics);
    expect(documents.length).toBe(21_578);
    expect(["TRAIN", "TEST"].map((part) => used.filter(({ split }) => split === part).length)).toEqual([9603, 3299]);
    expect(used.filter(({ text }) => text === "").length).toBe(0);
  });

  // Yang & Liu (SIGIR 1999) have one document fewer to train in R90: 7,769.
  test.each([
    { topics: 10, train: 6490, test: 2545, most: { earn: 2877, acq: 1650, "money-fx": 538, corn: 181 } },
    { topics: 90, train: 7770, test: 3019, most: { earn: 2877, acq: 1650, "money-fx": 538, corn: 181 } },
  ] as const)("R$topics has $train documents to train and $test to test", async ({ topics, most, ...sizes }) => {
    const corpus = await readReuters(await locateReuters({ data: newswire! }), { topics });
    expect([corpus.classes.length, corpus.train.length, corpus.test!.length]).toEqual([
      topics,
      sizes.train,
      sizes.test,
    ]);
    for (const [topic, count] of Object.entries(most)) {
      const label = corpus.classes.indexOf(topic);
      expect(corpus.train.filter(({ labels }) => labels!.includes(label)).length).toBe(count);
    }
    const { train, validation, test: tested } = splitCorpus(corpus, { seed: 1 });
    expect(tested).toBe(corpus.test);
    expect(train.length + validation.length).toBe(sizes.train);
    for (let label = 0; label < topics; label++) expect(train.some(({ labels }) => labels!.includes(label))).toBe(true);
  });
});
