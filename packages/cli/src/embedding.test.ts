import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stream } from "@ltt/core";
import { encodeTokens, type Source, Vocabulary } from "@ltt/data";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeZip } from "../../data/test/make-zip.ts";
import { serve, startTestServer } from "../../data/test/test-server.ts";
import { initialEmbedding } from "./embedding.ts";
import { embeddingOptions, randomOptions } from "./embedding-start.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ltt-embedding-"));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const vectorOf = (seed: number) => stream(seed, "vector").normals(100, 0, 0.4);
const glove = ["the", "cat", "sat"]
  .map((word, i) => `${word} ${[...vectorOf(i)].map((value) => value.toFixed(5)).join(" ")}\n`)
  .join("");
const vocabulary = new Vocabulary(["The", "cat", "zyzzyva"]);
const train = encodeTokens([vocabulary.encode(["The", "cat", "zyzzyva", "unheard"])], [0]);
const frozen = { vectors: "glove", frozen: true } as const;
const trained = { vectors: "glove", frozen: false } as const;

const folderWith = (name: string, content: string) => {
  const folder = join(root, name);
  mkdirSync(join(folder, "glove"), { recursive: true });
  writeFileSync(join(folder, "glove", "glove.6B.100d.txt"), content);
  return folder;
};
const valuesOf = (made: ReturnType<typeof embeddingOptions>, seed: number) =>
  made.initialisers!.weight!([5, 100], stream(seed, "init"));
const deviation = (values: Float32Array) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

test("words take their vectors, also in small letters; others are drawn with the variance of those found", async () => {
  const said: string[] = [];
  const data = folderWith("data", glove);
  const made = await initialEmbedding(trained, vocabulary, train, { places: { data }, say: (line) => said.push(line) });
  const options = embeddingOptions(made.start);
  const [first, second] = [valuesOf(options, 1), valuesOf(options, 2)];
  const row = (values: Float32Array, id: number) => values.subarray(id * 100, (id + 1) * 100);
  const rounded = (seed: number) => vectorOf(seed).map((value) => Math.fround(Number(value.toFixed(5))));
  expect(row(first, 2)).toEqual(rounded(0));
  expect(row(first, 3)).toEqual(rounded(1));
  expect(row(second, 3)).toEqual(row(first, 3));
  expect(row(second, 4)).not.toEqual(row(first, 4));
  expect(deviation(row(first, 4))).toBeCloseTo(0.4, 1);
  expect(said).toEqual([
    expect.stringMatching(
      /glove\.6B\.100d\.txt: vectors for 2 of 3 words \(66\.7 %\), 50\.0 % of the training texts' tokens; other words start N\(0, 0\.[34]\d\d²\)$/,
    ),
  ]);

  const random = valuesOf(randomOptions(made.start)!, 1);
  expect([...random].filter((value, i) => value === first[i] && i >= 200 && i < 400)).toEqual([]);
  expect(deviation(random)).toBeCloseTo(0.4, 1);
});

test("the name of a run has the vectors that were found, the choice to freeze them, and neither where both are as published", async () => {
  const [one, two] = [folderWith("one", glove), folderWith("two", glove.replace("cat ", "dog "))];
  const identity = async (settings: Parameters<typeof initialEmbedding>[0], data: string) =>
    (await initialEmbedding(settings, vocabulary, train, { places: { data } })).start.identity;
  const all = [await identity(trained, one), await identity(frozen, one), await identity(trained, two)];
  expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(3);
  expect(all[0]).toEqual({
    vectors: "glove",
    frozen: false,
    words: 2,
    digest: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  expect(await identity(trained, folderWith("elsewhere", glove))).toEqual(all[0]);
  expect(await identity({ vectors: "normal", frozen: false }, one)).toBeUndefined();
  expect(await identity({ vectors: "normal", frozen: true }, one)).toEqual({ vectors: "normal", frozen: true });
});

test("what is frozen says so, and has no other start for the control that anybody sees", async () => {
  const made = await initialEmbedding(frozen, vocabulary, train, { places: { data: folderWith("frozen", glove) } });
  expect(made.start.frozen).toBe(true);
  expect(made.notes).toEqual([expect.stringContaining("neither trained nor pruned, and counts in no sparsity")]);
});

test("GloVe that is nowhere is fetched, by ranges, once", async () => {
  const server = await startTestServer();
  server.answers = [serve(makeZip({ "glove.6B.50d.txt": "the 1\n", "glove.6B.100d.txt": glove }))];
  try {
    const file = {
      path: "glove/glove.6B.100d.txt",
      url: `${server.url}/glove.6B.zip`,
      member: "glove.6B.100d.txt",
      bytes: glove.length,
      checksum: { algorithm: "sha256", hex: createHash("sha256").update(glove).digest("hex") },
    } as const;
    const source: Source = { name: "glove", title: "", terms: "", files: [file], otherForms: [] };
    const said: string[] = [];
    const [data, cache] = [join(root, "empty"), join(root, "cache")];
    const get = () =>
      initialEmbedding(trained, vocabulary, train, { places: { data, cache }, say: (line) => said.push(line), source });
    const made = await get();
    expect(said[0]).toMatch(
      /^GloVe is not on this machine: fetching its 100-dimensional vectors, about 134 MB of http/,
    );
    expect(readdirSync(join(cache, "glove"))).toEqual(["glove.6B.100d.txt"]);
    expect(server.requests.length).toBe(3);
    expect((await get()).start.identity).toEqual(made.start.identity);
    expect(server.requests.length).toBe(3);
  } finally {
    await server.close();
  }
  await expect(initialEmbedding(trained, vocabulary, train, { places: { data: root } })).rejects.toThrow(
    "glove: looked for glove.6B.100d.txt, glove.6B.100d.subset.txt, glove.6B.zip; none is in",
  );
});
