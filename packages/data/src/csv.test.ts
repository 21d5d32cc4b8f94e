import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CsvOptions, type CsvRow, readCsv } from "./csv.ts";
import { DataError } from "./data-error.ts";

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltt-csv-"));
  file = join(folder, "a.csv");
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: string | Uint8Array, options: CsvOptions = { columns: 2 }): Promise<CsvRow[]> {
  await writeFile(file, content);
  const rows: CsvRow[] = [];
  for await (const row of readCsv(file, options)) rows.push(row);
  return rows;
}

async function message(content: string | Uint8Array, options?: CsvOptions): Promise<string> {
  const error: unknown = await read(content, options).then(
    () => "no error",
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(DataError);
  return error instanceof Error ? error.message.replace(file, "a.csv") : String(error);
}

describe("what is accepted", () => {
  test("rows come with their fields and the line they start on", async () => {
    expect(await read('a,b\n"c,\n""d""",e\nf,g')).toEqual([
      { fields: ["a", "b"], line: 1 },
      { fields: ['c,\n"d"', "e"], line: 2 },
      { fields: ["f", "g"], line: 4 },
    ]);
  });

  test.each([
    ["a byte order mark", "\ufeffa,b\nc,d\n"],
    ["CRLF", "a,b\r\nc,d\r\n"],
    ["a carriage return at the very end", "a,b\nc,d\r"],
    ["no line end at the end", "a,b\nc,d"],
    ["blank lines at the end", "a,b\nc,d\n\n  \n\r\n"],
    ["quoted fields", '"a","b"\r\n"c","d"'],
  ])("%s", async (_, content) => {
    expect((await read(content)).map((row) => row.fields)).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  test("a field keeps its blanks, its line ends and a byte order mark of its own", async () => {
    expect((await read(' a ,"\r\n\ufeff "\n')).map((row) => row.fields)).toEqual([[" a ", "\r\n\ufeff "]]);
  });

  test("a field of blanks stays, first in its row or not", async () => {
    const text = ' ,a\r\n\t\u00a0,\n"\n ,",b\n  ,"\n,\n"\n"",a\na, \n ,';
    expect(await read(text)).toEqual([
      { fields: [" ", "a"], line: 1 },
      { fields: ["\t\u00a0", ""], line: 2 },
      { fields: ["\n ,", "b"], line: 3 },
      { fields: ["  ", "\n,\n"], line: 5 },
      { fields: ["", "a"], line: 8 },
      { fields: ["a", " "], line: 9 },
      { fields: [" ", ""], line: 10 },
    ]);
    const header = [" ", "a"];
    expect(await read(" ,a\nb,c", { header })).toEqual([{ fields: ["b", "c"], line: 2 }]);
  });

  test("a field of blanks stays where its row reaches over blocks of the file", async () => {
    const quoted = "x\n".repeat(100_000);
    expect(await read(`a,b\n ,"${quoted}"\n`)).toEqual([
      { fields: ["a", "b"], line: 1 },
      { fields: [" ", quoted], line: 2 },
    ]);
  });

  test("empty fields stay", async () => {
    expect((await read(',\n"",""\na,\n,b')).map((row) => row.fields)).toEqual([
      ["", ""],
      ["", ""],
      ["a", ""],
      ["", "b"],
    ]);
  });

  test("names of Object.prototype are a header and fields like any other", async () => {
    const rows = await read("__proto__,constructor\ntoString,__proto__\n", {
      columns: 2,
      header: ["__proto__", "constructor"],
    });
    expect(rows).toEqual([{ fields: ["toString", "__proto__"], line: 2 }]);
  });

  test("any fields written as RFC 4180 says come back", async () => {
    const field = fc.string({
      unit: fc.constantFrom("a", '"', ",", "\n", "\r", " ", "é", "𝄞", "\\", "\ufeff"),
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(field, { minLength: 3, maxLength: 3 }), { minLength: 1 }), async (table) => {
        const text = table.map((row) => row.map((f) => `"${f.replaceAll('"', '""')}"`).join(",")).join("\r\n");
        expect((await read(text, { columns: 3 })).map((row) => row.fields)).toEqual(table);
      }),
      { numRuns: 200 },
    );
  });

  test("rows over many blocks keep their lines", async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `"${"x".repeat(i % 50)}\n${i}é","y"`);
    const parsed = await read(rows.join("\n"));
    expect(parsed.length).toBe(20_000);
    expect(parsed.every((row, i) => row.line === 1 + 2 * i && row.fields[0]!.endsWith(`\n${i}é`))).toBe(true);
  });
});

