import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { serve, startTestServer, type TestServer } from "../test/test-server.ts";
import { getSource, listOtherForms, listSource, type Source, sourceNamed, sources, verifySource } from "./sources.ts";

const content = randomBytes(10_000);
let server: TestServer;
let folder: string;
let source: Source;
beforeEach(async () => {
  server = await startTestServer();
  server.answers = [serve(content)];
  folder = await mkdtemp(join(tmpdir(), "ltt-sources-"));
  const checksum = { algorithm: "md5", hex: createHash("md5").update(content).digest("hex") } as const;
  const files = ["toy/a.bin", "toy/b.bin"].map((path) => ({
    path,
    url: `${server.url}/${path}`,
    bytes: 10_000,
    checksum,
  }));
  source = { name: "toy", title: "", terms: "", files, otherForms: ["toy/toy.csv", "toy/pages"] };
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const put = async (name: string, bytes: Uint8Array) => {
  await mkdir(join(folder, "toy"), { recursive: true });
  await writeFile(join(folder, "toy", name), bytes);
};

test("the sources are those of the package, with their published sums", () => {
  expect(sources.map(({ name }) => name)).toEqual(
    "imdb ag-news reuters glove mnist fashion-mnist cifar-10 mr sst2 trec sst1 subj cr mpqa".split(" "),
  );
  for (const { files, byHand } of sources) expect(files.length === 0).toBe(byHand !== undefined);
  for (const { files } of sources) {
    for (const { url, checksum } of files) {
      expect(url).toMatch(/^https:/);
      expect(checksum.hex).toMatch(checksum.algorithm === "md5" ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{64}$/);
    }
  }
  expect(sourceNamed("ag-news").files.map(({ path }) => path)).toEqual(["ag-news/train.csv", "ag-news/test.csv"]);
  expect(() => sourceNamed("cifar")).toThrow(
    'data: there is no "cifar"; there are imdb, ag-news, reuters, glove, mnist, fashion-mnist, cifar-10, mr, sst2, trec, sst1, subj, cr, mpqa',
  );
});

test("of GloVe one member of the archive is known, with its own size and sum", () => {
  const [file] = sourceNamed("glove").files;
  expect([file!.member, file!.bytes]).toEqual(["glove.6B.100d.txt", 347_116_733]);
  expect(file!.path).toBe("glove/glove.6B.100d.txt");
});

test("other forms of a source are found in its folder, or beside it", async () => {
  expect(await listOtherForms(source, folder)).toEqual([]);
  await put("toy.csv", Buffer.from("a,b"));
  await mkdir(join(folder, "pages"));
  expect(await listOtherForms(source, folder)).toEqual([
    { path: join(folder, "toy", "toy.csv"), bytes: 3 },
    { path: join(folder, "pages"), bytes: undefined },
  ]);
});

test("get fetches what is missing, and nothing when all is there", async () => {
  await put("a.bin", content);
  const seen: string[] = [];
  const statuses = await getSource(source, folder, { onProgress: (_, file) => seen.push(file.path) });
  expect(statuses.map(({ state }) => state)).toEqual(["right", "right"]);
  expect(await readFile(join(folder, "toy", "b.bin"))).toEqual(content);
  expect(new Set(seen)).toEqual(new Set(["toy/b.bin"]));
  await getSource(source, folder);
  expect(server.requests.map(({ path }) => path)).toEqual(["/toy/b.bin"]);
});

test("get does not overwrite a file that is there and wrong", async () => {
  await put("a.bin", Buffer.from("mine"));
  await expect(getSource(source, folder)).rejects.toThrow(
    /toy\/a.bin: its md5 is [0-9a-f]{32}, the published file's [0-9a-f]{32}; move it away to download that, or use it as it is/,
  );
  expect(server.requests).toEqual([]);
  expect(await readFile(join(folder, "toy", "a.bin"), "utf8")).toBe("mine");
});

test("list goes by name and size, verify by checksum", async () => {
  const damaged = Buffer.from(content);
  damaged[0]! ^= 1;
  await put("a.bin", damaged);
  await put("b.bin.part", content.subarray(0, 10));
  const states = async (found: ReturnType<typeof listSource>) =>
    (await found).map(({ state, bytes }) => [state, bytes]);
  expect(await states(listSource(source, folder))).toEqual([
    ["unknown", 10_000],
    ["partial", 10],
  ]);
  expect(await states(verifySource(source, folder))).toEqual([
    ["damaged", 10_000],
    ["partial", 10],
  ]);
  await put("a.bin", content);
  expect((await verifySource(source, folder))[0]!.state).toBe("right");
  expect((await listSource(source, join(folder, "other"))).map(({ state }) => state)).toEqual(["missing", "missing"]);
});

test("a file of another size is other than published; of CSV its rows are counted, a header not", async () => {
  await put("a.bin", content.subarray(0, 99));
  await put("b.bin", Buffer.from('Class Index,Title,Description\n1,a,"b\nc"\n2,d,e\n'));
  const csv = { ...source, files: source.files.map((file) => ({ ...file, rows: 5 })) };
  const states = async (found: ReturnType<typeof listSource>) => (await found).map(({ state, rows }) => [state, rows]);
  expect(await states(listSource(csv, folder))).toEqual([
    ["other", undefined],
    ["other", 2],
  ]);
  expect(await states(verifySource(csv, folder))).toEqual([
    ["other", undefined],
    ["other", 2],
  ]);
  expect(await states(listSource(source, folder))).toEqual([
    ["other", undefined],
    ["other", undefined],
  ]);
});
