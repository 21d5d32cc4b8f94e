import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mendAgNews, readAgNews } from "./ag-news.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltt-ag-news-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(train: string, test = '"1","t","d"\n') {
  const place = { train: join(folder, "train.csv"), test: join(folder, "test.csv") };
  await writeFile(place.train, train);
  await writeFile(place.test, test);
  return place;
}

test("the text is the description, after the title on request; classes 1 to 4 are labels 0 to 3", async () => {
  const place = await write('"3","A ""title""","One,\\two"\n"4","B","Three"\n');
  const corpus = await readAgNews(place);
  expect(corpus.classes).toEqual(["World", "Sports", "Business", "Sci/Tech"]);
  expect(corpus.train).toEqual([
    { text: "One, two", label: 2 },
    { text: "Three", label: 3 },
  ]);
  expect(corpus.test).toEqual([{ text: "d", label: 0 }]);
  const titled = await readAgNews(place, { title: true });
  expect(titled.train[0]!.text).toBe('A "title" One, two');
  expect(titled.digest).not.toBe(corpus.digest);
});

const two = [
  { text: "b", label: 0 },
  { text: "d", label: 3 },
];
test.each([
  ["Kaggle's header", "Class Index,Title,Description\n1,a,b\n4,c,d\n"],
  [
    "a quoted header, a byte order mark and CRLF",
    '\ufeff"Class Index","Title","Description"\r\n"1","a","b"\r\n"4","c","d"\r\n',
  ],
  ["columns in another order, among others", "id,description,TITLE,class\n0,b,a,1\n1,d,c,4\n"],
  ["the index that pandas writes", ",Class Index,Title,Description\n0,1,a,b\n1,4,c,d\n"],
  ["a header of other names", "y,head,words\n1,a,b\n4,c,d\n"],
])("%s is read", async (_, train) => {
  const corpus = await readAgNews(await write(train, train));
  expect(corpus.train).toEqual(two);
  expect(corpus.test).toEqual(two);
});

test("compressed by gzip it is the same corpus", async () => {
  const place = await write("1,a,b\n4,c,d\n");
  const plain = await readAgNews(place);
  await writeFile(place.train, gzipSync("1,a,b\n4,c,d\n"));
  expect(await readAgNews(place)).toEqual(plain);
});

describe("mendAgNews", () => {
  test.each([
    ["apostrophes", "Apple #39;s", "Apple&#39;s"],
    ["names", " quot;So, quot; said AT amp;T  gt; us, not gt;", "&quot;So,&quot; said AT&amp;T &gt; us, not&gt;"],
    ["dollars, with the space before them kept", "the  #36;10 million", "the &#36;10 million"],
    ["windows-1252", "war #151;and #147;peace #148; #0151;", "war&#151;and&#147;peace&#148;&#0151;"],
    ["line breaks", "a second\\team", "a second team"],
  ])("%s", (_, text, mended) => {
    expect(mendAgNews(text)).toBe(mended);
  });

  test.each(["ranked #2; then", "room #65; is", "#12;", "x#39;s", "&#39;s", "my quot is; left"])("%s stays", (text) => {
    expect(mendAgNews(text)).toBe(text);
  });
});

test.each([
  ['"1","a","b"\n"5","a","b"\n', ':2: the class is "5"; it must be 1, 2, 3 or 4: correct the row or delete it'],
  ['"Class Index","Title","Description"\n', ":1: there is a header and no row below it"],
  [
    "Class Index;Title;Description\n1;a;b\n",
    ':1: the header is "Class Index;Title;Description"; expected the columns Class Index, Title, Description: its fields are separated by semicolons: save the file with commas',
  ],
  ['"1";"a";"b"\n', ':1: text after a closing quote: ";\\"a\\";\\"b\\""; fields are separated by commas here: save'],
  [
    "1\ta\tb\n",
    ':1: the header is "1\\ta\\tb"; expected the columns Class Index, Title, Description: its fields are separated by tabs',
  ],
  [
    "text,label\na,0\n",
    ':1: the header is "text,label"; expected the columns Class Index, Title, Description: is this another file?',
  ],
  ['"1","a b"\n', ":1: a short row, 2 fields where 3 belong"],
  ["", ":1: the file is empty"],
])("%j is refused", async (text, expected) => {
  const place = await write(text);
  await expect(readAgNews(place)).rejects.toThrow(`${place.train}${expected}`);
});

test("a missing file is named", async () => {
  const place = { ...(await write('"1","a","b"')), test: join(folder, "none.csv") };
  await expect(readAgNews(place)).rejects.toThrow(`${place.test}: there is no such file`);
});
