import { createHash } from "node:crypto";

/** A text and its class, an index into the corpus's `classes`. */
export interface Example {
  readonly text: string;
  readonly label: number;
}

/** Texts to classify, as they were read. */
export interface Corpus {
  readonly name: string;
  readonly classes: readonly string[];
  readonly train: readonly Example[];
  /** Absent where the corpus is published without a test part; `splitCorpus` then makes one. */
  readonly test?: readonly Example[];
  /** SHA-256 of the examples read, in their order, as 64 hexadecimal digits: what names the data in a run's receipt. */
  readonly digest: string;
}

/** A corpus of these examples, with its digest. */
export function corpusOf(parts: Omit<Corpus, "digest">): Corpus {
  return { ...parts, digest: digestOf(parts) };
}

/** Lengths stand before texts, so that no two corpora hash the same bytes. */
function digestOf({ name, classes, train, test }: Omit<Corpus, "digest">): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([name, classes, train.length, test?.length ?? null]));
  for (const { text, label } of [...train, ...(test ?? [])]) hash.update(`\n${label} ${text.length}\n${text}`);
  return hash.digest("hex");
}
