import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataError } from "./data-error.ts";
import { locateAgNews, locateFashionMnist, locateGlove, locateImdb, locateMnist } from "./locate.ts";

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "ltt-locate-"));
});
afterEach(() => rm(data, { recursive: true }));

async function put(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(data, path)), { recursive: true });
    await writeFile(join(data, path), "");
  }
}

describe("IMDb", () => {
  test.each([
    ["csv", "imdb/IMDB Dataset.csv", "imdb/IMDB Dataset.csv"],
    ["csv", "IMDB Dataset.csv", "IMDB Dataset.csv"],
    ["folder", "imdb/aclImdb", "imdb/aclImdb/train/pos/0_9.txt"],
    ["folder", "aclImdb", "aclImdb/train/pos/0_9.txt"],
    ["archive", "imdb/aclImdb_v1.tar.gz", "imdb/aclImdb_v1.tar.gz"],
  ])("is found as %s at %s", async (form, found, file) => {
    await put(file);
    expect(await locateImdb({ data })).toEqual({ form, path: join(data, found) });
  });

  test("that is nowhere says what was looked for, where, and how to get it", async () => {
    await expect(locateImdb({ data })).rejects.toThrow(
      new DataError(
        `imdb: looked for IMDB Dataset.csv, aclImdb, aclImdb_v1.tar.gz; none is in ${data}/imdb or ${data}; ` +
          "name the folder that has it with --data DIR, or download it: ltt data get imdb",
      ),
    );
    await expect(locateImdb({})).rejects.toThrow("no folder was named; name the folder");
  });

  test("is looked for in the cache only if no folder was named", async () => {
    await put("cache/imdb/aclImdb_v1.tar.gz");
    const cache = join(data, "cache");
    expect((await locateImdb({ cache })).form).toBe("archive");
    await expect(locateImdb({ data, cache })).rejects.toThrow(`none is in ${data}/imdb or ${data}`);
  });
});

describe("the place named", () => {
  test.each([
    ["folder", "aclImdb", "aclImdb", "aclImdb/train/pos/0_9.txt"],
    ["csv", "IMDB Dataset.csv", "IMDB Dataset.csv", "IMDB Dataset.csv"],
    ["csv", "reviews.csv.gz", "reviews.csv.gz", "reviews.csv.gz"],
    ["csv", ".", "IMDB Dataset.csv.gz", "IMDB Dataset.csv.gz"],
    ["archive", "aclImdb_v1.tar.gz", "aclImdb_v1.tar.gz", "aclImdb_v1.tar.gz"],
  ])("may be IMDb's %s itself: %s", async (form, named, found, file) => {
    await put(file);
    expect(await locateImdb({ data: join(data, named) })).toEqual({ form, path: join(data, found) });
  });

  test.each(["train.csv", "test.csv", "."])("may be AG News' %s", async (named) => {
    await put("ag_news/train.csv", "ag_news/test.csv");
    const place = { train: join(data, "ag_news/train.csv"), test: join(data, "ag_news/test.csv") };
    expect(await locateAgNews({ data: join(data, "ag_news", named) })).toEqual(place);
    expect(await locateAgNews({ data })).toEqual(place);
  });

  test("may be a level too deep or too high: the right one is named", async () => {
    await put("x/aclImdb/train/pos/0_9.txt", "y/deep/train.csv.gz", "y/deep/test.csv", "z/glove/glove.6B.100d.txt.gz");
    const near = (...parts: string[]) => `, but in ${join(data, ...parts)}: name that with --data`;
    await expect(locateImdb({ data })).rejects.toThrow(near("x"));
    await expect(locateImdb({ data: join(data, "x/aclImdb/train") })).rejects.toThrow(near("x/aclImdb"));
    await expect(locateImdb({ data: join(data, "x/aclImdb/train/pos") })).rejects.toThrow(near("x/aclImdb"));
    await expect(locateAgNews({ data: join(data, "y") })).rejects.toThrow(near("y/deep"));
    await expect(locateGlove({ data }, 100)).rejects.toThrow(near("z"));
    expect((await locateGlove({ data: join(data, "z") }, 100)).path).toBe(join(data, "z/glove/glove.6B.100d.txt.gz"));
  });

  test("is not said to be in the folder of another set whose files are called alike", async () => {
    const files = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];
    const all = (folder: string) => put(...files.map((file) => `${folder}/${file}-ubyte`));
    await all("mnist");
    await expect(locateFashionMnist({ data })).rejects.toThrow(/ltt data get fashion-mnist$/);
    await all("clothes");
    await expect(locateFashionMnist({ data })).rejects.toThrow(
      `but in ${join(data, "clothes")}: name that with --data`,
    );
    await rm(join(data, "mnist"), { recursive: true });
    await rm(join(data, "clothes"), { recursive: true });
    await all("x/FashionMNIST/raw");
    await expect(locateMnist({ data: join(data, "x") })).rejects.toThrow(/ltt data get mnist$/);
  });

  test("that is no data set says what it is", async () => {
    await put("notes.txt", "all.csv", "imdb/IMDB Dataset.csv.zip");
    await expect(locateImdb({ data: join(data, "notes.txt") })).rejects.toThrow(
      `imdb: ${data}/notes.txt is neither a .csv nor a .tar.gz; name the folder that has it`,
    );
    await expect(locateAgNews({ data: join(data, "all.csv") })).rejects.toThrow(
      `ag-news: ${data}/all.csv is one file; AG News is two, train.csv and test.csv: name the folder that has both`,
    );
    await expect(locateImdb({ data: join(data, "none") })).rejects.toThrow(
      `none is in ${data}/none/imdb or ${data}/none (there is no such folder); name the folder`,
    );
    await expect(locateImdb({ data })).rejects.toThrow(`${data}/imdb/IMDB Dataset.csv.zip is there: unpack it first`);
  });
});

describe("AG News", () => {
  test("is found with both files, in its folder or without", async () => {
    await put("train.csv", "test.csv");
    expect(await locateAgNews({ data })).toEqual({ train: join(data, "train.csv"), test: join(data, "test.csv") });
    await put("ag-news/train.csv", "ag-news/test.csv");
    expect((await locateAgNews({ data })).train).toBe(join(data, "ag-news", "train.csv"));
  });

  test("with one file says which is missing", async () => {
    await put("ag-news/train.csv");
    await expect(locateAgNews({ data })).rejects.toThrow(
      `ag-news: ${data}/ag-news has train.csv but no test.csv; name the`,
    );
  });
});

test("GloVe is found whole before a subset before the archive", async () => {
  await expect(locateGlove({ data }, 100)).rejects.toThrow(
    "looked for glove.6B.100d.txt, glove.6B.100d.subset.txt, glove.6B.zip;",
  );
  await put("glove/glove.6B.zip");
  expect((await locateGlove({ data }, 100)).form).toBe("archive");
  await put("glove/glove.6B.100d.subset.txt");
  expect((await locateGlove({ data }, 100)).path).toBe(join(data, "glove/glove.6B.100d.subset.txt"));
  expect((await locateGlove({ data }, 50)).form).toBe("archive");
});
