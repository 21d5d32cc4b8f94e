import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataError } from "./data-error.ts";
import { locateSentences, type SentenceOptions } from "./locate-sentences.ts";
import type { SentenceSet } from "./sentence-sets.ts";
import { publishedSentences, readSentences } from "./sentences.ts";

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "ltt-sentences-"));
});
afterEach(() => rm(data, { recursive: true }));

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(data, path)), { recursive: true });
  await writeFile(join(data, path), content);
}
const latin1 = (text: string) => Buffer.from(text, "latin1");
const read = async (set: SentenceSet, options: SentenceOptions = {}) =>
  readSentences(await locateSentences(set, { data }, options));
const shown = (examples: readonly { text: string; label: number }[] | undefined) =>
  examples?.map(({ text, label }) => `${label} ${text}`);

async function archive(members: Readonly<Record<string, Uint8Array>>): Promise<Buffer> {
  const entries = pack();
  for (const [name, content] of Object.entries(members)) entries.entry({ name }, Buffer.from(content));
  entries.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of entries as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

describe("MR", () => {
  test("from its archive: negative before positive, windows-1252, whatever ends its lines", async () => {
    const content = {
      "._rt-polarity.neg": Buffer.from("attributes"),
      "rt-polaritydata/rt-polarity.neg": latin1("simplistic , silly \r\n\r\nd\xe9j\xe0 vu\x85 "),
      "rt-polaritydata/rt-polarity.pos": Buffer.from("a film\n"),
    };
    await put("mr/rt-polaritydata.tar.gz", await archive(content));
    const corpus = await read("mr");
    expect(corpus).toMatchObject({ name: "mr", classes: ["negative", "positive"] });
    expect(shown(corpus.train)).toEqual(["0 simplistic , silly", "0 déjà vu…", "1 a film"]);
    expect([corpus.validation, corpus.test]).toEqual([undefined, undefined]);
  });

  test("from its two files, UTF-8, or from one file of labelled lines", async () => {
    await put("rt-polarity.all", "0 bad\n1 good\n");
    expect(shown((await read("mr")).train)).toEqual(["0 bad", "1 good"]);
    await put("rt-polarity.neg", "dull — very\n");
    await put("rt-polarity.pos.gz", gzipSync("ladrón \n"));
    expect(shown((await read("mr")).train)).toEqual(["0 dull — very", "1 ladrón"]);
  });

  test("an archive without a member, a damaged one, a file of nothing, a NUL: each one line", async () => {
    await put("mr/rt-polaritydata.tar.gz", await archive({ "rt-polarity.neg": latin1("a\n") }));
    await expect(read("mr")).rejects.toThrow(
      new DataError(`${data}/mr/rt-polaritydata.tar.gz: has no rt-polarity.pos; is this another archive? Get it again`),
    );
    await put("mr/rt-polaritydata.tar.gz", (await archive({ "rt-polarity.neg": latin1("a\n") })).subarray(0, 60));
    await expect(read("mr")).rejects.toThrow("mr/rt-polaritydata.tar.gz: not a whole .tar.gz (");
    await rm(join(data, "mr/rt-polaritydata.tar.gz"));
    await put("mr/rt-polarity.neg", "\n \n");
    await put("mr/rt-polarity.pos", "a\0b");
    await expect(read("mr")).rejects.toThrow(`${data}/mr/rt-polarity.neg: holds no text; get it again`);
    await put("mr/rt-polarity.neg", "a\n");
    await expect(read("mr")).rejects.toThrow(
      `${data}/mr/rt-polarity.pos: has a NUL byte; the file is damaged or no text`,
    );
  });
});

describe("the treebank", () => {
  const trees = {
    "trees/train.txt": "(3 (2 A) (4 (4 gripping) (2 (2 film) (2 -RRB-))))\n(2 (2 One) (1 1\\/2))\n",
    "trees/dev.txt": "(0 (1 Not) (2 this))\n",
    "trees/test.txt": "(4 (2 This) (3 one))\n",
  };

  test("SST-1 from trees: a sentence each, its five classes, all three parts as published", async () => {
    for (const [path, content] of Object.entries(trees)) await put(`sst1/${path}`, content);
    const corpus = await read("sst1");
    expect(shown(corpus.train)).toEqual(["3 A gripping film )", "2 One 1/2"]);
    expect([shown(corpus.validation), shown(corpus.test)]).toEqual([["0 Not this"], ["4 This one"]]);
    expect(corpus.classes).toHaveLength(5);
  });

  test("SST-2 from trees: without neutral ones; with phrases, each subtree of the training part only", async () => {
    for (const [path, content] of Object.entries(trees)) await put(`sst2/${path}`, content);
    expect(shown((await read("sst2")).train)).toEqual(["1 A gripping film )"]);
    const corpus = await read("sst2", { phrases: true });
    expect(corpus.name).toBe("sst2 with phrases");
    expect(shown(corpus.train)).toEqual(["1 A gripping film )", "1 gripping film )", "1 gripping", "0 1/2"]);
    expect([shown(corpus.validation), shown(corpus.test)]).toEqual([["0 Not this"], ["1 This one"]]);
  });

  test("SST-2 from Kim's files of sentences; with phrases, GLUE's beside his sentences to validate and test on", async () => {
    await put("sst2/stsa.binary.train", "1 a stirring film\n");
    await put("sst2/stsa.binary.dev", "0 one long string of cliches .\n");
    await put("sst2/stsa.binary.test", "0 no movement\n");
    expect(await read("sst2")).toMatchObject({ name: "sst2", train: [{ text: "a stirring film", label: 1 }] });
    await put("sst2/train.tsv", "sentence\tlabel\nhide new secretions \t0\n");
    const corpus = await read("sst2", { phrases: true });
    expect(shown(corpus.train)).toEqual(["0 hide new secretions"]);
    expect([shown(corpus.validation), shown(corpus.test)]).toEqual([
      ["0 one long string of cliches ."],
      ["0 no movement"],
    ]);
  });

  test("SST-2 from GLUE alone: its development part is tested on, since its test part has no labels", async () => {
    await put("SST-2/train.tsv", "sentence\tlabel\nhide new secretions \t0\n");
    await put("SST-2/dev.tsv", "sentence\tlabel\nit 's a charming journey . \t1\n");
    const corpus = await read("sst2", { phrases: true });
    expect([corpus.validation, shown(corpus.test)]).toEqual([undefined, ["1 it 's a charming journey ."]]);
  });

  test("what is no tree, and no row of GLUE, is refused with its line", async () => {
    for (const [path, content] of Object.entries(trees)) await put(`sst1/${path}`, content);
    for (const wrong of ["hello", "(5 a)", "(3 (2 a)", "(3 a))", "(3 a) (2 b)", "(3 )", "(3 (2 a) ())"]) {
      await put("sst1/trees/dev.txt", `(0 bad)\n${wrong}\n`);
      await expect(read("sst1")).rejects.toThrow(
        new DataError(
          `${data}/sst1/trees/dev.txt:2: ${JSON.stringify(wrong)} is not a tree such as (3 (2 A) (4 film)); correct the line or delete it`,
        ),
      );
    }
    await put("sst2/train.tsv", "sentence\tlabel\na film\t2\n");
    await put("sst2/dev.tsv", "label\tsentence\n");
    await expect(read("sst2", { phrases: true })).rejects.toThrow(
      'train.tsv:2: "a film\\t2" is not a text, a tab and 0 or 1; correct the line or delete it',
    );
  });

  test("phrases are asked for of it only", async () => {
    await expect(locateSentences("mr", { data }, { phrases: true })).rejects.toThrow(
      new RangeError("locateSentences: phrases is true, but mr has none: only sst1 and sst2 have"),
    );
  });
});

describe("TREC", () => {
  test("from Li & Roth's files, Latin-1: the coarse class of a question", async () => {
    await put(
      "trec/train_5500.label",
      latin1("DESC:manner How did serfdom develop ?\nENTY:cremat What is a caf\xe9 ?\n"),
    );
    await put("trec/TREC_10.label", "NUM:dist How far is it from Denver to Aspen ?\n");
    const corpus = await read("trec");
    expect(shown(corpus.train)).toEqual(["0 How did serfdom develop ?", "1 What is a café ?"]);
    expect(shown(corpus.test)).toEqual(["5 How far is it from Denver to Aspen ?"]);
    expect(corpus.classes).toEqual(["DESC", "ENTY", "ABBR", "HUM", "LOC", "NUM"]);
  });

  test("from Kim's files, whose classes have the same numbers", async () => {
    await put("trec/TREC.train.all", "2 What does I.V. stand for ?\n");
    await put("trec/TREC.test.all", "5 How far is it from Denver to Aspen ?\n");
    const corpus = await read("trec");
    expect([shown(corpus.train), shown(corpus.test)]).toEqual([
      ["2 What does I.V. stand for ?"],
      ["5 How far is it from Denver to Aspen ?"],
    ]);
  });

  test("another class is refused with its line", async () => {
    await put("trec/train_5500.label", "DESC:manner How ?\nWHY:x Why ?\n");
    await put("trec/TREC_10.label", "NUM:dist How far ?\n");
    await expect(read("trec")).rejects.toThrow(
      'train_5500.label:2: "WHY:x Why ?" is not one of DESC, ENTY, ABBR, HUM, LOC, NUM with ":" and a finer class',
    );
  });
});

test("Subj from its archive: subjective 0, objective 1", async () => {
  const content = { "quote.tok.gt9.5000": latin1("smart and alert\n"), "plot.tok.gt9.5000": latin1("a man moves\n") };
  await put("subj/rotten_imdb.tar.gz", await archive(content));
  expect(shown((await read("subj")).train)).toEqual(["0 smart and alert", "1 a man moves"]);
});

test("CR and MPQA from a file of labelled lines, or one for each class", async () => {
  await put("cr/custrev.all", "0 very bad quality .\n1 nice machines\n");
  expect(shown((await read("cr")).train)).toEqual(["0 very bad quality .", "1 nice machines"]);
  await put("mpqa/mpqa.neg", "failed\n");
  await put("mpqa/mpqa.pos", "to win\n");
  expect(shown((await read("mpqa")).train)).toEqual(["0 failed", "1 to win"]);
  await put("cr/custrev.all", "very bad quality .\n");
  await expect(read("cr")).rejects.toThrow(
    'custrev.all:1: "very bad quality ." is not a class from 0 to 1 (negative, positive), a blank and a text',
  );
});

test("what is nowhere says which forms were looked for, and how to get it", async () => {
  await expect(locateSentences("trec", { data })).rejects.toThrow(
    new DataError(
      `trec: looked for train_5500.label with TREC_10.label, or TREC.train.all with TREC.test.all; none is in ${data}/trec or ${data}; ` +
        "name the folder that has it with --data DIR, or download it: ltt data get trec",
    ),
  );
  await expect(locateSentences("subj", { data })).rejects.toThrow(
    /; name the folder .* or put https:\S+rotten_imdb.tar.gz in subj\/, as it is$/,
  );
});

test("the sets have as many sentences as Kim's Table 1 says", () => {
  const sets = ["mr", "sst1", "sst2", "subj", "trec", "cr", "mpqa"] as const;
  expect(sets.map(publishedSentences)).toEqual([10_662, 11_855, 9613, 10_000, 5952, 3775, 10_606]);
});
