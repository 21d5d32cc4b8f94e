import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sourceNamed } from "@ltt/data";
import { Command } from "commander";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { addDataCommands } from "./data-command.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ltt-data-command-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
  process.exitCode = undefined;
});

async function printed(...args: string[]): Promise<string[]> {
  let out = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const program = new Command();
  addDataCommands(program);
  await program.parseAsync(["data", ...args, "--data", folder], { from: "user" });
  return out.replaceAll(folder, "DIR").trimEnd().split("\n");
}

test("list has a header line and calls a part of AG News partial, a copy with a header other than published", async () => {
  mkdirSync(join(folder, "ag-news"));
  writeFileSync(join(folder, "ag-news", "train.csv"), "1,a,b\n2,c,d\n");
  const rows = '"1","a","b"\n'.repeat(7600);
  writeFileSync(join(folder, "ag-news", "test.csv"), `Class Index,Title,Description\n${rows}`);
  expect(await printed("list")).toEqual([
    "data set\tstate\tsize\tpath",
    "imdb\tmissing\t0.0 MB\tDIR/imdb/aclImdb_v1.tar.gz",
    "ag-news\tpartial: 2 of 120,000 rows\t0.0 MB\tDIR/ag-news/train.csv",
    "ag-news\tother than published: 7,600 of 7,600 rows\t0.1 MB\tDIR/ag-news/test.csv",
    "reuters\tmissing\t0.0 MB\tDIR/reuters-21578/reuters21578.tar.gz",
    "glove\tmissing\t0.0 MB\tDIR/glove/glove.6B.100d.txt",
    "mnist\tmissing\t0.0 MB\tDIR/mnist/train-images-idx3-ubyte.gz",
    "mnist\tmissing\t0.0 MB\tDIR/mnist/train-labels-idx1-ubyte.gz",
    "mnist\tmissing\t0.0 MB\tDIR/mnist/t10k-images-idx3-ubyte.gz",
    "mnist\tmissing\t0.0 MB\tDIR/mnist/t10k-labels-idx1-ubyte.gz",
    ...["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"].map(
      (name) => `fashion-mnist\tmissing\t0.0 MB\tDIR/fashion-mnist/${name}-ubyte.gz`,
    ),
    `cifar-10\tmissing\t\t${sourceNamed("cifar-10").byHand}`,
    "mr\tmissing\t0.0 MB\tDIR/mr/rt-polaritydata.tar.gz",
    "sst2\tmissing\t0.0 MB\tDIR/sst2/stsa.binary.train",
    "sst2\tmissing\t0.0 MB\tDIR/sst2/stsa.binary.dev",
    "sst2\tmissing\t0.0 MB\tDIR/sst2/stsa.binary.test",
    "sst2\tmissing\t0.0 MB\tDIR/sst2/train.tsv",
    "trec\tmissing\t0.0 MB\tDIR/trec/train_5500.label",
    "trec\tmissing\t0.0 MB\tDIR/trec/TREC_10.label",
    ...["sst1", "subj", "cr", "mpqa"].map((name) => `${name}\tmissing\t\t${sourceNamed(name).byHand}`),
  ]);
});

test("verify tells the checksum of what is other than published, and fails", async () => {
  mkdirSync(join(folder, "imdb"));
  writeFileSync(join(folder, "imdb", "aclImdb_v1.tar.gz"), "");
  expect(await printed("verify", "imdb")).toEqual([
    "data set\tstate\tsize\tpath",
    "imdb\tother than published, checksum d41d8cd98f00b204e9800998ecf8427e\t0.0 MB\tDIR/imdb/aclImdb_v1.tar.gz",
  ]);
  expect(process.exitCode).toBe(1);
});

test("verify counts the images of CIFAR-10, whatever batches are there", async () => {
  const batches = join(folder, "cifar-10-batches-bin");
  mkdirSync(batches);
  for (const name of ["data_batch_1", "data_batch_2", "test_batch"])
    writeFileSync(join(batches, `${name}.bin`), new Uint8Array(2 * 3073));
  expect(await printed("verify", "cifar-10")).toEqual([
    "data set\tstate\tsize\tpath",
    "cifar-10\t6 images, published 60,000\t\tDIR/cifar-10-batches-bin",
  ]);
  expect(process.exitCode).toBe(1);
});

test("verify reads and counts what is in a form whose bytes are not known", async () => {
  mkdirSync(join(folder, "mpqa"));
  writeFileSync(join(folder, "mpqa", "mpqa.all"), "1 to win\n".repeat(10_606));
  expect(await printed("verify", "mpqa")).toEqual([
    "data set\tstate\tsize\tpath",
    "mpqa\tall 10,606 sentences\t\tDIR/mpqa/mpqa.all",
  ]);
  expect(process.exitCode).toBe(undefined);

  mkdirSync(join(folder, "mr"));
  for (const polarity of ["neg", "pos"]) writeFileSync(join(folder, "mr", `rt-polarity.${polarity}`), "a\nb\n");
  expect(await printed("verify", "mr", "cr")).toEqual([
    "data set\tstate\tsize\tpath",
    "mr\t4 sentences, published 10,662\t\tDIR/mr/rt-polarity.neg, DIR/mr/rt-polarity.pos",
    `cr\tmissing\t\t${sourceNamed("cr").byHand}`,
  ]);
  expect(process.exitCode).toBe(1);
});
