import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stream } from "@ltt/core";
import { type Call, callOf as call } from "@ltt/core/testing";
import { encode } from "fast-png";
import * as data from "../src/index.ts";
import { serve, startTestServer } from "./test-server.ts";

/** Files that are read, in the places where they are looked for. */
export const folder: string = mkdtempSync(join(tmpdir(), "ltt-arguments-"));
const file = (path: string, content: string): string => {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), content);
  return join(folder, path);
};

export const imdb: string = file("imdb/IMDB Dataset.csv", "review,sentiment\ngood,positive\nbad,negative\n");
export const agNews: { train: string; test: string } = {
  train: file("ag-news/train.csv", '"1","A","b"\n'),
  test: file("ag-news/test.csv", '"2","C","d"\n'),
};
export const own: string = file(
  "own.csv",
  `review,label\n${Array.from({ length: 20 }, (_, i) => `text ${i},${i % 2}\n`).join("")}`,
);
const glove = file("glove/glove.6B.2d.txt", "good 1 2\n");

const trec: data.SentencePlace = {
  set: "trec",
  phrases: false,
  train: [{ path: file("trec/train_5500.label", "NUM:date When ?\n"), form: "trec" }],
  test: { path: file("trec/TREC_10.label", "HUM:ind Who ?\n"), form: "trec" },
};

const sgml = (split: string) =>
  `<REUTERS TOPICS="YES" LEWISSPLIT="${split}"><TOPICS><D>grain</D></TOPICS><TEXT><TITLE>good</TITLE></TEXT></REUTERS>`;
const reuters: data.ReutersPlace = { form: "folder", path: join(folder, "reuters") };
for (let i = 0; i < 22; i++) file(`reuters/reut2-${String(i).padStart(3, "0")}.sgm`, sgml("TRAIN") + sgml("TEST"));

const idx = (path: string, header: readonly number[], elements: readonly number[]): string => {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  const sizes = Buffer.from(header.flatMap((size) => [0, 0, 0, size]));
  writeFileSync(join(folder, path), Buffer.from([0, 0, 8, header.length, ...sizes, ...elements]));
  return join(folder, path);
};
/** Three images of each of two classes. */
export const pictures: string = join(folder, "pictures");
for (const [of, shade] of [
  ["dark", 10],
  ["light", 200],
] as const) {
  mkdirSync(join(pictures, of), { recursive: true });
  for (const i of [0, 1, 2]) {
    const png = encode({ width: 2, height: 1, channels: 1, data: Uint8Array.of(shade, i) });
    writeFileSync(join(pictures, of, `${i}.png`), png);
  }
}
const clothes: data.MnistPlace = {
  trainImages: idx("fashion-mnist/train-images-idx3-ubyte", [2, 1, 2], [0, 255, 51, 0]),
  trainLabels: idx("fashion-mnist/train-labels-idx1-ubyte", [2], [3, 9]),
  testImages: idx("fashion-mnist/t10k-images-idx3-ubyte", [1, 1, 2], [0, 255]),
  testLabels: idx("fashion-mnist/t10k-labels-idx1-ubyte", [1], [3]),
};
export const mnist: data.MnistPlace = {
  trainImages: idx("mnist/train-images-idx3-ubyte", [2, 1, 2], [0, 255, 51, 0]),
  trainLabels: idx("mnist/train-labels-idx1-ubyte", [2], [3, 9]),
  testImages: idx("mnist/t10k-images-idx3-ubyte", [1, 1, 2], [0, 255]),
  testLabels: idx("mnist/t10k-labels-idx1-ubyte", [1], [3]),
};
const cifar = join(folder, "cifar-10-batches-bin");
for (const name of ["data_batch_1.bin", "test_batch.bin"]) {
  mkdirSync(cifar, { recursive: true });
  writeFileSync(join(cifar, name), new Uint8Array(3073));
}
const images = (): data.LabelledImages => ({
  pixels: Uint8Array.of(0, 255, 51, 0),
  shape: [2, 1, 2],
  labels: Int32Array.of(3, 9),
});

const content = Buffer.from("what is fetched");
const server = await startTestServer();
server.answers = [serve(content)];
export const close = (): Promise<void> => server.close();
export const url: string = `${server.url}/file`;
const checksum = { algorithm: "sha256", hex: createHash("sha256").update(content).digest("hex") };
const clock: data.Clock = { now: () => 0, sleep: async () => {} };
const options = () => ({
  onProgress: () => {},
  stallTimeout: 5000,
  retries: 1,
  backoff: 1,
  redirects: 1,
  clock,
  signal: new AbortController().signal,
});
const remote = { url, member: undefined, checksum };
const source = () => ({
  name: "toy",
  title: "Toy",
  terms: "none",
  files: [{ path: file("toy.txt", content.toString()).slice(folder.length + 1), bytes: content.length, url, checksum }],
  otherForms: ["toy.csv"],
});
let fetched = 0;
/** Somewhere new, rather than in the folder of whoever runs the tests. */
const elsewhere = (path: string) => (path === "2" ? join(folder, `fetched-${fetched++}`) : path);

