import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataError } from "./data-error.ts";
import { locateReuters } from "./locate-reuters.ts";
import { REUTERS_FILES, type ReutersOptions, readReuters } from "./reuters.ts";

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "ltt-reuters-"));
});
afterEach(() => rm(data, { recursive: true }));

const DOCTYPE = '<!DOCTYPE lewis SYSTEM "lewis.dtd">\n';
const document = (
  topics: readonly string[],
  text: string,
  { split = "TRAIN", has = "YES" }: { split?: string; has?: string } = {},
) =>
  `<REUTERS TOPICS="${has}" LEWISSPLIT="${split}" CGISPLIT="TRAINING-SET" OLDID="5544" NEWID="1">\n` +
  `<DATE>26-FEB-1987 15:01:01.79</DATE>\n<TOPICS>${topics.map((topic) => `<D>${topic}</D>`).join("")}</TOPICS>\n` +
  `<PLACES><D>usa</D></PLACES>\n<UNKNOWN> \n&#5;&#5;&#5;C T\n</UNKNOWN>\n<TEXT${text}</TEXT>\n</REUTERS>\n`;
const story = (title: string, body: string) =>
  `>&#2;\n<TITLE>${title}</TITLE>\n<AUTHOR>    by A. Writer</AUTHOR>\n<DATELINE>    PARIS, Feb 26 - </DATELINE><BODY>${body}\n&#3;</BODY>`;
const unused = document([], story("no", "no"), { split: "NOT-USED" });

/** The 22 files, the first with these documents, the others with none that is used. */
async function put(first: string, folder = "reuters-21578/reuters21578"): Promise<void> {
  await mkdir(join(data, folder), { recursive: true });
  for (const [i, name] of REUTERS_FILES.entries()) {
    await writeFile(join(data, folder, name), Buffer.from(DOCTYPE + (i === 0 ? first : unused), "latin1"));
  }
}
const read = async (options: ReutersOptions = {}) => readReuters(await locateReuters({ data }), options);

const some = [
  document(["wheat", "grain", "wheat"], story("WHEAT &lt;UP>", "R&amp;D of G\xfcnter&#127; &amp;lt;\nFoods Inc\n")),
  document(
    ["grain"],
    ' TYPE="BRIEF">&#2;\n******<TITLE>GELCO CORP 2ND QTR SHR 67 CTS\n</TITLE>Blah blah blah.\n&#3;\n\n',
  ),
  document(["cocoa"], ' TYPE="UNPROC">&#2;\nFEDERAL RESERVE\n   as follows  \n&#3;\n'),
  document(["grain"], story("left out", "topics unknown"), { has: "NO" }),
  document(["grain"], story("left out", "topics bypassed"), { has: "BYPASS" }),
  document([], story("left out", "no topic")),
  document(["grain", "acq"], story("test", "two"), { split: "TEST" }),
  document(["acq"], story("left out", "a topic that is never trained"), { split: "TEST" }),
  document(["cocoa"], story("test", "cocoa"), { split: "TEST" }),
  document(["wheat"], story("test", "wheat"), { split: "TEST" }),
].join("");

test("title and body are the text, references decoded once, Latin-1 read, control characters dropped", async () => {
  await put(some);
  const { name, classes, train, test: tested } = await read({ topics: 90 });
  expect([name, classes]).toEqual(["reuters-r90", ["cocoa", "grain", "wheat"]]);
  expect(train.map(({ text, labels }) => [text, labels])).toEqual([
    ["WHEAT <UP>\n\nR&D of Günter &lt;\nFoods Inc", [1, 2]],
    ["GELCO CORP 2ND QTR SHR 67 CTS", [1]],
    ["FEDERAL RESERVE\n   as follows", [0]],
  ]);
  expect(tested!.map(({ text, labels }) => [text, labels])).toEqual([
    ["test\n\ntwo", [1]],
    ["test\n\ncocoa", [0]],
    ["test\n\nwheat", [2]],
  ]);
});

test("R10 are the ten topics with the most training documents, of equals the first, in alphabetical order", async () => {
  const topics = Array.from({ length: 12 }, (_, i) => `t${String(i).padStart(2, "0")}`);
  const documents = topics.flatMap((topic, i) => [
    ...Array.from({ length: i < 2 ? 2 : i === 11 ? 1 : 3 }, (_, n) => document([topic], story(`${topic} ${n}`, "x"))),
    document([topic], story(topic, "x"), { split: "TEST" }),
  ]);
  await put(documents.join(""));
  expect((await read()).classes).toEqual(["t00", ...topics.slice(2, 11)]);
  expect((await read({ topics: 90 })).classes).toEqual(topics);
});

test("the archive gives the same corpus as the folder, and is found where it was fetched to", async () => {
  await put(some);
  const folder = await read({ topics: 90 });
  const entries = pack();
  for (const name of [...REUTERS_FILES].reverse()) {
    entries.entry({ name: `./${name}` }, Buffer.from(DOCTYPE + (name === "reut2-000.sgm" ? some : unused), "latin1"));
  }
  entries.entry({ name: "README.txt" }, "as follows");
  entries.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of entries as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  await rm(join(data, "reuters-21578"), { recursive: true });
  await mkdir(join(data, "reuters-21578"));
  const path = join(data, "reuters-21578", "reuters21578.tar.gz");
  await writeFile(path, gzipSync(Buffer.concat(chunks)));
  expect(await locateReuters({ data })).toEqual({ form: "archive", path });
  expect(await locateReuters({ data: path })).toEqual({ form: "archive", path });
  expect(await read({ topics: 90 })).toEqual(folder);
});

test.each(["reuters-21578", "reuters21578", "reuters", "."])("the files are found in %s", async (folder) => {
  await mkdir(join(data, folder), { recursive: true });
  await writeFile(join(data, folder, "reut2-000.sgm.gz"), "");
  expect(await locateReuters({ cache: data })).toEqual({ form: "folder", path: join(data, folder) });
});

test("what is missing or malformed is said, with its line", async () => {
  await expect(locateReuters({ data })).rejects.toThrow(
    new DataError(
      `reuters: looked for reut2-000.sgm, reuters21578.tar.gz; none is in ${data}/reuters or ${data}; ` +
        "name the folder that has it with --data DIR, or download it: ltt data get reuters",
    ),
  );
  await put(some);
  const files = join(data, "reuters-21578", "reuters21578");
  await rm(join(files, "reut2-007.sgm"));
  await expect(read()).rejects.toThrow(`${join(files, "reut2-007.sgm")}`);

  const faults: [string, string][] = [
    [`${unused}<REUTERS TOPICS="YES">`, `:15: <REUTERS> has no </REUTERS>; the file is damaged: get it again`],
    [unused.replace(' LEWISSPLIT="NOT-USED"', ""), `has no LEWISSPLIT="…"; the file is damaged`],
    [unused.replace("<TOPICS>", ""), ":2: the document has no <TOPICS>; the file is damaged"],
    [unused.replace("</TEXT>", ""), ":2: the document has no <TEXT>; the file is damaged"],
    ["", ": holds no <REUTERS>; is this Reuters-21578? Get it: ltt data get reuters"],
  ];
  for (const [first, message] of faults) {
    await put(first);
    await expect(read()).rejects.toThrow(message);
  }
  await put(unused);
  await expect(read()).rejects.toThrow("no topic has a training and a test document; get the published files");
});