describe("what is refused, with its line", () => {
  test.each([
    ["a short row", 'a,b\n"c\nc",d\ne\n', 'a.csv:4: a short row, 1 field where 2 belong: "e"'],
    [
      "a long row",
      "a,b\nc,d,e\n",
      'a.csv:2: a long row, 3 fields where 2 belong: "c,d,e"; quote fields that hold commas',
    ],
    ["an unclosed quote", 'a,b\nc,"d\ne,f\n', "a.csv:2: the quote that opens on line 2 is never closed"],
    ["a quote unclosed on a later line", 'a,b\n"c\n","d\ne', "a.csv:2: the quote that opens on line 3 is never closed"],
    ["text after a closing quote", 'a,b\n"c"d,e\n', 'a.csv:2: text after a closing quote: "d,e"; double the quotes'],
    ["a blank after a closing quote", '"a" ,b\n', 'a.csv:1: text after a closing quote: " ,b"'],
    ["text after a quote lines below", '"a\n\n"b,c\n', 'a.csv:1: text after a closing quote on line 3: "b,c"'],
    ["a quote inside", 'a,b\nc "d",e\n', "a.csv:2: a quote inside a field that does not begin with one"],
    ["a quote after a blank", 'a, "b"\n', "a.csv:1: a quote inside a field that does not begin with one"],
    ["a blank line", "a,b\n\n\nc,d\n", "a.csv:2: a blank line before the last row; delete it"],
    ["a line of blanks", "a,b\n \t\nc,d", "a.csv:2: a blank line before the last row; delete it"],
    ["an empty file", "", "a.csv:1: the file is empty; get it again"],
    ["a file of blank lines", "\n\n", "a.csv:1: the file is empty; get it again"],
    ["a byte order mark alone", "\ufeff", "a.csv:1: the file is empty; get it again"],
    ["old Macintosh line ends", "a,b\rc,d\r", "a.csv:1: a carriage return without a line feed outside quotes"],
    ["two files joined", "a,b\n\ufeffc,d\n", "a.csv:2: a byte order mark inside the file"],
    ["a NUL", 'a,b\n"c\n\0",d\n', "a.csv:3: there is a NUL byte"],
  ])("%s", async (_, content, expected) => {
    expect(await message(content)).toContain(expected);
  });

  test("bytes that are not UTF-8", async () => {
    const latin1 = Buffer.from("a,b\nc,d\ncaf\xe9,e\n", "latin1");
    expect(await message(latin1)).toBe("a.csv:3: byte 0xe9 (byte 4 of the line) is not UTF-8; save the file as UTF-8");
    const withReplacement = Buffer.concat([Buffer.from("a,\ufffd\n\ufffd"), Buffer.from([0xff, 0x0a])]);
    expect(await message(withReplacement)).toContain("a.csv:2: byte 0xff (byte 4 of the line) is not UTF-8");
    expect(await message(Buffer.from([0x61, 0x2c, 0xc3]))).toContain("a.csv:1: byte 0xc3 (byte 3 of the line) is not");
  });

  test("UTF-16", async () => {
    expect(await message(Buffer.from("\ufeffa,b\n", "utf16le"))).toBe("a.csv:1: this file is UTF-16; save it as UTF-8");
  });

  test("another header, and a header alone", async () => {
    const options = { columns: 2, header: ["review", "sentiment"] };
    expect(await message("text,label\na,b", options)).toBe(
      'a.csv:1: the header is "text,label"; expected "review,sentiment": is this another file?',
    );
    expect(await message("review,sentiment\n", options)).toContain("a.csv:1: there is a header and no row below it");
  });

  test("a missing file and a folder", async () => {
    const missing = join(folder, "missing.csv");
    const readAll = async (path: string) => {
      for await (const _ of readCsv(path, { columns: 2 }));
    };
    await expect(readAll(missing)).rejects.toThrow(new DataError(`${missing}: there is no such file`));
    await expect(readAll(folder)).rejects.toThrow("is a folder, a file was expected");
  });

  test("the first fault of the file is the one reported, after the rows before it", async () => {
    await writeFile(file, 'a,b\nshort\n"c"d,e\n');
    const seen: string[] = [];
    const reading = (async () => {
      for await (const row of readCsv(file, { columns: 2 })) seen.push(row.fields.join());
    })();
    await expect(reading).rejects.toThrow(":2: a short row");
    expect(seen).toEqual(["a,b"]);
  });

  test("a quote never closed before megabytes of text: in linear time", async () => {
    const rows = `"b\n${"plain text, no quotes\n".repeat(400_000)}`; // 9 MB
    const started = performance.now();
    expect(await message(`a,b\nc,${rows}`)).toContain("a.csv:2: the quote that opens on line 2 is never closed");
    expect(await message(`a,b\nc,${rows}`, { columns: 2, maxRow: 1_000_000 })).toBe(
      "a.csv:2: the row that starts here is longer than 1000000 characters; is a quote not closed?",
    );
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("a line without end", async () => {
    await expect(read(`a,${"b".repeat(70 * 2 ** 20)}`)).rejects.toThrow(/:1: this line is longer than 67108864 bytes/);
  });
});

test("one field of 10 MB is read in linear time", async () => {
  const started = performance.now();
  const rows = await read(`a,"${'x""\n'.repeat(2_500_000)}"\n`);
  expect(rows[0]!.fields[1]!.length).toBe(7_500_000);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("leaving the loop early closes the file", async () => {
  await writeFile(file, "a,b\n".repeat(100_000));
  for await (const row of readCsv(file, { columns: 2 })) {
    expect(row.line).toBe(1);
    break;
  }
});
