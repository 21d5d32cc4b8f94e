import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { type LabelledText, readLabelledTexts } from "./labelled-texts.ts";

const folder = mkdtempSync(join(tmpdir(), "ltt-tables-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(name: string, content: string | Buffer, columns = { text: "review", label: "sentiment" }) {
  writeFileSync(join(folder, name), content);
  const rows: LabelledText[] = [];
  for await (const row of readLabelledTexts(join(folder, name), columns)) rows.push(row);
  return rows.map(({ text, labels, where }) => [text, labels.join(), where.slice(folder.length + 1)]);
}

const two = (name: string, first = 2) => [
  ['He said "no", twice', "neg", `${name}:${first}`],
  ["so fine", "pos", `${name}:${first + 1}`],
];

describe("the same rows of every form", () => {
  const csv = 'id,sentiment,review\n1,neg,"He said ""no"", twice"\n2, pos ,so fine\n';
  const tsv = 'id\tsentiment\treview\n1\tneg\t"He said ""no"", twice"\n2\tpos\tso fine\n';
  const plainTsv = 'id\tsentiment\treview\n1\tneg\tHe said "no", twice\n2\tpos\tso fine';
  const json = '{"review":"He said \\"no\\", twice","sentiment":"neg"}\n{"sentiment":"pos","review":"so fine"}\n';

  test.each([
    ["a.csv", csv, 2],
    ["b.csv", `\ufeff${csv.replaceAll("\n", "\r\n")}`, 2],
    ["c.tsv", tsv, 2],
    ["d.tsv", `\ufeff${plainTsv.replaceAll("\n", "\r\n")}`, 2],
    ["e.jsonl", json, 1],
    ["f.ndjson", `\ufeff${json.replaceAll("\n", "\r\n")}`, 1],
    ["g.csv.gz", gzipSync(csv), 2],
    ["h.TSV.GZ", gzipSync(plainTsv), 2],
    ["i.jsonl.gz", gzipSync(json), 1],
  ])("%s", async (name, content, first) => {
    expect(await read(name, content)).toEqual(two(name, first));
  });

  // By parquet-wasm 0.8 (the Rust crate parquet) from an Arrow table: Snappy, 25 rows a group.
  test("a Parquet file that another library wrote", async () => {
    const file = new URL("../test/forecasts.parquet", import.meta.url).pathname;
    const rows: LabelledText[] = [];
    for await (const row of readLabelledTexts(file, { text: "forecast", label: "sky" })) rows.push(row);
    expect(rows).toHaveLength(60);
    expect(rows[0]).toEqual({
      text: "Sunday: no cloud over the “Höhe” – 20 °C",
      labels: ["clear"],
      where: `${file}, row 1`,
    });
    expect(new Set(rows.flatMap(({ labels }) => labels))).toEqual(new Set(["clear", "rain", "fog"]));
  });

  test("numbers and truth values are labels, as words", async () => {
    const rows = await read("n.jsonl", '{"review":"a","sentiment":1}\n{"review":"b","sentiment":false}\n');
    expect(rows.map(([, label]) => label)).toEqual(["1", "false"]);
  });
});

test("several labels stand between separators, or in a list; each counts once, and there may be none", async () => {
  const read = async (name: string, content: string, separator?: string) => {
    writeFileSync(join(folder, name), content);
    const labels: (readonly string[])[] = [];
    const columns = { text: "t", labels: "l", separator };
    for await (const row of readLabelledTexts(join(folder, name), columns)) labels.push(row.labels);
    return labels;
  };
  expect(await read("l.csv", "t,l\na,x; y\nb,\nc,;y;y\n")).toEqual([["x", "y"], [], ["y"]]);
  expect(await read("l.tsv", "t\tl\na\tx|y;z\n", "|")).toEqual([["x", "y;z"]]);
  const lines = [["x", 3], [], null, "y;x", 7].map((l) => `${JSON.stringify({ t: "a", l })}\n`).join("");
  expect(await read("l.jsonl", lines)).toEqual([["x", "3"], [], [], ["y", "x"], ["7"]]);
});

test("one label or several, and a separator of several only", async () => {
  const first = (columns: object) => readLabelledTexts("a.csv", { text: "t", ...columns }).next();
  await expect(first({ label: "a", labels: "b" })).rejects.toThrow("label and labels are both given");
  await expect(first({ label: "a", separator: ";" })).rejects.toThrow("separator is given; it is of several labels");
  await expect(first({ labels: "a", separator: "" })).rejects.toThrow(
    'separator is "" (string); it is a string, not empty',
  );
});

test.each<[string, string | Buffer, string]>([
  [
    "a.csv",
    "reviews,sentiment\na,b\n",
    'a.csv:1: there is no column "review"; did you mean "reviews"? the first line names the columns, here "reviews", "sentiment"',
  ],
  [
    "b.csv",
    "so fine,pos\nso bad,neg\n",
    'b.csv:1: there is no column "review"; the first line names the columns, here "so fine", "pos"',
  ],
  [
    "c.tsv",
    "review\tLabel\na\tb\n",
    'c.tsv:1: there is no column "sentiment"; the first line names the columns, here "review", "Label"',
  ],
  [
    "d.jsonl",
    '{"review":"a","sentiment":"b"}\n{"review":"a","sentimnet":"b"}\n',
    'd.jsonl:2: there is no column "sentiment"; did you mean "sentimnet"? columns are "review", "sentimnet"',
  ],
  ["e.csv", "review,review,sentiment\na,b,c\n", 'e.csv:1: there are two columns "review"; rename one of them'],
  [
    "f.csv",
    "review;sentiment\na;b\n",
    "f.csv:1: the header is one column: its fields are separated by semicolons: save the file with commas",
  ],
  [
    "g.csv",
    "review,sentiment\na,b\nc\n",
    'g.csv:3: a short row, 1 field where 2 belong: "c"; quote fields that hold commas or line breaks',
  ],
  [
    "h.tsv",
    "review\tsentiment\na\tb\nc\td\te\n",
    'h.tsv:3: 3 fields where 2 belong: "c\\td\\te"; a field holds no tab and no line break: save the file as CSV or JSON lines',
  ],
  [
    "i.jsonl",
    '{"review":"a","sentiment":"b"}\nreview\n',
    'i.jsonl:2: is not JSON: "review"; correct the line or delete it',
  ],
  ["j.json", '[{"review":"a","sentiment":"b"}]\n', "j.json:1: is an array; write one object a line (jq -c '.[]')"],
  [
    "k.json",
    '[\n{"review":"a","sentiment":"b"}]\n',
    "k.json:1: this is JSON over several lines; write one object a line (jq -c '.[]')",
  ],
  ["l.jsonl", "7\n", 'l.jsonl:1: "7" is no object; a line is one, such as {"text": "…", "label": "…"}'],
  ["m.jsonl", '{"review":null,"sentiment":"b"}\n', 'm.jsonl:1: the text ("review") is missing; it is a string'],
  [
    "n.jsonl",
    '{"review":"a","sentiment":["b"]}\n',
    'n.jsonl:1: the label ("sentiment") is a list; it is a word or a number',
  ],
  ["o.csv", "review,sentiment\n  ,b\n", 'o.csv:2: the text ("review") is empty; delete the row'],
  ["p.csv", "review,sentiment\na,\n", 'p.csv:2: the label ("sentiment") is empty; give one, or delete the row'],
  ["q.csv", "", "q.csv:1: the file is empty; get it again"],
  ["r.csv", "review,sentiment\n", "r.csv: there are no rows; is this the right file?"],
  ["s.tsv", "", "s.tsv: there are no rows; is this the right file?"],
  ["t.jsonl", "\n\n", "t.jsonl: there are no rows; is this the right file?"],
  ["u.txt", "a", "u.txt: the name does not end in .csv, .tsv, .jsonl (each also .gz) or .parquet; rename the file"],
  ["v.parquet.gz", "a", "v.parquet.gz: Parquet is compressed inside; unpack the file first (gunzip)"],
  [
    "w.parquet",
    "no Parquet at all",
    "w.parquet: this Parquet file cannot be read: parquet file invalid (footer != PAR1); it is damaged or no Parquet file, get it again",
  ],
])("%s is refused in a line", async (name, content, message) => {
  await expect(read(name, content)).rejects.toThrow(`${join(folder, message)}`);
});

test("standard input and files that are not there are refused", async () => {
  const first = (path: string) => readLabelledTexts(path, { text: "a", label: "b" }).next();
  await expect(first("-")).rejects.toThrow(
    "-: standard input cannot be read again when a run goes on; save it and name the file",
  );
  await expect(first(join(folder, "none.csv"))).rejects.toThrow("none.csv: there is no such file");
  await expect(first(join(folder, "none.parquet"))).rejects.toThrow("none.parquet: there is no such file");
});
