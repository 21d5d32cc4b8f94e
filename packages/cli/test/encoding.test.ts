import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Vocabulary } from "@ltt/data";
import { afterAll, describe, expect, test } from "vitest";
import { type Encoding, keepEncoding, readEncoding } from "../src/encoding.ts";

const root = mkdtempSync(join(tmpdir(), "ltt-encoding-"));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const encoding: Encoding = {
  corpus: "toy",
  classes: ["no", "yes"],
  maxLength: 7,
  vocabulary: new Vocabulary(["the", "ﬁlm"]),
};

describe("encodings of a run folder", () => {
  test("are read back as they were kept, also where they were kept before", async () => {
    for (let time = 0; time < 2; time++) await keepEncoding(join(root, "run"), "abc", encoding);
    expect(readdirSync(join(root, "run", "encodings"))).toEqual(["abc.json"]);
    const read = await readEncoding(join(root, "run"), "abc");
    expect(read.vocabulary.words).toEqual(["<unk>", "<pad>", "the", "ﬁlm"]);
    expect({ ...read, vocabulary: undefined }).toEqual({ ...encoding, vocabulary: undefined });
  });

  test.each([
    ["{", "is not JSON"],
    ["null", "is of another version"],
    ['{"version":1,"corpus":"toy"}', "names no classes"],
    ['{"version":1,"corpus":"toy","classes":["a"]}', "does not say where texts are cut"],
    ['{"version":1,"corpus":"toy","classes":["a"],"maxLength":null}', "has no format and words"],
  ])("%s %s", async (text, message) => {
    mkdirSync(join(root, "bad", "encodings"), { recursive: true });
    writeFileSync(join(root, "bad", "encodings", "abc.json"), text);
    await expect(readEncoding(join(root, "bad"), "abc")).rejects.toThrow(message);
    expect(readFileSync(join(root, "bad", "encodings", "abc.json"), "utf8")).toBe(text);
  });

  test("one that is not there says what to do", async () => {
    await expect(readEncoding(join(root, "run"), "def")).rejects.toThrow(
      "is not there: run the same command again, which writes it",
    );
  });
});