const examples = () => [
  { text: "good it is", label: 1 },
  { text: "bad", label: 0 },
];
const many = () => Array.from({ length: 20 }, (_, i) => ({ text: `text ${i}`, label: i % 2 }));
const corpus = () => ({ name: "toy", classes: ["a", "b"], train: many(), test: examples(), digest: "0" });
const vocabulary = () => new data.Vocabulary(["good", "bad"]);
const encoded = () =>
  data.encodeTokens(
    [
      [2, 3],
      [3, 2],
    ],
    [0, 1],
  );
const several = () => ({ classes: 2, ids: Int32Array.of(0, 1), offsets: Int32Array.of(0, 2) });
const plan = () => data.planEvaluation(encoded(), 1);

const ownTexts = data.readOwnTexts({ train: own }, { text: "review", label: "label" }, { seed: 1 });

/** Of every public function, by the name that its messages begin with. */
export const calls: Readonly<Record<string, readonly (() => Call)[]>> = {
  batchAt: [() => call(data.batchAt, { ...encoded() }, { ...plan() }, 1)],
  batchCount: [() => call(data.batchCount, { ...plan() })],
  batches: [() => call(data.batches, { ...encoded() }, { ...plan() })],
  buildVocabulary: [
    () =>
      call(data.buildVocabulary, [["good", "good"], ["bad"]], {
        maxSize: 2,
        minFrequency: 1,
        maxLength: 1,
      }),
  ],
  cleanText: [() => call(data.cleanText, "a &lt; b")],
  corpusOf: [() => call(data.corpusOf, corpus())],
  countRepeats: [() => call(data.countRepeats, examples(), examples())],
  countWords: [() => call(data.countWords, ["good"], new Map([["good", 1]]))],
  createTokeniser: [() => call(data.createTokeniser, { lowercase: true })],
  download: [
    () =>
      call(
        (from: data.Remote, path: string, told: data.DownloadOptions) => data.download(from, elsewhere(path), told),
        remote,
        join(folder, `fetched-${fetched++}`),
        options(),
      ),
  ],
  encodeExamples: [
    () =>
      call(data.encodeExamples, examples(), {
        tokenise: data.createTokeniser(),
        vocabulary: vocabulary(),
        maxLength: 2,
        classes: 2,
      }),
  ],
  encodeTokens: [
    () => call(data.encodeTokens, [[2, 3], [3]], [0, 1]),
    () => call(data.encodeTokens, [Int32Array.of(2, 3)], [0]),
    () => call(data.encodeTokens, [[2]], [0], several()),
  ],
  examplesOfSeveral: [() => call(data.examplesOfSeveral, [{ text: "good", labels: [1, 0] }], 2)],
  severalLabelsOf: [() => call(data.severalLabelsOf, [{ text: "good", label: 0, labels: [0, 1] }], 2)],
  examplesAt: [() => call(data.examplesAt, { ...encoded() }, Int32Array.of(1, 0, 1))],
  findGlove: [() => call(data.findGlove, { data: folder, cache: folder }, 2)],
  getSource: [
    () =>
      call(
        (from: data.Source, to: string, told: data.GetOptions) => data.getSource(from, elsewhere(to), told),
        source(),
        folder,
        options(),
      ),
  ],
  imageBatches: [
    () => call(data.imageBatches, images(), { batchSize: 2 }),
    () => call(data.imageBatches, images(), { batchSize: 2, seed: 1, epoch: 1, augment: { padding: 1, flip: true } }),
  ],
  imagesAt: [() => call(data.imagesAt, images(), Int32Array.of(1, 0))],
  listOtherForms: [() => call(data.listOtherForms, source(), folder)],
  listSource: [() => call(data.listSource, source(), folder)],
  locateAgNews: [() => call(data.locateAgNews, { data: folder, cache: folder })],
  locateGlove: [() => call(data.locateGlove, { data: folder, cache: folder }, 2)],
  locateImdb: [() => call(data.locateImdb, { data: folder, cache: folder })],
  locateSentences: [
    () => call(data.locateSentences, "trec" as const, { data: folder, cache: folder }, { phrases: false }),
  ],
  locateReuters: [() => call(data.locateReuters, { data: folder, cache: folder })],
  locateCifar10: [() => call(data.locateCifar10, { data: folder, cache: folder })],
  locateFashionMnist: [() => call(data.locateFashionMnist, { data: folder, cache: folder })],
  locateMnist: [() => call(data.locateMnist, { data: folder, cache: folder })],
  NumberedWords: [
    () => call((options: { maxLength: number }) => new data.NumberedWords(options), { maxLength: 3 }),
    () => call((text: string) => new data.NumberedWords().numbersOf(text), "good"),
    () => {
      const words = new data.NumberedWords();
      const of = (texts: readonly Int32Array[], options: { maxSize: number; minFrequency: number }) =>
        words.vocabularyOf(texts, options);
      return call(of, [words.numbersOf("good bad")], { maxSize: 2, minFrequency: 1 });
    },
  ],
  parseVocabulary: [() => call(data.parseVocabulary, vocabulary().toJson(), "vocabulary.json")],
  planEpoch: [() => call(data.planEpoch, { ...encoded() }, { batchSize: 2, seed: 1, epoch: 1, by: "shuffled" })],
  planEvaluation: [() => call(data.planEvaluation, { ...encoded() }, 2)],
  readAgNews: [() => call(data.readAgNews, agNews, { title: true })],
  readCsv: [
    () =>
      call(
        async (...args: Parameters<typeof data.readCsv>) => {
          for await (const _ of data.readCsv(...args));
        },
        imdb,
        { columns: 2, header: ["review", "sentiment"], maxRow: 100 },
      ),
  ],
  readGlove: [
    () => call(data.readGlove, { form: "text", path: glove }, vocabulary(), { dimensions: 2, lowercase: true }),
  ],
  readImdb: [() => call(data.readImdb, { form: "csv", path: imdb }, { officialSplit: false })],
  readLabelledTexts: [
    () =>
      call(
        async (...args: Parameters<typeof data.readLabelledTexts>) => {
          for await (const _ of data.readLabelledTexts(...args));
        },
        own,
        { text: "review", label: "label" },
      ),
    () =>
      call(
        async (...args: Parameters<typeof data.readLabelledTexts>) => {
          for await (const _ of data.readLabelledTexts(...args));
        },
        own,
        { text: "review", labels: "label", separator: ";" },
      ),
  ],
  readOwnTexts: [
    () =>
      call(
        data.readOwnTexts,
        { train: own, validation: own, test: own },
        { text: "review", label: "label" },
        { seed: 1, maxLength: 2, onProgress: () => {}, signal: new AbortController().signal },
      ),
  ],
  OwnTexts: [
    () =>
      call(async (told: data.OwnEncodeOptions) => (await ownTexts).encode(told), { vocabularySize: 3, trainSize: 5 }),
  ],
  readCifar10: [() => call(data.readCifar10, { folder: cifar })],
  readIdx: [() => call(data.readIdx, mnist.trainImages)],
  publishedSentences: [() => call(data.publishedSentences, "mr" as const)],
  readSentences: [() => call(data.readSentences, trec)],
  readReuters: [() => call(data.readReuters, reuters, { topics: 90 })],
  readFashionMnist: [() => call(data.readFashionMnist, clothes)],
  readPicture: [() => call(data.readPicture, join(pictures, "dark", "0.png"))],
  readImageFolder: [
    () =>
      call(data.readImageFolder, pictures, {
        ...{ seed: 1, validation: pictures, test: pictures },
        ...{ onProgress: () => {}, signal: new AbortController().signal },
      }),
  ],
  readMnist: [() => call(data.readMnist, mnist, "mnist" as const)],
  sourceNamed: [() => call(data.sourceNamed, "imdb")],
  spamAssassinOf: [() => call(data.spamAssassinOf, [{ text: "Subject: A\n\nB", group: "spam-1" }])],
  splitImages: [() => call(data.splitImages, images(), { seed: 1, size: 1 })],
  splitCorpus: [
    () =>
      call(data.splitCorpus, corpus(), {
        seed: 1,
        testFraction: 0.2,
        fold: 1,
        validationFraction: 0.3,
        trainSize: 5,
        validationSize: 2,
        testSize: 1,
      }),
    () => {
      const whole = corpus();
      return call(data.splitCorpus, whole, { seed: 1, keys: new Map(whole.train.map((one) => [one, one.text])) });
    },
  ],
  subset: [() => call(data.subset, "train", examples(), 1, stream(1))],
  textBatches: [
    () => call(data.textBatches, { ...encoded() }, { batchSize: 1 }),
    () => call(data.textBatches, { ...encoded() }, { batchSize: 1, seed: 1, epoch: 1, by: "shuffled" }),
  ],
  textKey: [() => call(data.textKey, "A b")],
  tokenise: [() => call(data.tokenise, "A b.", { lowercase: true })],
  tokeniser: [() => call(data.createTokeniser(), "A b.")],
  verifySource: [() => call(data.verifySource, source(), folder)],
  Vocabulary: [
    () => call((words: readonly string[]) => new data.Vocabulary(words), ["good", "bad"]),
    () => call((word: string) => vocabulary().has(word), "good"),
    () => call((word: string) => vocabulary().idOf(word), "good"),
    () => call((tokens: readonly string[]) => vocabulary().encode(tokens), ["good", "new"]),
  ],
  vocabularyOf: [() => call(data.vocabularyOf, new Map([["good", 1]]), { maxSize: 2, minFrequency: 1 })],
};
