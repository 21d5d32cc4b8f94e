import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "@ltt/cli";
import { stream, type TokenMatrix, type TokenVector, tokens } from "@ltt/core";
import type { Batch } from "@ltt/data";
import {
  batchAt,
  buildVocabulary,
  type Corpus,
  type Example,
  encodeExamples,
  locateAgNews,
  locateImdb,
  PADDING,
  readAgNews,
  readImdb,
  tokenise,
  UNKNOWN,
} from "@ltt/data";
import { readSpamAssassin } from "@ltt/spam-corpus";

/** Texts that training steps are timed on. */
export const INPUTS = ["imdb", "ag-news", "spam"] as const;
export type Input = (typeof INPUTS)[number];

/** As published: reviews cut at 400 tokens, descriptions at 64. */
const LENGTHS: Record<Input, number> = { imdb: 400, "ag-news": 64, spam: 400 };
const BATCH = 64;
const BATCHES = 16;
const VOCABULARY = 24_998; // with the unknown word and padding: 25,000 rows

export interface BenchmarkInput {
  readonly rows: number;
  readonly outputs: number;
  readonly length: number;
  /** In the order of the corpus, every text padded to the full length: what a framework is given. */
  readonly padded: readonly Batch[];
  /** The same texts, those of like length together, padded to the longest of their batch. */
  readonly bucketed: readonly Batch[];
}

/** 1,024 real texts in 16 batches of 64. */
export async function loadInput(name: Input, data: string | undefined): Promise<BenchmarkInput> {
  const places = { cache: cacheFolder(), ...(data === undefined ? {} : { data }) };
  const corpus =
    name === "imdb"
      ? await readImdb(await locateImdb(places))
      : name === "ag-news"
        ? await readAgNews(await locateAgNews(places))
        : readSpamAssassin();
  return prepareInput(corpus, LENGTHS[name]);
}

function prepareInput(corpus: Corpus, length: number): BenchmarkInput {
  const order = stream(1, "benchmark").permutation(corpus.train.length);
  const some = (count: number): Example[] => Array.from(order.subarray(0, count), (at) => corpus.train[at]!);
  const vocabulary = buildVocabulary(
    some(20_000).map(({ text }) => tokenise(text)),
    { maxSize: VOCABULARY, maxLength: length }, // of texts as they are cut below
  );
  const encoded = encodeExamples(some(BATCH * BATCHES), { tokenise, vocabulary, maxLength: length });
  const starts = Int32Array.from({ length: BATCHES + 1 }, (_, i) => i * BATCH);
  const asIs = Int32Array.from({ length: BATCH * BATCHES }, (_, i) => i);
  const lengthOf = (i: number) => encoded.offsets[i + 1]! - encoded.offsets[i]!;
  const byLength = Int32Array.from([...asIs].sort((a, b) => lengthOf(a) - lengthOf(b)));
  const all = (plan: Int32Array) =>
    Array.from({ length: BATCHES }, (_, i) => batchAt(encoded, { order: plan, starts }, i));
  return {
    rows: vocabulary.size,
    outputs: corpus.classes.length === 2 ? 1 : corpus.classes.length,
    length,
    padded: all(asIs).map((batch) => ({ ...batch, input: paddedTo(batch.input, length) })),
    bucketed: all(byLength),
  };
}

function paddedTo(ids: TokenMatrix, length: number): TokenMatrix {
  const [batch, time] = ids.shape;
  const longer = new Int32Array(batch * length).fill(PADDING);
  for (let b = 0; b < batch; b++) longer.set(ids.data.subarray(b * time, (b + 1) * time), b * length);
  return tokens(longer, [batch, length]);
}

/**
 * Writes the batches as other frameworks' benchmarks read them: little-endian int32, `NAME.ids.i32` `[texts, length]`, `NAME.len.i32`, `NAME.y.i32` and
 * meta.json. Their padding is 0 and their unknown word 1, the other way round than ours.
 */
export function exportInput(folder: string, name: string, { padded, length, rows, outputs }: BenchmarkInput): void {
  mkdirSync(folder, { recursive: true });
  const swap = (id: number) => (id === PADDING ? UNKNOWN : id === UNKNOWN ? PADDING : id);
  const write = (part: string, values: readonly number[]) =>
    writeFileSync(join(folder, `${name}.${part}.i32`), new Uint8Array(Int32Array.from(values).buffer));
  const flat = (of: (batch: Batch) => TokenMatrix | TokenVector) => padded.flatMap((batch) => [...of(batch).data]);
  write("ids", flat(({ input }) => input).map(swap));
  write(
    "len",
    flat(({ lengths }) => lengths),
  );
  write(
    "y",
    flat(({ targets }) => targets),
  );
  const lengths = flat(({ lengths }) => lengths);
  const mean = lengths.reduce((sum, n) => sum + n, 0) / lengths.length;
  const set = { length, classes: outputs === 1 ? 2 : outputs, mean_len: mean };
  writeFileSync(
    join(folder, "meta.json"),
    JSON.stringify({ vocab: rows, samples: padded.length * BATCH, sets: { [name]: set } }),
  );
}
