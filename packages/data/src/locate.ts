import { access } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "./data-error.ts";

/** Where to look for data. Nothing else is looked at: no environment, no home folder. */
export interface Places {
  /** The folder the user named. If it is given, only it is looked in. */
  readonly data?: string;
  /** The folder that `getSource` downloads to. */
  readonly cache?: string;
}

export interface ImdbPlace {
  readonly form: "csv" | "folder" | "archive";
  readonly path: string;
}

export interface AgNewsPlace {
  readonly train: string;
  readonly test: string;
}

export interface GlovePlace {
  readonly form: "text" | "archive";
  readonly path: string;
}

/**
 * Finds IMDb: `IMDB Dataset.csv`, the folder `aclImdb` or `aclImdb_v1.tar.gz`, under `imdb/` or directly in the folder, in
 * this order.
 *
 * @throws {DataError} that says what was looked for, where, and how to get it.
 */
export async function locateImdb(places: Places): Promise<ImdbPlace> {
  const forms = [
    { form: "csv", name: "IMDB Dataset.csv" },
    { form: "folder", name: "aclImdb" },
    { form: "archive", name: "aclImdb_v1.tar.gz" },
  ] as const;
  for (const folder of foldersOf(places, "imdb")) {
    for (const { form, name } of forms) {
      const path = join(folder, name);
      if (await exists(form === "folder" ? join(path, "train") : path)) return { form, path };
    }
  }
  throw missing("imdb", forms.map(({ name }) => name).join(", "), places);
}

/**
 * Finds AG News: `train.csv` and `test.csv`, both under `ag-news/` or both directly in the folder.
 *
 * @throws {DataError} that says what was looked for, where, and how to get it.
 */
export async function locateAgNews(places: Places): Promise<AgNewsPlace> {
  for (const folder of foldersOf(places, "ag-news")) {
    const [train, test] = [join(folder, "train.csv"), join(folder, "test.csv")];
    const [hasTrain, hasTest] = [await exists(train), await exists(test)];
    if (hasTrain && hasTest) return { train, test };
    if (hasTrain || hasTest) {
      const [one, other] = hasTrain ? ["train.csv", "test.csv"] : ["test.csv", "train.csv"];
      throw new DataError(`ag-news: ${folder} has ${one} but no ${other}; ${howToGet("ag-news")}`);
    }
  }
  throw missing("ag-news", "train.csv with test.csv", places);
}

/**
 * Finds GloVe 6B vectors of a size: `glove.6B.100d.txt`, a subset `glove.6B.100d.subset.txt`, or the archive
 * `glove.6B.zip`, under `glove/` or directly in the folder, in this order.
 *
 * @throws {DataError} that says what was looked for, where, and how to get it.
 */
export async function locateGlove(places: Places, dimensions: number): Promise<GlovePlace> {
  const found = await findGlove(places, dimensions);
  if (found !== undefined) return found;
  const names = gloveForms(dimensions).map(({ name }) => name);
  throw missing("glove", names.join(", "), places);
}

/** The same, `undefined` where there is none: for whoever can get it. */
export async function findGlove(places: Places, dimensions: number): Promise<GlovePlace | undefined> {
  for (const folder of foldersOf(places, "glove")) {
    for (const { form, name } of gloveForms(dimensions)) {
      const path = join(folder, name);
      if (await exists(path)) return { form, path };
    }
  }
  return undefined;
}

function gloveForms(dimensions: number): readonly { form: GlovePlace["form"]; name: string }[] {
  return [
    { form: "text", name: `glove.6B.${dimensions}d.txt` },
    { form: "text", name: `glove.6B.${dimensions}d.subset.txt` },
    { form: "archive", name: "glove.6B.zip" },
  ];
}

function foldersOf({ data, cache }: Places, name: string): string[] {
  const folder = data ?? cache;
  return folder === undefined ? [] : [join(folder, name), folder];
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function missing(name: string, files: string, places: Places): DataError {
  const folders = foldersOf(places, name);
  const where = folders.length === 0 ? "no folder was named" : `none is in ${folders.join(" or ")}`;
  return new DataError(`${name}: looked for ${files}; ${where}; ${howToGet(name)}`);
}

function howToGet(name: string): string {
  return `name the folder that has it with --data DIR, or download it: ltt data get ${name}`;
}
