/** Data sets of Kim (EMNLP 2014), Table 1: one sentence, or a phrase, an example. */
export const SENTENCE_SETS = ["mr", "sst2", "sst1", "subj", "trec", "cr", "mpqa"] as const;
export type SentenceSet = (typeof SENTENCE_SETS)[number];

/**
 * How a file holds sentences:
 *
 * - `class`: one text a line, all of one class;
 * - `labelled`: one text a line after its class and a blank, `1 a gripping film`;
 * - `glue`: tab-separated below the header `sentence	label`;
 * - `trec`: a question a line after its class and finer class, `NUM:date When did …`;
 * - `trees`: a tree a line in Penn Treebank brackets, `(3 (2 A) (4 (4 gripping) (2 film)))`, the class of its root;
 * - `phrases`: the same, each subtree an example.
 */
export type SentenceForm = "class" | "labelled" | "glue" | "trec" | "trees" | "phrases";

/** A file of sentences. */
export interface SentenceFile {
  /** Of the file, or of the `.tar.gz` that has it. */
  readonly path: string;
  /** The file is this member of that archive. */
  readonly member?: string;
  readonly form: SentenceForm;
  /** Of form `class`: which. */
  readonly label?: number;
}

/** One way in which a set's files are published: names of its files, part by part. */
export interface Layout {
  readonly train: readonly SentenceFile[];
  readonly validation?: SentenceFile;
  readonly test?: SentenceFile;
}

export interface SentenceSetDescription {
  readonly title: string;
  readonly classes: readonly string[];
  /** Sentences as published, all parts together: Kim's |D|. Phrases are not counted. */
  readonly published: number;
  /** What its own folder may be called; the first is where `ltt data get` puts it. */
  readonly folders: readonly string[];
  /** Looked for in this order. */
  readonly sentences: readonly Layout[];
  /** The same with phrases to train on, as Kim did with the treebank; its other parts are sentences. */
  readonly phrases?: readonly Layout[];
  /** Its class for each of a tree's five, `undefined` where such sentences are left out. Default: the tree's. */
  readonly ofTree?: readonly (number | undefined)[];
}

const labelled = (path: string): SentenceFile => ({ path, form: "labelled" });
const glue = (path: string): SentenceFile => ({ path, form: "glue" });
const trec = (path: string): SentenceFile => ({ path, form: "trec" });
const trees = (path: string, form: "trees" | "phrases" = "trees"): SentenceFile => ({ path, form });
/** A file for each class, in their order. */
const byClass = (...paths: readonly string[]): Layout => ({
  train: paths.map((path, label) => ({ path, form: "class", label })),
});
const inArchive = (path: string, ...members: readonly string[]): Layout => ({
  train: members.map((member, label) => ({ path, member, form: "class", label })),
});
const treebank = (form: "trees" | "phrases"): Layout => ({
  train: [trees("trees/train.txt", form)],
  validation: trees("trees/dev.txt"),
  test: trees("trees/test.txt"),
});
/** A training part beside the sentences of the treebank's other parts, as Kim's repository has them. */
const stsa = (kind: "binary" | "fine", train: SentenceFile): Layout => ({
  train: [train],
  validation: labelled(`stsa.${kind}.dev`),
  test: labelled(`stsa.${kind}.test`),
});

const polarity = ["negative", "positive"] as const;

export const SETS: Readonly<Record<SentenceSet, SentenceSetDescription>> = {
  mr: {
    title: "movie reviews, sentence polarity v1.0 (Pang & Lee, ACL 2005)",
    classes: polarity,
    published: 10_662,
    folders: ["mr", "rt-polaritydata"],
    sentences: [
      inArchive("rt-polaritydata.tar.gz", "rt-polarity.neg", "rt-polarity.pos"),
      byClass("rt-polarity.neg", "rt-polarity.pos"),
      { train: [labelled("rt-polarity.all")] },
    ],
  },
  sst2: {
    title: "Stanford Sentiment Treebank, two classes (Socher et al., EMNLP 2013)",
    classes: polarity,
    published: 9613,
    ofTree: [0, 0, undefined, 1, 1],
    folders: ["sst2", "SST-2"],
    sentences: [stsa("binary", labelled("stsa.binary.train")), treebank("trees")],
    phrases: [
      stsa("binary", labelled("stsa.binary.phrases.train")),
      stsa("binary", glue("train.tsv")),
      treebank("phrases"),
      // GLUE alone: its test part has no labels, so its development part is what is tested on.
      { train: [glue("train.tsv")], test: glue("dev.tsv") },
    ],
  },
  sst1: {
    title: "Stanford Sentiment Treebank, five classes (Socher et al., EMNLP 2013)",
    classes: ["very negative", "negative", "neutral", "positive", "very positive"],
    published: 11_855,
    folders: ["sst1", "sst"],
    sentences: [stsa("fine", labelled("stsa.fine.train")), treebank("trees")],
    phrases: [stsa("fine", labelled("stsa.fine.phrases.train")), treebank("phrases")],
  },
  subj: {
    title: "subjectivity v1.0 (Pang & Lee, ACL 2004)",
    classes: ["subjective", "objective"],
    published: 10_000,
    folders: ["subj", "rotten_imdb"],
    sentences: [
      inArchive("rotten_imdb.tar.gz", "quote.tok.gt9.5000", "plot.tok.gt9.5000"),
      byClass("quote.tok.gt9.5000", "plot.tok.gt9.5000"),
      { train: [labelled("subj.all")] },
    ],
  },
  trec: {
    title: "TREC question classification, six classes (Li & Roth, COLING 2002)",
    // In this order TREC.*.all of Kim's repository number them.
    classes: ["DESC", "ENTY", "ABBR", "HUM", "LOC", "NUM"],
    published: 5952,
    folders: ["trec"],
    sentences: [
      { train: [trec("train_5500.label")], test: trec("TREC_10.label") },
      { train: [labelled("TREC.train.all")], test: labelled("TREC.test.all") },
    ],
  },
  cr: {
    title: "customer reviews (Hu & Liu, KDD 2004)",
    classes: polarity,
    published: 3775,
    folders: ["cr"],
    sentences: [{ train: [labelled("custrev.all")] }, byClass("custrev.neg", "custrev.pos")],
  },
  mpqa: {
    title: "opinion polarity of MPQA (Wiebe, Wilson & Cardie, LREC 2005)",
    classes: polarity,
    published: 10_606,
    folders: ["mpqa"],
    sentences: [{ train: [labelled("mpqa.all")] }, byClass("mpqa.neg", "mpqa.pos")],
  },
};
